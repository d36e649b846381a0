import type { ContextValue } from '../policy/index.js';
import type { Access } from './access.js';
import type { Context } from './context.js';

/** Headers that are condition keys of the same name. Source: Service Authorization Reference, "Condition keys for Amazon S3". */
const HEADER_KEYS = [
  'if-match',
  'if-none-match',
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-object-ownership',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

/** Not ListBucketMultipartUploads: the reference has none of the keys of a listing there. */
const LISTING = ['s3:ListBucket', 's3:ListBucketVersions'];
/** Where s3:PutObject makes an object, and not a part or an upload: S3 User Guide, "Enforce conditional writes". */
const CREATING = ['PutObject', 'PostObject', 'CopyObject', 'CompleteMultipartUpload'];
const DAY_MS = 24 * 60 * 60 * 1000;

/** The condition keys a request has; one it does not have is absent, which conditions tell apart from empty. */
export function conditionContext(ctx: Context, access: Access): Record<string, ContextValue> {
  const { request, caller, s3 } = ctx;
  const { headers, query } = request;
  const { identity } = caller;
  const now = s3.clock.now();
  const context: Record<string, ContextValue | undefined> = {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': Math.floor(now.getTime() / 1000),
    // these two are there for temporary credentials only
    'aws:MultiFactorAuthPresent': identity.kind === 'session' ? false : undefined,
    'aws:TokenIssueTime': identity.issuedAt === undefined ? undefined : new Date(identity.issuedAt).toISOString(),
    'aws:PrincipalAccount': s3.accountId,
    'aws:PrincipalArn': identity.principalArn,
    'aws:PrincipalIsAWSService': false,
    'aws:PrincipalType': { root: 'Account', user: 'User', session: 'AssumedRole' }[identity.kind],
    'aws:Referer': headers['referer'],
    'aws:RequestedRegion': s3.region,
    'aws:ResourceAccount': s3.accountId,
    'aws:SecureTransport': s3.secure,
    'aws:SourceIp': request.sourceIp,
    'aws:UserAgent': headers['user-agent'],
    'aws:ViaAWSService': false,
    'aws:userid': identity.userId,
    'aws:username': identity.kind === 'user' ? identity.name : undefined,
    's3:ObjectCreationOperation': access.action === 's3:PutObject' ? CREATING.includes(ctx.operation) : undefined,
    's3:ResourceAccount': s3.accountId,
    's3:TlsVersion': s3.secure ? '1.3' : undefined,
    's3:VersionId': access.versionId,
    's3:authType': caller.authType,
    's3:signatureAge': Math.max(0, now.getTime() - caller.signedAt.getTime()),
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:x-amz-content-sha256':
      headers['x-amz-content-sha256'] ?? (caller.authType === 'REST-QUERY-STRING' ? 'UNSIGNED-PAYLOAD' : undefined),
  };
  for (const name of HEADER_KEYS) context[`s3:${name}`] = headers[name];
  Object.assign(context, lockContext(ctx, access));
  if (LISTING.includes(access.action)) {
    for (const name of ['prefix', 'delimiter', 'max-keys']) context[`s3:${name}`] = query.get(name);
    // Whether an object's absence may be known is a question about its own key.
    if (access.absentKey !== undefined) context['s3:prefix'] = access.absentKey;
  }
  const defined = Object.entries({ ...context, ...tagContext(ctx, access) });
  return Object.fromEntries(defined.filter((entry): entry is [string, ContextValue] => entry[1] !== undefined));
}

function lockContext(
  { request: { headers }, s3 }: Context,
  { lock }: Access,
): Record<string, ContextValue | undefined> {
  const until = lock?.retention
    ? new Date(lock.retention.until).toISOString()
    : headers['x-amz-object-lock-retain-until-date'];
  const days = (Date.parse(until ?? '') - s3.clock.now().getTime()) / DAY_MS;
  return {
    's3:object-lock-mode': lock?.retention?.mode ?? headers['x-amz-object-lock-mode'],
    's3:object-lock-retain-until-date': until,
    's3:object-lock-remaining-retention-days': Number.isNaN(days) ? undefined : Math.ceil(days),
    's3:object-lock-legal-hold': lock?.legalHold ?? headers['x-amz-object-lock-legal-hold'],
  };
}

function tagContext({ request, s3 }: Context, { bucket, key, versionId }: Access): Record<string, ContextValue> {
  const context: Record<string, ContextValue> = {};
  const header = request.headers['x-amz-tagging'];
  if (header !== undefined) {
    const tags = new URLSearchParams(header);
    for (const [name, value] of tags) context[`s3:RequestObjectTag/${name}`] = value;
    context['s3:RequestObjectTagKeys'] = [...tags.keys()];
  }
  if (key === '' || !s3.store.findBucket(bucket)) return context;
  const objects = s3.store.objects(bucket);
  const existing = versionId === undefined ? objects.latest(key) : objects.find(key, versionId);
  if (!existing || existing.deleteMarker) return context;
  for (const [name, value] of Object.entries(existing.tags)) context[`s3:ExistingObjectTag/${name}`] = value;
  return context;
}
