import { kmsRights } from '../s3/tenant-credentials.js';
import { checkedBucketOptions, type BucketOptions, type CheckedBucketOptions } from './bucket.options.js';
import { policyDocument, type PolicyDocument, type PolicyStatement } from './policy-document.js';

const areas = ['uploads', 'signatures', 'documents', 'templates', 'custom'];
const ownOrg = '${aws:PrincipalTag/OrgId}';

export interface TenantSessions {
  /** Whether sessions carry the tag `OrgId`. Default true; without it only the session policy confines them. */
  tagSession?: boolean;
}

/**
 * The application's own role. With a tenant role it may assume that and the archiver's role, and read the bucket's
 * settings for `checkBucketOnBoot`; the files themselves are out of its reach, the names of open uploads are not. Without one it works on the layout's
 * prefixes of every organisation. It may never change the bucket.
 */
export function appPolicy(options: BucketOptions): PolicyDocument {
  const checked = checkedBucketOptions(options);
  const { arn, tenantRoleArn, archiverRoleArns } = checked;
  const readSettings: PolicyStatement = {
    Sid: 'ReadBucketSettings',
    Effect: 'Allow',
    Action: [
      's3:GetBucketPolicy',
      's3:GetBucketCORS',
      's3:GetLifecycleConfiguration',
      's3:GetEncryptionConfiguration',
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketOwnershipControls',
      's3:GetBucketVersioning',
      's3:GetBucketObjectLockConfiguration',
    ],
    Resource: arn,
  };
  if (tenantRoleArn !== undefined) {
    const Resource = [...new Set([tenantRoleArn, ...archiverRoleArns])];
    const assume: PolicyStatement = {
      Sid: 'ActForOneOrganisation',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource,
    };
    return policyDocument([assume, openUploads(checked), readSettings]);
  }
  const prefixes = [...areas.map((area) => `*/${area}/*`), 'incoming/*'];
  // The archive is written once: the application may add to it and read it, no more.
  const archive = archiverRoleArns.length === 0 && files(checked, ['audit-archive/*'], 'Archive', archiveActions);
  const listed = archive ? [...prefixes, 'audit-archive/*'] : prefixes;
  return policyDocument([
    files(checked, prefixes, 'Files', fileActions),
    archive,
    listing(checked, listed),
    openUploads(checked),
    ...keyRights(checked),
    readSettings,
  ]);
}

/** The role assumed for one organisation at a time; its rights depend on the session's tag. */
export function tenantRolePolicy(options: BucketOptions, { tagSession = true }: TenantSessions = {}): PolicyDocument {
  const checked = checkedBucketOptions(options);
  const { archiverRoleArns, tenantRoleArn } = checked;
  const org = tagSession ? ownOrg : '*';
  const prefixes = [`${org}/*`, `incoming/${org}/*`];
  const archives = archiverRoleArns.length === 0 || archiverRoleArns.includes(tenantRoleArn ?? '');
  const archive = archives && files(checked, [`audit-archive/${org}/*`], 'Archive', archiveActions);
  const listed = archive ? [...prefixes, `audit-archive/${org}/*`] : prefixes;
  return policyDocument([
    files(checked, prefixes, 'Files', fileActions),
    archive,
    listing(checked, listed),
    ...keyRights(checked),
  ]);
}

/** The role for `audit-archive/` alone: it adds and reads, and deletes nothing. */
export function archiverPolicy(options: BucketOptions, { tagSession = true }: TenantSessions = {}): PolicyDocument {
  const checked = checkedBucketOptions(options);
  const prefixes = [`audit-archive/${tagSession ? ownOrg : '*'}/*`];
  return policyDocument([
    files(checked, prefixes, 'Archive', archiveActions),
    listing(checked, prefixes),
    ...keyRights(checked),
  ]);
}

/**
 * Who may assume the tenant or archiver role: the application's role alone, and only for an organisation that it names
 * in the tag. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
export function tenantTrustPolicy(appRoleArn: string): PolicyDocument {
  const Principal = { AWS: appRoleArn };
  const named = { 'aws:RequestTag/OrgId': '?*' };
  const onlyThat = { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'OrgId' } };
  return policyDocument([
    {
      Sid: 'ActForOneOrganisation',
      Effect: 'Allow',
      Principal,
      Action: 'sts:AssumeRole',
      Condition: { StringLike: { ...named, 'sts:RoleSessionName': 'org-*' }, ...onlyThat },
    },
    // The name of the session is no condition of the tag.
    {
      Sid: 'NameTheOrganisation',
      Effect: 'Allow',
      Principal,
      Action: 'sts:TagSession',
      Condition: { StringLike: named, ...onlyThat },
    },
  ]);
}

const archiveActions = ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];
const fileActions = [...archiveActions, 's3:DeleteObject'];

function files(
  { arn, acl }: CheckedBucketOptions,
  prefixes: string[],
  what: string,
  actions: string[],
): PolicyStatement {
  const Action = acl === 'private' ? [...actions, 's3:PutObjectAcl'] : actions;
  return { Sid: `Use${what}`, Effect: 'Allow', Action, Resource: prefixes.map((prefix) => `${arn}/${prefix}`) };
}

/** Without the right to list, S3 answers 403 for an absent object, which could then not be told from a refusal. */
const listing = ({ arn }: CheckedBucketOptions, prefixes: string[]): PolicyStatement => ({
  Sid: 'List',
  Effect: 'Allow',
  Action: 's3:ListBucket',
  Resource: arn,
  Condition: { StringLike: { 's3:prefix': prefixes } },
});

/**
 * What an upload that was given up has left is found by this and aborted with the organisation's own rights. It shows the
 * names of all open uploads, for `s3:prefix` is no condition of it, so only the application's own role has it.
 */
const openUploads = ({ arn }: CheckedBucketOptions): PolicyStatement => ({
  Sid: 'ListOpenUploads',
  Effect: 'Allow',
  Action: 's3:ListBucketMultipartUploads',
  Resource: arn,
});

const keyRights = ({ encryption, partition }: CheckedBucketOptions): PolicyStatement[] =>
  typeof encryption === 'object' ? [{ Sid: 'UseKey', ...kmsRights(encryption.kmsKeyId, partition) }] : [];
