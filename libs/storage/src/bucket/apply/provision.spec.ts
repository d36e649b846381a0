import { GetBucketVersioningCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { bucket as Bucket, rules } from '../../../test/bucket-kits/bucket.kit.js';
import { outcomes, startProvisioning, type Provisioning } from '../../../test/bucket-kits/provisioning.kit.js';
import { createS3Client } from '../../store/client/s3-client.js';
import { storeOf } from '../../options/store-presets.js';
import { checkBucket } from './check-bucket.js';

let on: Provisioning;

beforeEach(async () => {
  on = await startProvisioning();
});
afterEach(() => on.close());

const writes = () =>
  on.s3.requests.list().filter(({ method }) => method === 'PUT' || method === 'POST' || method === 'DELETE').length;

test('brings a bucket to what is needed; a second run writes nothing', async () => {
  const first = await outcomes(on.run());
  expect(first).toContain('policy applied');
  expect(first).toContain('cors applied');
  const before = writes();
  const second = await outcomes(on.run());
  expect(new Set(second.map((line) => line.split(' ')[1]))).toEqual(new Set(['unchanged']));
  expect(writes()).toBe(before);
  expect(on.asked).toEqual([]);
});

test('a dry run says the same and writes nothing', async () => {
  const steps = await on.run({ dryRun: true });
  expect(writes()).toBe(0);
  expect(steps.filter(({ outcome }) => outcome === 'planned').map(({ id }) => id)).toContain('policy');
  const { before, after } = steps.find(({ id }) => id === 'policy')!;
  expect(before).toBeUndefined();
  await on.run();
  expect(await on.policyNow()).toEqual(after);
});

describe('the bucket itself', () => {
  const another = () => {
    on.settings = { ...on.settings, bucket: 'another-bucket' };
    on.client = createS3Client(on.settings);
  };

  test('is made only when that was asked for', async () => {
    another();
    await expect(on.run()).rejects.toMatchObject({ kind: 'no-bucket', message: expect.stringContaining('--create') });
    expect(await outcomes(on.run({ create: true, dryRun: true }))).toContain('bucket planned');
    await expect(on.raw.send(new HeadBucketCommand({ Bucket: on.settings.bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    const steps = await outcomes(on.run({ create: true }));
    expect(steps).toEqual(expect.arrayContaining(['bucket created', 'policy applied']));
  });
});

test('a store that loses conditions in versions, and has no defaults, is not asked for either', async () => {
  const [known, ceph] = [on.settings, { ...on.settings, store: storeOf('ceph') }];
  on.settings = ceph;
  const steps = await on.run();
  const byId = new Map(steps.map(({ id, outcome }) => [id, outcome]));
  expect(byId.get('versioning')).toBe('unchanged');
  expect([byId.get('ownership'), byId.get('encryption')]).toEqual(['unsupported', 'unsupported']);
  expect((await on.raw.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  on.settings = known;
  await on.run();
  const { findings } = await checkBucket(ceph, on.client, rules);
  expect(findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual(
    expect.arrayContaining(['error versioning', 'warning ownership:unsupported', 'warning encryption:unsupported']),
  );
});

test('one setting that fails does not keep the others from being made', async () => {
  on.s3.faults.add({ operation: 'PutBucketVersioning', times: 1, action: 'refuse' });
  on.s3.features.blockPublicAccess = false;
  const steps = await on.run();
  const byId = new Map(steps.map((step) => [step.id, step]));
  expect(byId.get('versioning')).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('s3:PutBucketVersioning'),
  });
  expect(byId.get('public-access')?.outcome).toBe('unsupported');
  expect(byId.get('policy')?.outcome).toBe('applied');
});
