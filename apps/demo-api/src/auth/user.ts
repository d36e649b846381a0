import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { OrgId } from 'nest-tenant-storage';

export const roles = ['patient', 'specialist', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who is signed in, from a verified token and nowhere else. */
export interface User {
  sub: string;
  org_id: OrgId;
  role: Role;
}

export const CurrentUser = createParamDecorator(
  (_data: unknown, context: ExecutionContext): User => context.switchToHttp().getRequest<{ user: User }>().user,
);
