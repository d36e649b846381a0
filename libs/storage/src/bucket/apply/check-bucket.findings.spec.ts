import {
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { bucket as Bucket, rules } from '../../../test/bucket-kits/bucket.kit.js';
import { allowed, cors, startCheckedBucket } from '../../../test/bucket-kits/check-bucket.kit.js';
import { storageSettings } from '../../options/storage.settings.js';
import { corsRules, lifecycleRules, publicAccessBlock } from '../desired/bucket-settings.js';
import { checkBucket } from './check-bucket.js';
import type { PolicyStatement } from '../desired/policy-document.js';

const { settings, client, raw, ids, statements, reset, close } = await startCheckedBucket();

beforeEach(reset);
afterAll(close);

const lifecycle = (Rules: ReturnType<typeof lifecycleRules>) =>
  new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } });

const flags = (more: object) =>
  new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { ...publicAccessBlock(), ...more } });

describe('one thing broken is one finding, by its name', () => {
  test.each<[string, () => { input: object }[], string[]]>([
    [
      'no policy',
      () => [new DeleteBucketPolicyCommand({ Bucket })],
      [
        'policy:DenyInsecureTransport',
        'policy:DenyOldTls',
        'policy:DenyUnencryptedUploads',
        'policy:DenyCustomerProvidedKeys',
        'policy:DenyStalePresignedReads',
        'policy:DenyStalePresignedWrites',
        'policy:DenyPublicAccess',
        'policy:DenyKeysOutsideLayout',
        'policy:DenyAuditArchiveDeletion',
        'policy:DenyAuditArchiveOverwrite',
      ],
    ],
    ['a statement gone', () => [statements((all) => all.slice(1))], ['policy:DenyInsecureTransport']],
    [
      'a longer age',
      () => [statements((all) => JSON.parse(JSON.stringify(all).replace('900000', '604800000')) as PolicyStatement[])],
      ['policy:DenyStalePresignedReads'],
    ],
    [
      'a narrower resource',
      () => [
        statements((all) =>
          all.map((one) =>
            one.Sid === 'DenyCustomerProvidedKeys' ? { ...one, Resource: `arn:aws:s3:::${Bucket}/1/*` } : one,
          ),
        ),
      ],
      ['policy:DenyCustomerProvidedKeys'],
    ],
    [
      'an Allow to everyone',
      () => [
        flags({ BlockPublicPolicy: false, RestrictPublicBuckets: false }),
        statements((all) => [...all, allowed('*')]),
      ],
      ['public-access:BlockPublicPolicy', 'public-access:RestrictPublicBuckets', 'policy:Theirs'],
    ],
    ['no CORS', () => [new DeleteBucketCorsCommand({ Bucket })], ['cors']],
    ['another origin', () => [cors(...corsRules({ appOrigins: ['https://old.example.com'] }))], ['cors']],
    [
      'an origin for all',
      () => [cors(...corsRules(rules), { ID: 'all', AllowedOrigins: ['*'], AllowedMethods: ['GET'] })],
      ['cors:all'],
    ],
    [
      'no lifecycle',
      () => [new DeleteBucketLifecycleCommand({ Bucket })],
      ['lifecycle:incoming', 'lifecycle:incomplete', 'lifecycle:noncurrent'],
    ],
    [
      'incoming kept for a month',
      () => [
        lifecycle(
          lifecycleRules().map((rule) =>
            rule.Filter?.Prefix === 'incoming/' ? { ...rule, Expiration: { Days: 30 } } : rule,
          ),
        ),
      ],
      ['lifecycle:incoming'],
    ],
    [
      'a rule switched off',
      () => [
        lifecycle(
          lifecycleRules().map((rule) =>
            rule.AbortIncompleteMultipartUpload ? { ...rule, Status: 'Disabled' as const } : rule,
          ),
        ),
      ],
      ['lifecycle:incomplete'],
    ],
    [
      'replaced versions of two kinds of organisation kept for less',
      () => [
        lifecycle(
          lifecycleRules().map((rule) =>
            /^[19]$/.test(rule.Filter?.Prefix ?? '')
              ? { ...rule, NoncurrentVersionExpiration: { NoncurrentDays: 7 } }
              : rule,
          ),
        ),
      ],
      ['lifecycle:noncurrent'],
    ],
    [
      'the rule of an earlier version, which reached the archive',
      () => [
        lifecycle([
          ...lifecycleRules(),
          {
            ID: 'nest-tenant-storage-noncurrent',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            NoncurrentVersionExpiration: { NoncurrentDays: 90 },
          },
        ]),
      ],
      ['lifecycle:noncurrent'],
    ],
    [
      'a rule that deletes files',
      () => [
        lifecycle([
          ...lifecycleRules(),
          { ID: 'tidy', Status: 'Enabled', Filter: { Prefix: '1/' }, Expiration: { Days: 7 } },
        ]),
      ],
      ['lifecycle:tidy'],
    ],
    ['a flag off', () => [flags({ BlockPublicAcls: false })], ['public-access:BlockPublicAcls']],
    [
      'no block at all',
      () => [new DeletePublicAccessBlockCommand({ Bucket })],
      [
        'public-access:BlockPublicAcls',
        'public-access:IgnorePublicAcls',
        'public-access:BlockPublicPolicy',
        'public-access:RestrictPublicBuckets',
      ],
    ],
    [
      'ACLs switched on',
      () => [
        new PutBucketOwnershipControlsCommand({
          Bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
        }),
      ],
      ['ownership'],
    ],
    ['no ownership controls', () => [new DeleteBucketOwnershipControlsCommand({ Bucket })], ['ownership']],
    [
      'versioning suspended',
      () => [new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })],
      ['versioning'],
    ],
  ])('%s', async (_name, commands, findings) => {
    for (const command of commands()) await raw.send(command as never);
    expect(await ids()).toEqual(findings);
  });

  test('another key of KMS', async () => {
    const kms = storageSettings({ ...settings, encryption: { kmsKeyId: 'arn:aws:kms:us-east-1:000000000000:key/1' } });
    const { findings } = await checkBucket(kms, client, rules);
    expect(findings.map(({ id }) => id)).toEqual([
      'encryption',
      'policy:DenyUnencryptedUploads',
      'policy:DenyOtherEncryptionKeys',
    ]);
  });

  test('a default that S3 falls back to is as good as one that was set', async () => {
    await raw.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect(await ids()).toEqual([]);
  });

  test('encryption stronger than asked for is no finding', async () => {
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: 'k' } }];
    await raw.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    expect(await ids()).toEqual([]);
  });
});
