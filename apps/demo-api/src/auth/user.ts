import type { OrgId } from 'nest-tenant-storage';

export const roles = ['patient', 'specialist', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who is signed in, from a verified token and nowhere else. */
export interface User {
  sub: string;
  org_id: OrgId;
  role: Role;
}
