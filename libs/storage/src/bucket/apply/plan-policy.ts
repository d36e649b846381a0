import { bucketPolicy, policyId } from '../desired/bucket-policy.js';
import type { CheckedBucketOptions } from '../desired/bucket.options.js';
import { policyDocument, type PolicyDocument, type PolicyStatement } from '../desired/policy-document.js';
import { same } from './same.js';
import type { Change } from './setting.js';

/** @throws {SyntaxError} */
export function readPolicy(text: string | undefined): PolicyDocument | undefined {
  if (!text) return undefined;
  const policy = JSON.parse(text) as Omit<PolicyDocument, 'Statement'> & {
    Statement: PolicyStatement | PolicyStatement[];
  };
  return { ...policy, Statement: [policy.Statement].flat() };
}

/**
 * Ours beside theirs. A Deny of somebody else is never touched, whatever it denies, nor is one of ours that these options
 * no longer ask for; what grants something to everyone goes.
 */
export function planPolicy(current: PolicyDocument | undefined, options: CheckedBucketOptions) {
  const wanted = bucketPolicy(options).Statement;
  const present = current?.Statement ?? [];
  const isOurs = current?.Id === policyId;
  const changes: Change[] = [];
  for (const statement of wanted) {
    const Sid = statement.Sid!;
    const found = present.find((other) => other.Sid === Sid);
    if (found && same(found, statement)) continue;
    changes.push({
      part: Sid,
      severity: 'error',
      message: found ? `Statement ${Sid} says something else.` : `Statement ${Sid} is missing.`,
      ...(found && !isOurs && { foreign: true }),
    });
  }
  const others = present.filter(({ Sid }) => !wanted.some((statement) => statement.Sid === Sid));
  const open = others.filter(isOpen);
  for (const { Sid = 'without Sid' } of open) {
    changes.push({
      part: Sid,
      severity: 'error',
      message: `Statement ${Sid} allows something to everyone.`,
      foreign: true,
    });
  }
  const kept = others.filter((statement) => !open.includes(statement));
  return { next: policyDocument([...wanted, ...kept], policyId), changes };
}

function isOpen({ Effect, Principal }: PolicyStatement): boolean {
  if (Effect !== 'Allow') return false;
  return Principal === '*' || (typeof Principal === 'object' && Object.values(Principal).flat().includes('*'));
}
