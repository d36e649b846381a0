import { S3Error } from '../errors/s3-error.js';
import { evaluateAccess, type Decision, type PolicyDocument, type PolicyRequest } from '../policy/index.js';
import type { BucketRecord } from '../store/records.js';
import type { Access } from './access.js';
import { conditionContext } from './condition-context.js';
import type { Context } from './context.js';

/** A bucket's owner can always get out of a policy that locks everyone out. */
const RESCUE = /^s3:(Get|Put|Delete)BucketPolicy$/;

/** Called once a request is authenticated and its bucket known to exist. @throws S3Error AccessDenied */
export function authorise(ctx: Context, access: Access): void {
  const { decision, policy = 'identity', request } = decide(ctx, access);
  if (decision === 'allow') return;
  const kind = { identity: 'identity-based', session: 'session', bucket: 'resource-based' }[policy];
  const reason =
    decision === 'explicitDeny'
      ? `with an explicit deny in a ${kind} policy`
      : `because no ${kind} policy allows the ${access.action} action`;
  throw new S3Error(
    'AccessDenied',
    `User: ${request.principal.arn} is not authorized to perform: ${access.action} on resource: "${request.resource}" ${reason}`,
  );
}

function decide(
  ctx: Context,
  access: Access,
): Decision & { policy?: 'identity' | 'session' | 'bucket'; request: PolicyRequest } {
  const { s3, caller } = ctx;
  const { identity } = caller;
  let context: PolicyRequest['context'] | undefined;
  const request: PolicyRequest = {
    action: access.action,
    resource:
      access.key === '' ? `arn:aws:s3:::${access.bucket || '*'}` : `arn:aws:s3:::${access.bucket}/${access.key}`,
    principal: {
      arn: identity.sessionArn ?? identity.principalArn,
      accountId: s3.accountId,
      accessKeyId: identity.accessKeyId,
      tags: identity.tags,
    },
    // For a policy that asks: root in a bucket without one meets none.
    get context() {
      return (context ??= conditionContext(ctx, access));
    },
  };
  if (identity.kind === 'root' && RESCUE.test(access.action)) return { decision: 'allow', request };
  const record = s3.features.bucketPolicy ? s3.store.findBucket(access.bucket) : undefined;
  const rights = {
    identity: identity.policy ? [identity.policy] : ('root' as const),
    session: identity.sessionPolicy,
    bucket: record && bucketPolicy(record),
  };
  return { ...evaluateAccess(rights, request), request };
}

const parsed = new WeakMap<BucketRecord, PolicyDocument>();

/** Checked when it was stored; read once for each state of the bucket. */
function bucketPolicy(record: BucketRecord): PolicyDocument | undefined {
  const text = record.config['policy'];
  if (text === undefined) return undefined;
  const policy = parsed.get(record) ?? (JSON.parse(text) as PolicyDocument);
  parsed.set(record, policy);
  return policy;
}
