import { S3Error } from '../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../http/answer.js';
import type { Context, Operation } from '../request/context.js';
import { readDocument } from '../request/document.js';
import { owner } from '../request/owner.js';
import { requires } from '../request/requires.js';
import { targetVersion } from '../request/target-version.js';
import { versionHeader } from '../request/version-id.js';
import type { S3 } from '../s3.js';
import { checkAcl } from './canned-acl.js';
import { ownershipOf } from './ownership.js';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const GROUPS = 'http://acs.amazonaws.com/groups/global';

/** Who the canned ACLs let in besides the owner. Source: S3 User Guide, "Access control list (ACL) overview". */
const PUBLIC_GRANTS: Readonly<Record<string, readonly [group: string, permission: string][]>> = {
  'public-read': [['AllUsers', 'READ']],
  'public-read-write': [
    ['AllUsers', 'READ'],
    ['AllUsers', 'WRITE'],
  ],
  'authenticated-read': [['AuthenticatedUsers', 'READ']],
};

function aclAnswer(s3: S3, acl: string, headers: Answer['headers'] = {}): Answer {
  const { ID, DisplayName } = owner(s3);
  const grantee = { '@xmlns:xsi': XSI, '@xsi:type': 'CanonicalUser', ID, DisplayName };
  const groups = (PUBLIC_GRANTS[acl] ?? []).map(([group, Permission]) => ({
    Grantee: { '@xmlns:xsi': XSI, '@xsi:type': 'Group', URI: `${GROUPS}/${group}` },
    Permission,
  }));
  const Grant = [{ Grantee: grantee, Permission: 'FULL_CONTROL' }, ...groups];
  return xmlAnswer('AccessControlPolicy', { Owner: { ID, DisplayName }, AccessControlList: { Grant } }, headers);
}

/** The canned ACL of the request. A list of grants in the body is not implemented. */
async function requested(ctx: Context): Promise<string> {
  if (ownershipOf(ctx.s3.store.bucket(ctx.bucket)) === 'BucketOwnerEnforced')
    throw new S3Error('AccessControlListNotSupported');
  const body = await readDocument(ctx);
  const acl = ctx.request.headers['x-amz-acl'];
  if (acl === undefined) throw new S3Error(body.length > 0 ? 'NotImplemented' : 'MissingSecurityHeader');
  if (body.length > 0)
    throw new S3Error('InvalidRequest', 'Specify either a canned ACL or a list of grants, not both.');
  checkAcl(ctx, acl);
  return acl;
}

function getObjectAcl(ctx: Context): Answer {
  const { acl, versionId } = targetVersion(ctx);
  return aclAnswer(ctx.s3, acl, versionHeader(versionId));
}

async function putObjectAcl(ctx: Context): Promise<Answer> {
  const acl = await requested(ctx);
  const version = targetVersion(ctx);
  ctx.s3.store.commit({ type: 'amend', bucket: ctx.bucket, version: { ...version, acl } });
  return { status: 200, headers: versionHeader(version.versionId) };
}

const getBucketAcl = ({ s3, bucket }: Context): Answer =>
  aclAnswer(s3, s3.store.bucket(bucket).config['acl'] ?? 'private');

async function putBucketAcl(ctx: Context): Promise<Answer> {
  const acl = await requested(ctx);
  const bucket = ctx.s3.store.bucket(ctx.bucket);
  ctx.s3.store.commit({ type: 'bucket', bucket: { ...bucket, config: { ...bucket.config, acl } } });
  return { status: 200 };
}

const ofObject = { level: 'object', query: 'acl', params: ['versionId'] } as const;
const ofBucket = { level: 'bucket', query: 'acl' } as const;

export const aclOperations: readonly Operation[] = [
  {
    ...ofObject,
    name: 'GetObjectAcl',
    method: 'GET',
    action: 's3:GetObjectAcl',
    versionAction: 's3:GetObjectVersionAcl',
    run: requires('acl', getObjectAcl),
  },
  {
    ...ofObject,
    name: 'PutObjectAcl',
    method: 'PUT',
    action: 's3:PutObjectAcl',
    versionAction: 's3:PutObjectVersionAcl',
    run: requires('acl', putObjectAcl),
  },
  { ...ofBucket, name: 'GetBucketAcl', method: 'GET', action: 's3:GetBucketAcl', run: requires('acl', getBucketAcl) },
  { ...ofBucket, name: 'PutBucketAcl', method: 'PUT', action: 's3:PutBucketAcl', run: requires('acl', putBucketAcl) },
];
