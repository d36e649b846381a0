import {
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { bucket as Bucket } from '../../../test/bucket-kits/bucket.kit.js';
import { outcomes, startProvisioning, type Provisioning } from '../../../test/bucket-kits/provisioning.kit.js';
import { publicAccessBlock } from '../desired/bucket-settings.js';
import type { PolicyStatement } from '../desired/policy-document.js';
import { storeOf } from '../../options/store-presets.js';

let on: Provisioning;

beforeEach(async () => {
  on = await startProvisioning();
});
afterEach(() => on.close());

const putPolicy = (Statement: PolicyStatement[], Id?: string) =>
  on.raw.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Id, Statement }) }));
const sidsNow = async () => (await on.policyNow()).Statement.map(({ Sid }) => Sid);
const theirDeny: PolicyStatement = {
  Sid: 'TheirDeny',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${Bucket}/1/x/*`,
};

describe('nothing is loosened', () => {
  test('a Deny of somebody else stays, with nobody asked', async () => {
    await putPolicy([theirDeny], 'theirs');
    await on.run();
    expect(await sidsNow()).toEqual(expect.arrayContaining(['TheirDeny', 'DenyKeysOutsideLayout']));
    expect(on.asked).toEqual([]);
  });

  test('a statement of ours that is no longer asked for stays', async () => {
    await on.run();
    await on.run({}, { appOrigins: undefined });
    expect(await sidsNow()).toContain('DenyPublicAccess');
  });

  test('versioning, Block Public Access and a key of KMS stay on', async () => {
    await on.run();
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: 'k' } }];
    await on.raw.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const PublicAccessBlockConfiguration = { ...publicAccessBlock(), IgnorePublicAcls: false };
    await on.raw.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    const store = storeOf({ like: 'aws', blockPublicAcls: false, conditionsInVersions: false });
    on.settings = { ...on.settings, encryption: 'none', store };
    await on.run();
    const { ServerSideEncryptionConfiguration } = await on.raw.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject(Rules[0]!);
    const flags = await on.raw.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(Object.values(flags.PublicAccessBlockConfiguration!)).toEqual([true, true, true, true]);
    expect((await on.raw.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  });

  test('rules of others stay beside ours', async () => {
    const cors = { ID: 'b', AllowedOrigins: ['https://b.example.com'], AllowedMethods: ['GET'] };
    const cold = {
      ID: 'b',
      Status: 'Enabled' as const,
      Filter: { Prefix: '1/' },
      NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    };
    await on.raw.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [cors] } }));
    await on.raw.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [cold] } }),
    );
    await on.run();
    const { CORSRules } = await on.raw.send(new GetBucketCorsCommand({ Bucket }));
    expect(CORSRules?.map(({ ID }) => ID)).toEqual(['nest-tenant-storage-web', 'b']);
    const { Rules } = await on.raw.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules?.map(({ ID }) => ID).toSorted()).toEqual([
      'b',
      ...['incoming', 'incomplete'].map((id) => `nest-tenant-storage-${id}`),
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `nest-tenant-storage-noncurrent-${digit}`),
    ]);
    expect(on.asked).toEqual([]);
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
    await on.raw.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  };

  test.each<[string, () => Promise<unknown>, string, () => Promise<boolean>]>([
    [
      'an origin for all',
      () => on.raw.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [openCors] } })),
      'cors',
      async () => (await on.raw.send(new GetBucketCorsCommand({ Bucket }))).CORSRules!.some(({ ID }) => ID === 'all'),
    ],
    [
      'the literal statement of the specification',
      () => putPolicy([literal]),
      'policy',
      async () =>
        (await on.policyNow()).Statement.find(({ Sid }) => Sid === literal.Sid)!.Condition!['Null'] === undefined,
    ],
    [
      'an Allow to everyone',
      () => open().then(() => putPolicy([everyone])),
      'policy',
      async () => (await sidsNow()).includes('Everyone'),
    ],
  ])('%s', async (_name, prepare, id, isThere) => {
    await prepare();
    expect(await outcomes(on.run({}, {}, false))).toContain(`${id} declined`);
    expect(await isThere()).toBe(true);
    expect(await outcomes(on.run({}, {}, true))).toContain(`${id} applied`);
    expect(await isThere()).toBe(false);
    expect(on.asked).toEqual([id, id]);
  });
});
