import { allAreas, areas, areasOf, folderIn, patternsOf, type Area } from '../../keys/areas.js';
import { hasKeys } from '../../options/encryption.js';
import { byOtherKey, keyRightsOf, underKeys, type Right } from '../../store/client/key-rights.js';
import { rightsIn } from '../../store/client/org-rights.js';
import { checkedBucketOptions, type BucketOptions, type CheckedBucketOptions } from './bucket.options.js';
import { keysIn, ownOrg, policyDocument, type PolicyDocument, type PolicyStatement } from './policy-document.js';

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
  // Whoever keeps the archive may have a role for it.
  const archives = archiverRoleArns.length === 0;
  return policyDocument([
    ...rightsIn(workedIn(archives), patternsOf, scanned(checked)),
    openUploads(checked),
    readSettings,
  ]);
}

/** The role assumed for one organisation at a time; its rights depend on the session's tag. */
export function tenantRolePolicy(options: BucketOptions, { tagSession = true }: TenantSessions = {}): PolicyDocument {
  const checked = checkedBucketOptions(options);
  const { archiverRoleArns, tenantRoleArn } = checked;
  const archives = archiverRoleArns.length === 0 || archiverRoleArns.includes(tenantRoleArn ?? '');
  const rights = { ...scanned(checked), ...keysOfSession(tagSession) };
  return policyDocument([...rightsIn(workedIn(archives), folderOfSession(tagSession), rights), noKeyNamed(checked)]);
}

/**
 * The role for `audit-archive/` alone: it adds and reads, and deletes nothing. It may see whether the organisation is being
 * erased, since nothing is added then.
 */
export function archiverPolicy(options: BucketOptions, { tagSession = true }: TenantSessions = {}): PolicyDocument {
  const checked = checkedBucketOptions(options);
  const folders = folderOfSession(tagSession);
  const seeClosed: Right = {
    Sid: 'SeeClosed',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: checked.arn,
    Condition: { StringLike: { 's3:prefix': folders(areas.control).map((folder) => `${folder}*`) } },
  };
  const rights = { ...checked, ...keysOfSession(tagSession) };
  return policyDocument([...rightsIn(areasOf('archiver'), folders, rights), seeClosed, noKeyNamed(checked)]);
}

/**
 * Who releases holds, purges, erases and exports: a person's role, never the application's. It reads and removes everything of
 * every organisation, versions too, and writes nothing but holds and what is being erased. In the archive the bucket policy
 * also has to except it (`breakGlassRoleArns`).
 */
export function officerPolicy(options: BucketOptions): PolicyDocument {
  const checked = checkedBucketOptions(options);
  const { arn, acl } = checked;
  const control = allAreas.filter(({ removedBy }) => removedBy === 'officer');
  return policyDocument([
    {
      Sid: 'ReadHoldAndRemove',
      Effect: 'Allow',
      Action: [
        's3:GetObject',
        's3:GetObjectVersion',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:AbortMultipartUpload',
        's3:GetObjectLegalHold',
        's3:PutObjectLegalHold',
        's3:GetObjectRetention',
        's3:BypassGovernanceRetention',
      ],
      Resource: keysIn(arn, allAreas),
    },
    {
      Sid: 'WriteControl',
      Effect: 'Allow',
      Action: acl === 'private' ? ['s3:PutObject', 's3:PutObjectAcl'] : 's3:PutObject',
      Resource: keysIn(arn, control),
    },
    {
      Sid: 'ListEverything',
      Effect: 'Allow',
      Action: [
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:ListBucketMultipartUploads',
        's3:GetBucketVersioning',
        's3:GetBucketObjectLockConfiguration',
      ],
      Resource: arn,
    },
    ...keyRightsOf(checked),
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

const scanned = (checked: CheckedBucketOptions) => ({
  ...checked,
  readsScans: checked.guardDutyRoleArn !== undefined,
});

const workedIn = (archives: boolean): readonly Area[] =>
  archives ? [...areasOf('app'), ...areasOf('archiver')] : areasOf('app');

const folderOfSession = (tagSession: boolean) => (area: Area) => [folderIn(area, tagSession ? ownOrg : '*')];

const keysOfSession = (tagSession: boolean) => (tagSession ? { keysOf: ownOrg } : {});

/** Whose key it is that a write names, the session's own policy says. */
function noKeyNamed({ arn, encryption, store }: CheckedBucketOptions): PolicyStatement | undefined {
  const Condition = hasKeys(encryption) ? byOtherKey(store) : undefined;
  return Condition && { Sid: 'NameTheKey', Effect: 'Deny', Action: 's3:PutObject', ...underKeys(arn), Condition };
}

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
