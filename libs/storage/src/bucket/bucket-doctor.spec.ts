import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { startTestStorage, type TestStorage } from '../testing/test-storage.js';
import { createS3Client } from '../store/client/s3-client.js';
import { StorageModule } from '../storage.module.js';
import type { StorageModuleOptions } from '../options/storage.options.js';
import { storageSettings } from '../options/storage.settings.js';
import { BucketDoctor } from './bucket-doctor.js';

let storage: TestStorage;
let warnings: jest.SpiedFunction<Logger['warn']>;

beforeEach(async () => {
  storage = await startTestStorage({ embeddedOnly: true });
  warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
});

afterEach(async () => {
  warnings.mockRestore();
  await storage.close();
});

const start = async (more: Partial<StorageModuleOptions>) => {
  const imports = [StorageModule.forRoot({ ...storage.options, ...more })];
  const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication();
  try {
    await app.init();
    return app.get(BucketDoctor);
  } finally {
    await app.close();
  }
};
const logged = () => warnings.mock.calls.map(([message]) => String(message)).join('\n');
const spoil = () => (storage.raw as S3Client).send(new DeleteBucketPolicyCommand({ Bucket: storage.bucket }));

test('by default the application starts without a look at the bucket', async () => {
  await spoil();
  storage.s3.requests.clear();
  await start({});
  expect(storage.s3.requests.list()).toEqual([]);
});

test('warn starts and says what differs', async () => {
  await start({ checkBucketOnBoot: 'warn' });
  expect(logged()).toBe('');
  await spoil();
  await start({ checkBucketOnBoot: 'warn' });
  expect(logged()).toContain('policy:DenyKeysOutsideLayout');
});

test('fail starts on a bucket that is in order, and on no other', async () => {
  await start({ checkBucketOnBoot: 'fail' });
  await spoil();
  await expect(start({ checkBucketOnBoot: 'fail' })).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('policy:DenyKeysOutsideLayout'),
  });
});

test('the rules of provisioning are what it compares with', async () => {
  await start({ checkBucketOnBoot: 'warn', bucketRules: { noncurrentDays: 7 } });
  expect(logged()).toContain('lifecycle:noncurrent');
});

test('what is wrong is believed to be mended soon, what is well for a minute', async () => {
  const doctor = new BucketDoctor(storageSettings(storage.options), storage.raw as S3Client);
  const since = jest.spyOn(Date, 'now');
  const after = async (milliseconds: number) => {
    since.mockReturnValue(new Date().getTime() + milliseconds);
    const { ok } = await doctor.check();
    return ok;
  };
  try {
    const policy = await (storage.raw as S3Client).send(new GetBucketPolicyCommand({ Bucket: storage.bucket }));
    await spoil();
    expect(await after(0)).toBe(false);
    await (storage.raw as S3Client).send(new PutBucketPolicyCommand({ Bucket: storage.bucket, Policy: policy.Policy }));
    expect(await after(1_000)).toBe(false);
    expect(await after(30_000)).toBe(true);
    await spoil();
    expect(await after(60_000)).toBe(true);
    expect(await after(120_000)).toBe(false);
  } finally {
    since.mockRestore();
  }
});

test('credentials that never come end in a report, not in a request that hangs', async () => {
  const credentials = () => new Promise<never>(() => {});
  const settings = storageSettings({ ...storage.options, credentials });
  const client = createS3Client(settings);
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime'] });
  try {
    const report = new BucketDoctor(settings, client).check();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await report).toEqual({
      ok: false,
      findings: [expect.objectContaining({ id: 'bucket:failed', message: expect.stringContaining('credentials') })],
    });
  } finally {
    jest.useRealTimers();
    client.destroy();
  }
});

test('readiness probes share one report', async () => {
  const imports = [StorageModule.forRoot(storage.options)];
  const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication();
  await app.init();
  const doctor = app.get(BucketDoctor);
  storage.s3.requests.clear();
  const reports = await Promise.all(Array.from({ length: 20 }, () => doctor.check()));
  expect(new Set(reports).size).toBe(1);
  expect(reports[0]).toEqual({ ok: true, findings: [] });
  expect(storage.s3.requests.list().length).toBe(8);
  await app.close();
});
