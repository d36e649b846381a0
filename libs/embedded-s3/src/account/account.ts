import type { Credentials, EmbeddedRole, EmbeddedUser } from '../options.js';
import { parsePolicy, type PolicyDocument } from '../policy/index.js';
import { Identities } from './identities.js';

/** The account's root and its users. @throws PolicyError for a policy that IAM would not take */
export function accountIdentities(accountId: string, root: Credentials, users: readonly EmbeddedUser[]): Identities {
  const identities = new Identities();
  const iam = `arn:aws:iam::${accountId}`;
  identities.add({
    kind: 'root',
    ...keys(root),
    principalArn: `${iam}:root`,
    userId: accountId,
    name: 'root',
    tags: {},
  });
  for (const user of users) {
    identities.add({
      kind: 'user',
      ...keys(user),
      principalArn: `${iam}:user/${user.name}`,
      userId: user.accessKeyId,
      name: user.name,
      tags: user.tags ?? {},
      policy: user.policy && parsePolicy(user.policy, 'identity'),
    });
  }
  return identities;
}

const keys = ({ accessKeyId, secretAccessKey }: Credentials): Credentials => ({ accessKeyId, secretAccessKey });

/** A role whose policy is one. */
export type Role = EmbeddedRole & { readonly policy: PolicyDocument };

/** @throws PolicyError for a policy that IAM would not take */
export const accountRoles = (roles: readonly EmbeddedRole[]): Role[] =>
  roles.map((role) => ({ ...role, policy: parsePolicy(role.policy, 'identity') }));
