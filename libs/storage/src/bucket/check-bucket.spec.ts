import {
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startEmbeddedS3, type EmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { createS3Client } from '../s3/s3-client.js';
import { storageSettings, type StorageSettings } from '../storage.settings.js';
import { bucketPolicy } from './bucket-policy.js';
import { corsRules, lifecycleRules, publicAccessBlock } from './bucket-settings.js';
import { bucketOptionsOf, checkBucket } from './check-bucket.js';
import { diagnose } from './doctor.js';
import { provision } from './provision.js';
import type { PolicyStatement } from './policy-document.js';

const Bucket = 'clinic-files';
const rules = { appOrigins: ['https://app.example.com'], requireTls: true };
const yes = { confirm: async () => true };

let s3: EmbeddedS3;
let settings: StorageSettings;
let client: S3Client;
let raw: S3Client;

beforeAll(async () => {
  s3 = await startEmbeddedS3({ buckets: [Bucket] });
  const { region, endpoint, credentials } = s3;
  settings = storageSettings({ bucket: Bucket, region, endpoint, credentials });
  client = createS3Client(settings);
  raw = new S3Client({ region, endpoint, credentials, forcePathStyle: true });
});

afterAll(async () => {
  client.destroy();
  raw.destroy();
  await s3.close();
});

beforeEach(async () => {
  // What provisioning would rightly leave alone.
  await raw.send(new DeleteBucketLifecycleCommand({ Bucket }));
  await raw.send(new DeleteBucketPolicyCommand({ Bucket }));
  await raw.send(new DeleteBucketCorsCommand({ Bucket }));
  await provision(settings, client, rules, yes);
});

const ids = async () => (await checkBucket(settings, client, rules)).findings.map(({ id }) => id);

const statements = (change: (all: PolicyStatement[]) => PolicyStatement[]) => {
  const policy = bucketPolicy(bucketOptionsOf(settings, rules));
  return new PutBucketPolicyCommand({
    Bucket,
    Policy: JSON.stringify({ ...policy, Statement: change(policy.Statement) }),
  });
};
const lifecycle = (Rules: ReturnType<typeof lifecycleRules>) =>
  new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } });
const cors = (...CORSRules: ReturnType<typeof corsRules>) =>
  new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } });
const flags = (more: object) =>
  new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { ...publicAccessBlock(), ...more } });
const allowed = (Principal: PolicyStatement['Principal']): PolicyStatement => ({
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal,
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${Bucket}/x/*`,
});

test('a provisioned bucket has nothing to say', async () => {
  expect(await checkBucket(settings, client, rules)).toEqual({ ok: true, findings: [] });
});

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
        lifecycle(lifecycleRules().map((rule) => (rule.Filter?.Prefix ? { ...rule, Expiration: { Days: 30 } } : rule))),
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

test('other people’s statements and rules are none of our business', async () => {
  const theirs = allowed({ AWS: 'arn:aws:iam::111122223333:root' });
  const deny: PolicyStatement = { ...theirs, Sid: 'TheirDeny', Effect: 'Deny', Principal: '*' };
  await raw.send(statements((all) => [...all, theirs, deny]));
  await raw.send(
    cors(...corsRules(rules), { ID: 'b', AllowedOrigins: ['https://b.example.com'], AllowedMethods: ['GET'] }),
  );
  expect(await ids()).toEqual([]);
});

test.each([
  ['bucketPolicy', ['policy:unsupported']],
  ['blockPublicAccess', ['public-access:unsupported']],
] as const)('a store without %s is not taken for a safe one', async (feature, findings) => {
  s3.features[feature] = false;
  try {
    expect(await ids()).toEqual(findings);
  } finally {
    s3.features[feature] = true;
  }
});

test('missing rights are named, action by action', async () => {
  const Action = ['s3:ListBucket', 's3:GetBucketPolicy', 's3:GetBucketVersioning'];
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
  const user = { name: 'app', accessKeyId: 'AKIAAPP', secretAccessKey: 'secret-of-the-app', policy };
  const other = await startEmbeddedS3({ buckets: [Bucket], users: [user] });
  const { region, endpoint } = other;
  const root = storageSettings({ bucket: Bucket, region, endpoint, credentials: other.credentials });
  const app = storageSettings({ bucket: Bucket, region, endpoint, credentials: user });
  const [rootClient, appClient] = [createS3Client(root), createS3Client(app)];
  try {
    await provision(root, rootClient, rules, yes);
    const { ok, findings } = await checkBucket(app, appClient, rules);
    expect(ok).toBe(false);
    expect(findings.map(({ id }) => id)).toEqual(
      ['public-access', 'ownership', 'encryption', 'lifecycle', 'cors'].map((id) => `${id}:forbidden`),
    );
    expect(findings.map(({ message }) => message).join()).toMatch(
      /s3:GetBucketPublicAccessBlock.*s3:GetBucketOwnershipControls.*s3:GetEncryptionConfiguration.*s3:GetLifecycleConfiguration.*s3:GetBucketCORS/,
    );
  } finally {
    rootClient.destroy();
    appClient.destroy();
    await other.close();
  }
});

test.each<[string, () => Partial<StorageSettings>, string]>([
  ['no such bucket', () => ({ bucket: 'another-bucket' }), 'bucket:no-bucket'],
  ['nobody there', () => ({ endpoint: 'http://127.0.0.1:1', maxAttempts: 1 }), 'bucket:failed'],
])('%s is one finding, and no probe is sent', async (_name, more, id) => {
  const elsewhere = storageSettings({ ...settings, ...more() });
  const there = createS3Client(elsewhere);
  const { ok, findings, guards } = await diagnose(elsewhere, there, rules);
  expect({ ok, ids: findings.map((finding) => finding.id), guards }).toEqual({ ok: false, ids: [id], guards: [] });
  there.destroy();
});

test('a store that does not answer ends the check in time', async () => {
  const remove = s3.faults.add({ operation: 'HeadBucket', action: { delayMs: 1_000 } });
  const begun = Date.now();
  const { ok } = await checkBucket(settings, client, rules, { timeoutMs: 100 });
  expect(ok).toBe(false);
  expect(Date.now() - begun).toBeLessThan(900);
  remove();
});
