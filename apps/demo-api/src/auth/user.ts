import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { OrgId } from 'nest-tenant-storage';
import type { Role } from './role-table.js';

/** Who is signed in, from a verified token and nowhere else. */
export interface User {
  sub: string;
  org_id: OrgId;
  role: Role;
}

export const CurrentUser = createParamDecorator(
  (_data: unknown, context: ExecutionContext): User => context.switchToHttp().getRequest<{ user: User }>().user,
);
