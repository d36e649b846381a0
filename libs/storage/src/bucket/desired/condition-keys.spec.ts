import { options } from '../../../test/bucket-kits/policy-decision.kit.js';
import { parseOrgId } from '../../keys/org-id.js';
import type { AreaUser } from '../../keys/areas.js';
import { sessionPolicy } from '../../store/client/tenant-credentials.js';
import { storageSettings } from '../../options/storage.settings.js';
import { bucketPolicy } from './bucket-policy.js';
import type { BucketOptions } from './bucket.options.js';
import { appPolicy, archiverPolicy, tenantRolePolicy, tenantTrustPolicy } from './iam-policies.js';
import type { PolicyDocument } from './policy-document.js';

/*
 * A condition on a key that an action does not have never holds on Amazon, without a word: an Allow then allows nothing,
 * a Deny denies nothing. Which keys an action has stands in the Service Authorization Reference, from which this table is:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html
 */
const ofEveryRequest = ['aws:SecureTransport', 'aws:PrincipalArn', 'aws:PrincipalTag/OrgId', 'aws:Referer'];
const s3 = (...more: string[]) => [
  ...['authType', 'signatureAge', 'signatureversion', 'TlsVersion', 'ResourceAccount', 'x-amz-content-sha256'],
  ...more,
];
const write = ['acl', ...['', '-aws-kms-key-id', '-customer-algorithm'].map((end) => `server-side-encryption${end}`)];
const scanTag = 'ExistingObjectTag/GuardDutyMalwareScanStatus';
const keysOf: Record<string, string[]> = {
  's3:GetObject': s3(scanTag),
  's3:GetObjectVersion': s3(scanTag, 'versionid'),
  's3:GetObjectTagging': s3(scanTag),
  's3:GetObjectVersionTagging': s3(scanTag, 'versionid'),
  's3:PutObjectTagging': s3(scanTag, 'RequestObjectTag', 'RequestObjectTagKeys'),
  's3:PutObjectVersionTagging': s3(scanTag, 'RequestObjectTag', 'RequestObjectTagKeys', 'versionid'),
  's3:DeleteObjectTagging': s3(scanTag),
  's3:DeleteObjectVersionTagging': s3(scanTag, 'versionid'),
  's3:PutObject': s3('if-match', 'if-none-match', 'ObjectCreationOperation', ...write.map((name) => `x-amz-${name}`)),
  's3:PutObjectAcl': s3('ExistingObjectTag', 'x-amz-acl'),
  's3:DeleteObject': s3('if-match'),
  's3:DeleteObjectVersion': s3('versionid'),
  's3:RestoreObject': s3(),
  's3:AbortMultipartUpload': s3(),
  's3:ListMultipartUploadParts': s3(),
  's3:ListBucket': s3('prefix', 'delimiter', 'max-keys'),
  's3:ListBucketVersions': s3('prefix', 'delimiter', 'max-keys'),
  's3:PutObjectLegalHold': s3('object-lock-legal-hold'),
  's3:ListBucketMultipartUploads': s3(),
  's3:GetBucketPolicy': s3(),
  's3:GetBucketCORS': s3(),
  's3:GetLifecycleConfiguration': s3(),
  's3:GetEncryptionConfiguration': s3(),
  's3:GetBucketPublicAccessBlock': s3(),
  's3:GetBucketOwnershipControls': s3(),
  's3:GetBucketVersioning': s3(),
  's3:GetBucketObjectLockConfiguration': s3(),
  'kms:GenerateDataKey': ['ViaService', 'ResourceAliases', 'RequestAlias', 'CallerAccount', 'aws:ResourceTag/OrgId'],
  'kms:Decrypt': ['ViaService', 'ResourceAliases', 'RequestAlias', 'CallerAccount', 'aws:ResourceTag/OrgId'],
  'sts:AssumeRole': ['RoleSessionName', 'ExternalId', 'TransitiveTagKeys', 'aws:RequestTag/OrgId', 'aws:TagKeys'],
  'sts:TagSession': ['TransitiveTagKeys', 'aws:RequestTag/OrgId', 'aws:TagKeys'],
};

/** The actions that a written one stands for. */
function named(written: string): string[] {
  const pattern = new RegExp(`^${written.replaceAll('*', '.*')}$`);
  const found = Object.keys(keysOf).filter((action) => pattern.test(action));
  return found.length > 0 ? found : [`${written}, which is not in the table`];
}

function unsupported({ Statement }: PolicyDocument): string[] {
  return Statement.flatMap(({ Sid = '', Action, Condition = {} }) => {
    const keys = Object.values(Condition).flatMap((each) => Object.keys(each));
    return [Action]
      .flat()
      .flatMap(named)
      .flatMap((action) => {
        const service = action.split(':')[0];
        const has = keysOf[action]?.map((key) => (key.includes(':') ? key : `${service}:${key}`));
        if (!has) return [`${Sid}: ${action}`];
        return keys
          .filter((key) => !has.includes(key) && !ofEveryRequest.includes(key))
          .map((key) => `${Sid}: ${action} ${key}`);
      });
  });
}

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const keyOf = (org: string) => `arn:aws:kms:ap-southeast-1:111122223333:key/mrk-${org.padStart(32, '0')}`;
const variants: [string, BucketOptions][] = [
  ['everything', options],
  ['no roles', { bucket: options.bucket }],
  ['strict', { ...options, strict: true }],
  ['GuardDuty', { ...options, guardDutyRoleArn: role('scanner') }],
  ['a key by its ARN', { ...options, encryption: { kmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/1' } }],
  ['a key for each organisation', { ...options, encryption: { kmsKeyOf: keyOf } }],
  ['a key by its alias', { bucket: options.bucket, encryption: { kmsKeyId: 'alias/clinic' } }],
];

describe.each(variants)('every condition can hold: %s', (_name, given) => {
  test.each<[string, (options: BucketOptions) => PolicyDocument | Promise<PolicyDocument>]>([
    ['bucket policy', bucketPolicy],
    ['application', appPolicy],
    ['tenant role', tenantRolePolicy],
    ['tenant role without tags', (each) => tenantRolePolicy(each, { tagSession: false })],
    ['archiver', archiverPolicy],
    ['trust', () => tenantTrustPolicy(role('app'))],
    ['session on files', (each) => session(each, 'app')],
    ['session on the archive', (each) => session(each, 'archiver')],
  ])('%s', async (_document, make) => {
    expect(unsupported(await make(given))).toEqual([]);
  });
});

async function session({ bucket, encryption, store }: BucketOptions, user: AreaUser): Promise<PolicyDocument> {
  const settings = storageSettings({
    bucket,
    region: 'eu-central-1',
    encryption,
    store,
    tenantRole: { roleArn: role('tenant') },
  });
  return (await sessionPolicy(settings, parseOrgId('9223372036854775807'), user)) as PolicyDocument;
}

test('the table would find a condition that never holds', () => {
  const Condition = { StringLike: { 's3:prefix': '1/*' } };
  const statement = { Sid: 'List', Effect: 'Allow' as const, Resource: '*', Condition };
  const actions = ['s3:ListBucket', 's3:ListBucketMultipartUploads', 's3:Nothing'];
  expect(unsupported({ Version: '2012-10-17', Statement: [{ ...statement, Action: actions }] })).toEqual([
    'List: s3:ListBucketMultipartUploads s3:prefix',
    'List: s3:Nothing, which is not in the table',
  ]);
});

describe('a key of KMS is granted by itself, and through S3 only', () => {
  const arn = 'arn:aws:kms:eu-central-1:111122223333';
  test.each<[string, string, string | undefined]>([
    [`${arn}:key/1234`, `${arn}:key/1234`, undefined],
    ['1234abcd-12ab', 'arn:aws:kms:*:*:key/1234abcd-12ab', undefined],
    ['alias/clinic', 'arn:aws:kms:*:*:key/*', 'alias/clinic'],
    [`${arn}:alias/clinic`, `${arn}:key/*`, 'alias/clinic'],
  ])('%s', async (kmsKeyId, resource, alias) => {
    const given: BucketOptions = { bucket: options.bucket, encryption: { kmsKeyId } };
    const documents = [appPolicy(given), tenantRolePolicy(given), archiverPolicy(given), await session(given, 'app')];
    for (const document of documents) {
      const statement = document.Statement.find(({ Action }) => [Action].flat().includes('kms:Decrypt'));
      expect(statement?.Resource).toBe(resource);
      expect(statement?.Condition?.['ForAnyValue:StringEquals']?.['kms:ResourceAliases']).toBe(alias);
      expect(statement?.Condition?.['StringLike']).toEqual({ 'kms:ViaService': 's3.*.amazonaws.com*' });
    }
  });

  test('a store with keys of its own is told of no right to them', async () => {
    const given: BucketOptions = { bucket: options.bucket, store: 'ceph', encryption: { kmsKeyOf: () => 'a-key' } };
    const documents = [appPolicy(given), tenantRolePolicy(given), archiverPolicy(given), await session(given, 'app')];
    expect(JSON.stringify(documents)).not.toContain('kms:');
    expect(JSON.stringify(documents[3])).toContain('"s3:x-amz-server-side-encryption-aws-kms-key-id":"a-key"');
  });

  test('what S3 compares with is the ARN of the key, so a bucket policy compares with nothing else', () => {
    const sids = (kmsKeyId: string) =>
      bucketPolicy({ ...options, encryption: { kmsKeyId } }).Statement.map(({ Sid }) => Sid);
    expect(sids(`${arn}:key/1234`)).toContain('DenyOtherEncryptionKeys');
    expect(sids(`${arn}:alias/clinic`)).not.toContain('DenyOtherEncryptionKeys');
  });
});

test.each<[string, BucketOptions['encryption']]>([
  ['one key', { kmsKeyId: `arn:aws:kms:ap-southeast-1:111122223333:alias/${'k'.repeat(240)}` }],
  ['a key for each organisation', { kmsKeyOf: keyOf }],
])('a session policy fits into what STS takes, whatever the names: %s', async (_name, encryption) => {
  const bucket = 'b'.repeat(63);
  for (const user of ['app', 'archiver'] as const) {
    expect(JSON.stringify(await session({ bucket, encryption }, user)).length).toBeLessThan(2_048);
  }
});
