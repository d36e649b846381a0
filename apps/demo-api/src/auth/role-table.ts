import type { Role, User } from './user.js';

/** Decides by who asks and by the ids of the place that the request names. */
type Rule = (user: User, place: Readonly<Record<string, unknown>>) => boolean;

const always: Rule = () => true;
const own: Rule = (user, place) => place.specialistId === user.sub;
const writtenFor =
  (...audiences: Role[]): Rule =>
  (_user, place) =>
    audiences.some((audience) => audience === place.audience);

/**
 * Who may do what inside their own organisation; a role that is not named may not. Which patient may see which form is a
 * matter of records: `RecordAccess`.
 */
const table = {
  'form-upload:read': { patient: always, specialist: always, admin: always },
  'form-upload:write': { patient: always, specialist: always, admin: always },
  'form-upload:delete': { admin: always },
  'form-upload:restore': { admin: always },
  'signature:read': { specialist: own, admin: always },
  'signature:write': { specialist: own, admin: always },
  'signature:delete': { specialist: own, admin: always },
  'signature:restore': { specialist: own, admin: always },
  'document:read': { patient: writtenFor('patient'), specialist: writtenFor('patient', 'specialist'), admin: always },
  'document:write': { admin: always },
  'document:delete': { admin: always },
  'document:restore': { admin: always },
  'logo:read': { patient: always, specialist: always, admin: always },
  'logo:write': { admin: always },
  'logo:delete': { admin: always },
  'logo:restore': { admin: always },
  'audit-month:read': { admin: always },
  'usage:read': { admin: always },
  'catalog:find': { admin: always },
  'journal:read': { admin: always },
} satisfies Record<string, Partial<Record<Role, Rule>>>;

export type Permission = keyof typeof table;

export const permissions = Object.keys(table) as Permission[];

export const isPermission = (name: string): name is Permission => Object.hasOwn(table, name);

export function allows(user: User, permission: Permission, place: Readonly<Record<string, unknown>>): boolean {
  const rules: Partial<Record<Role, Rule>> = table[permission];
  return rules[user.role]?.(user, place) ?? false;
}
