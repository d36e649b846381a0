import { TerminusModule, HealthCheckService } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { jest } from '@jest/globals';
import { StorageHealth } from './storage-health.js';
import { StorageModule } from './storage.module.js';
import { startTestStorage } from './testing/test-storage.js';

const storage = await startTestStorage({ embeddedOnly: true });
const start = async () => {
  const imports = [StorageModule.forRoot(storage.options), TerminusModule.forRoot({ logger: false })];
  return Test.createTestingModule({ imports }).compile();
};
const modules = [await start(), await start()];
const ready = (module = modules[0]!) =>
  module.get(HealthCheckService).check([() => module.get(StorageHealth).check('bucket')]);
const asked = () => storage.s3.requests.list().length;

beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(Date.now()));
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  for (const module of modules) await module.close();
  await storage.close();
});

test('Terminus takes what it says, and the bucket is asked once in five seconds by each process', async () => {
  const before = asked();
  const answers = await Promise.all([ready(), ready(), ready(), ready(modules[1])]);
  expect(answers.map(({ status, details }) => [status, details])).toEqual(
    answers.map(() => ['ok', { bucket: { status: 'up' } }]),
  );
  expect(asked()).toBe(before + 2);
});

test('down by its code while the bucket refuses, and up again when it does not', async () => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 6_000);
  storage.s3.faults.add({ operation: 'ListObjectsV2', action: 'refuse' });
  await expect(ready()).rejects.toMatchObject({
    response: { status: 'error', error: { bucket: { status: 'down', code: 'store_refused' } } },
  });
  await expect(ready()).rejects.toMatchObject({ status: 503 });
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 6_000);
  expect((await ready()).status).toBe('ok');
});
