import { randomBytes } from 'node:crypto';
import type { Role } from '../account/account.js';
import type { Identity } from '../account/identities.js';
import type { AssumeRole } from './assume-role.js';

/** Credentials for one session of a role. Tags of the request win over the role's own. */
export function openSession(
  role: Role,
  request: AssumeRole,
  { accountId, now }: { accountId: string; now: Date },
): Identity & { sessionToken: string; sessionArn: string; expiresAt: number } {
  const roleId = `AROA${role.name.replace(/\W/g, '').toUpperCase().padEnd(17, '0').slice(0, 17)}`;
  return {
    kind: 'session',
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    sessionToken: randomBytes(48).toString('base64'),
    principalArn: request.roleArn,
    sessionArn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${request.sessionName}`,
    userId: `${roleId}:${request.sessionName}`,
    name: request.sessionName,
    tags: mergeTags(role.tags ?? {}, request.tags),
    policy: role.policy,
    sessionPolicy: request.policy,
    issuedAt: now.getTime(),
    expiresAt: now.getTime() + request.durationSeconds * 1000,
  };
}

/** Keys of tags ignore case. */
function mergeTags(
  role: Readonly<Record<string, string>>,
  session: Readonly<Record<string, string>>,
): Record<string, string> {
  const given = new Set(Object.keys(session).map((key) => key.toLowerCase()));
  const inherited = Object.entries(role).filter(([key]) => !given.has(key.toLowerCase()));
  return { ...Object.fromEntries(inherited), ...session };
}
