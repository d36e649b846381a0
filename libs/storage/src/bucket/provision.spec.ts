import {
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startEmbeddedS3, type EmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { createS3Client } from '../s3/s3-client.js';
import { storageSettings, type StorageSettings } from '../storage.settings.js';
import { checkBucket } from './check-bucket.js';
import { publicAccessBlock } from './bucket-settings.js';
import type { BucketRules } from './bucket.options.js';
import type { PolicyDocument, PolicyStatement } from './policy-document.js';
import { provision, type ProvisionOptions } from './provision.js';
import { storeProfiles } from './store-profile.js';

const Bucket = 'clinic-files';
const rules: BucketRules = { appOrigins: ['https://app.example.com'], requireTls: true };

let s3: EmbeddedS3;
let settings: StorageSettings;
let client: S3Client;
let raw: S3Client;
let asked: string[];

beforeEach(async () => {
  s3 = await startEmbeddedS3({ buckets: [Bucket] });
  const { region, endpoint, credentials } = s3;
  settings = storageSettings({ bucket: Bucket, region, endpoint, credentials });
  client = createS3Client(settings);
  raw = new S3Client({ region, endpoint, credentials, forcePathStyle: true });
  asked = [];
});

afterEach(async () => {
  client.destroy();
  raw.destroy();
  await s3.close();
});

const run = (options: Partial<ProvisionOptions> = {}, more: BucketRules = {}, answer = true) =>
  provision(
    settings,
    client,
    { ...rules, ...more },
    {
      confirm: async (id) => {
        asked.push(id);
        return answer;
      },
      ...options,
    },
  );

const outcomes = async (steps: ReturnType<typeof run>) => (await steps).map(({ id, outcome }) => `${id} ${outcome}`);
const writes = () =>
  s3.requests.list().filter(({ method }) => method === 'PUT' || method === 'POST' || method === 'DELETE').length;

const policyNow = async (): Promise<PolicyDocument> =>
  JSON.parse((await raw.send(new GetBucketPolicyCommand({ Bucket }))).Policy!) as PolicyDocument;
const putPolicy = (Statement: PolicyStatement[], Id?: string) =>
  raw.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Id, Statement }) }));
const sidsNow = async () => (await policyNow()).Statement.map(({ Sid }) => Sid);
const theirDeny: PolicyStatement = {
  Sid: 'TheirDeny',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${Bucket}/1/x/*`,
};

test('brings a bucket to what is needed; a second run writes nothing', async () => {
  const first = await outcomes(run());
  expect(first).toContain('policy applied');
  expect(first).toContain('cors applied');
  const before = writes();
  const second = await outcomes(run());
  expect(new Set(second.map((line) => line.split(' ')[1]))).toEqual(new Set(['unchanged']));
  expect(writes()).toBe(before);
  expect(asked).toEqual([]);
});

test('a dry run says the same and writes nothing', async () => {
  const steps = await run({ dryRun: true });
  expect(writes()).toBe(0);
  expect(steps.filter(({ outcome }) => outcome === 'planned').map(({ id }) => id)).toContain('policy');
  const { before, after } = steps.find(({ id }) => id === 'policy')!;
  expect(before).toBeUndefined();
  await run();
  expect(await policyNow()).toEqual(after);
});

describe('nothing is loosened', () => {
  test('a Deny of somebody else stays, with nobody asked', async () => {
    await putPolicy([theirDeny], 'theirs');
    await run();
    expect(await sidsNow()).toEqual(expect.arrayContaining(['TheirDeny', 'DenyKeysOutsideLayout']));
    expect(asked).toEqual([]);
  });

  test('a statement of ours that is no longer asked for stays', async () => {
    await run();
    await run({}, { appOrigins: undefined });
    expect(await sidsNow()).toContain('DenyPublicAccess');
  });

  test('versioning, Block Public Access and a key of KMS stay on', async () => {
    await run();
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: 'k' } }];
    await raw.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const PublicAccessBlockConfiguration = { ...publicAccessBlock(), IgnorePublicAcls: false };
    await raw.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    settings = { ...settings, encryption: 'none' };
    await run({}, { store: { ...storeProfiles.aws, blockPublicAcls: false, conditionsInVersions: false } });
    const { ServerSideEncryptionConfiguration } = await raw.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject(Rules[0]!);
    const flags = await raw.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(Object.values(flags.PublicAccessBlockConfiguration!)).toEqual([true, true, true, true]);
    expect((await raw.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  });

  test('rules of others stay beside ours', async () => {
    const cors = { ID: 'b', AllowedOrigins: ['https://b.example.com'], AllowedMethods: ['GET'] };
    const cold = {
      ID: 'b',
      Status: 'Enabled' as const,
      Filter: { Prefix: '1/' },
      NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    };
    await raw.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [cors] } }));
    await raw.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [cold] } }));
    await run();
    const { CORSRules } = await raw.send(new GetBucketCorsCommand({ Bucket }));
    expect(CORSRules?.map(({ ID }) => ID)).toEqual(['nest-tenant-storage-web', 'b']);
    const { Rules } = await raw.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules?.map(({ ID }) => ID).toSorted()).toEqual([
      'b',
      ...['incoming', 'incomplete', 'noncurrent'].map((id) => `nest-tenant-storage-${id}`),
    ]);
    expect(asked).toEqual([]);
  });
});

describe('somebody else’s rule gives way only after a yes', () => {
  const openCors = { ID: 'all', AllowedOrigins: ['*'], AllowedMethods: ['GET'] };
  const literal: PolicyStatement = {
    Sid: 'DenyUnencryptedUploads',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${Bucket}/*`,
    Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
  };
  const everyone: PolicyStatement = { ...theirDeny, Sid: 'Everyone', Effect: 'Allow' };
  const open = async () => {
    const PublicAccessBlockConfiguration = { BlockPublicPolicy: false };
    await raw.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  };

  test.each<[string, () => Promise<unknown>, string, () => Promise<boolean>]>([
    [
      'an origin for all',
      () => raw.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [openCors] } })),
      'cors',
      async () => (await raw.send(new GetBucketCorsCommand({ Bucket }))).CORSRules!.some(({ ID }) => ID === 'all'),
    ],
    [
      'the literal statement of the specification',
      () => putPolicy([literal]),
      'policy',
      async () =>
        (await policyNow()).Statement.find(({ Sid }) => Sid === literal.Sid)!.Condition!['Null'] === undefined,
    ],
    [
      'an Allow to everyone',
      () => open().then(() => putPolicy([everyone])),
      'policy',
      async () => (await sidsNow()).includes('Everyone'),
    ],
  ])('%s', async (_name, prepare, id, isThere) => {
    await prepare();
    expect(await outcomes(run({}, {}, false))).toContain(`${id} declined`);
    expect(await isThere()).toBe(true);
    expect(await outcomes(run({}, {}, true))).toContain(`${id} applied`);
    expect(await isThere()).toBe(false);
    expect(asked).toEqual([id, id]);
  });
});

describe('the bucket itself', () => {
  const another = () => {
    settings = { ...settings, bucket: 'another-bucket' };
    client = createS3Client(settings);
  };

  test('is made only when that was asked for', async () => {
    another();
    await expect(run()).rejects.toMatchObject({ kind: 'no-bucket', message: expect.stringContaining('--create') });
    expect(await outcomes(run({ create: true, dryRun: true }))).toContain('bucket planned');
    await expect(raw.send(new HeadBucketCommand({ Bucket: settings.bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    const steps = await outcomes(run({ create: true }));
    expect(steps).toEqual(expect.arrayContaining(['bucket created', 'policy applied']));
  });
});

test('a store that loses conditions in versions, and has no defaults, is not asked for either', async () => {
  const steps = await run({}, { store: 'ceph' });
  const byId = new Map(steps.map(({ id, outcome }) => [id, outcome]));
  expect(byId.get('versioning')).toBe('unchanged');
  expect([byId.get('ownership'), byId.get('encryption')]).toEqual(['unsupported', 'unsupported']);
  expect((await raw.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  await run();
  const { findings } = await checkBucket(settings, client, { ...rules, store: 'ceph' });
  expect(findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual(
    expect.arrayContaining(['error versioning', 'warning ownership:unsupported', 'warning encryption:unsupported']),
  );
});

test('one setting that fails does not keep the others from being made', async () => {
  s3.faults.add({ operation: 'PutBucketVersioning', times: 1, action: 'refuse' });
  s3.features.blockPublicAccess = false;
  const steps = await run();
  const byId = new Map(steps.map((step) => [step.id, step]));
  expect(byId.get('versioning')).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('s3:PutBucketVersioning'),
  });
  expect(byId.get('public-access')?.outcome).toBe('unsupported');
  expect(byId.get('policy')?.outcome).toBe('applied');
});
