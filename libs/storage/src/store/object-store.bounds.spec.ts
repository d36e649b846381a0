import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { attributes, eleven, key, one, pattern, startObjectStore, stream } from '../../test/object-store.kit.js';
import { testNeeding } from '../../test/needs.js';
import { layout } from '../keys/layout.js';
import { StorageModule } from '../storage.module.js';
import { partBytes } from '../storage.policy.js';
import { S3_CLIENT } from './client/s3-client.js';
import { ObjectStore } from './object-store.js';

const { storage, store, reset, close } = await startObjectStore();
const withChecksums = testNeeding(storage, 'checksums');
const headers = { contentType: 'text/plain', contentDisposition: 'inline; filename="a"', cacheControl: 'private' };
const folder = layout.formField(one, { formId: '1', customFieldId: '1' });
const invalid = { code: 'invalid_request' };

afterEach(reset);
afterAll(close);

describe('lives of URLs', () => {
  test.each([0, -1, 1.5, NaN, Infinity, 901, 604_800, 31_536_000])('%d seconds of reading', async (seconds) => {
    await expect(store.presignRead(one, key, headers, seconds)).rejects.toMatchObject(invalid);
    await expect(store.readSigner(one, folder, seconds)).rejects.toMatchObject(invalid);
    await expect(store.presign(one, key, { method: 'HEAD' }, { expiresIn: seconds })).rejects.toMatchObject(invalid);
  });

  test.each([0, NaN, 301, 900])('%d seconds of writing', async (expiresIn) => {
    const form = { fields: {}, conditions: [] };
    await expect(store.presign(one, key, { method: 'PUT' }, { expiresIn })).rejects.toMatchObject(invalid);
    await expect(store.presignPost(one, key, form, { expiresIn })).rejects.toMatchObject(invalid);
  });

  test('the longest that there are', async () => {
    expect((await store.presignRead(one, key, headers, 900)).url).toContain('X-Amz-Expires=900');
    expect((await store.presign(one, key, { method: 'PUT' }, { expiresIn: 300 })).url).toContain('X-Amz-Expires=300');
  });
});

test.each([0, -1, 1.5, NaN, Infinity, 1001])('a list of %d is refused', async (limit) => {
  await expect(store.list(one, folder, { limit })).rejects.toMatchObject(invalid);
});

test('the archive is written once, whichever verb asks', async () => {
  const month = layout.auditMonth(one, { year: 2026, month: 3 });
  const theirs = layout.auditMonth(eleven, { year: 2026, month: 3 });
  for (const [org, at] of [
    [one, month],
    [eleven, theirs],
  ] as const) {
    await store.put(org, at, stream(pattern(10)), { ...attributes, ifAbsent: true });
  }
  await store.put(one, key, stream(pattern(20)), attributes);
  const { etag } = await store.head(one, key);
  const life = { expiresIn: 60 };
  const attempts = [
    store.put(one, month, stream(pattern(20)), attributes),
    store.delete(one, month),
    store.copy(one, key, month, { sourceEtag: etag }),
    store.copy(one, key, month, { sourceEtag: etag, ifAbsent: true }),
    store.presign(one, month, { method: 'PUT' }, life),
    store.presign(one, month, { method: 'DELETE' }, life),
    store.presignPost(one, month, { fields: {}, conditions: [] }, life),
  ];
  for (const attempt of await Promise.allSettled(attempts)) {
    expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'not_supported' } });
  }
  expect((await store.head(one, month)).size).toBe(10);
});

/** What leaves for a put: the headers of checksums, and the parts of the completion. */
async function sentBy(options: object, length: number) {
  const imports = [StorageModule.forRoot({ ...storage.options, tenantRole: undefined, ...options })];
  const module = await Test.createTestingModule({ imports }).compile();
  const sent: [string, object][] = [];
  module.get<S3Client>(S3_CLIENT).middlewareStack.add(
    (next, context) => async (args) => {
      const { headers: all } = args.request as { headers: Record<string, string> };
      const sums = Object.entries(all).filter(([name]) => /^x-amz-(checksum|sdk-checksum)/.test(name));
      const { MultipartUpload } = args.input as { MultipartUpload?: object };
      sent.push([context.commandName ?? '', { ...Object.fromEntries(sums), ...MultipartUpload }]);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await module.get(ObjectStore).put(one, key, stream(pattern(length)), { ...attributes, size: length });
  await module.close();
  return Object.fromEntries(sent) as Record<string, Record<string, unknown>>;
}

describe.each(['when-required', 'when-supported'] as const)('checksums %s', (checksums) => {
  withChecksums('every write carries one, and a completion those of its parts', async () => {
    const small = await sentBy({ checksums }, 1000);
    expect(small['PutObjectCommand']).toEqual({ 'x-amz-checksum-sha256': expect.stringMatching(/^.{43}=$/) });
    const large = await sentBy({ checksums }, partBytes + 1000);
    expect(large['CreateMultipartUploadCommand']).toEqual({ 'x-amz-checksum-algorithm': 'SHA256' });
    const part = { ETag: expect.any(String) as string, ChecksumSHA256: expect.stringMatching(/^.{43}=$/) as string };
    expect(large['CompleteMultipartUploadCommand']).toMatchObject({
      Parts: [
        { ...part, PartNumber: 1 },
        { ...part, PartNumber: 2 },
      ],
    });
    const head = new HeadObjectCommand({ Bucket: storage.bucket, Key: key, ChecksumMode: 'ENABLED' });
    expect((await storage.raw.send(head)).ChecksumSHA256).toMatch(/-2$/);
  });
});

withChecksums('a store without SHA-256 gets the SDK’s own, the same way', async () => {
  const lacking = { store: { like: 'aws' as const, ...storage.capabilities, checksums: false } };
  const large = await sentBy({ ...lacking, checksums: 'when-supported' }, partBytes + 1000);
  expect(large['CreateMultipartUploadCommand']).toEqual({ 'x-amz-checksum-algorithm': 'CRC32' });
  const part = { ChecksumCRC32: expect.any(String) as string };
  expect(large['CompleteMultipartUploadCommand']).toMatchObject({ Parts: [part, part] });
  const without = await sentBy({ ...lacking, checksums: 'when-required' }, partBytes + 1000);
  expect(without['UploadPartCommand']).toEqual({});
  expect(without['CreateMultipartUploadCommand']).toEqual({});
});
