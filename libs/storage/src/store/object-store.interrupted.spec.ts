import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { orgScopedKey } from '../keys/object-key.js';
import { parseOrgId } from '../keys/org-id.js';
import { StorageModule } from '../storage.module.js';
import { partBytes } from '../storage.policy.js';
import { testNeeding } from '../../test/needs.js';
import { withoutPauses } from '../../test/pauses.js';
import { startTestStorage } from '../testing/test-storage.js';
import { ObjectStore } from './object-store.js';

const storage = await startTestStorage();
const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
const store = module.get(ObjectStore);
const onEmbedded = testNeeding(storage, 'embedded server');
const one = parseOrgId('1');
const key = orgScopedKey(one, 'uploads/a.pdf');
const attributes = { contentType: 'application/pdf', metadata: {} };

beforeAll(withoutPauses);
afterEach(async () => {
  if (storage.isEmbedded) storage.s3.faults.clear();
  await storage.empty();
});
afterAll(async () => {
  await module.close();
  await storage.close();
});

async function* bytes(length: number) {
  for (let at = 0; at < length; at += 65_536) yield Buffer.alloc(Math.min(65_536, length - at), 'x');
}

describe('an answer that is lost', () => {
  onEmbedded.each([
    ['PutObject', 1000],
    ['CompleteMultipartUpload', partBytes + 1000],
  ])('%s: the try after it finds the file there, and that is a success', async (operation, size) => {
    const cutAfterBytes = operation === 'PutObject' ? size : 10;
    storage.s3.faults.add({ operation, action: { cutAfterBytes } });
    const info = await store.put(one, key, bytes(size), { ...attributes, size, ifAbsent: true });
    expect(info.size).toBe(size);
    expect(await storage.contents()).toEqual({ keys: [key], openUploads: [] });
    expect(storage.s3.requests.list().filter((request) => request.operation === operation).length).toBeGreaterThan(1);
  });

  test('a file of somebody else is not taken for it', async () => {
    await storage.raw.send(
      new PutObjectCommand({ Bucket: storage.bucket, Key: key, Body: 'theirs', Metadata: { 'write-id': 'x' } }),
    );
    const putting = store.put(one, key, bytes(10), { ...attributes, size: 10, ifAbsent: true });
    await expect(putting).rejects.toMatchObject({ code: 'already_exists' });
  });
});

describe('409, two conditional writes of one key met', () => {
  const kinds = [
    ['PutObject', 1000],
    ['CompleteMultipartUpload', partBytes + 1000],
  ] as const;
  const conflict = { errorCode: 'ConditionalRequestConflict' } as const;

  onEmbedded.each(kinds)('%s: is sent again, and succeeds', async (operation, size) => {
    storage.s3.faults.add({ operation, action: conflict, times: 2 });
    const info = await store.put(one, key, bytes(size), { ...attributes, size, ifAbsent: true });
    expect(info.size).toBe(size);
    expect(await storage.contents()).toEqual({ keys: [key], openUploads: [] });
  });

  onEmbedded.each(kinds)('%s: that lasts is no refusal, and leaves nothing', async (operation, size) => {
    storage.s3.faults.add({ operation, action: conflict, times: 100 });
    const putting = store.put(one, key, bytes(size), { ...attributes, size, ifAbsent: true });
    await expect(putting).rejects.toMatchObject({ code: 'store_unavailable', retryAfterSeconds: 2 });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  onEmbedded.each(kinds)('%s: then the other one was first', async (operation, size) => {
    const params = { Bucket: storage.bucket, Key: key, Body: 'theirs' };
    const before = async () => void (await storage.raw.send(new PutObjectCommand(params)));
    storage.s3.faults.add({ operation, action: conflict });
    storage.s3.faults.add({ operation, before });
    const putting = store.put(one, key, bytes(size), { ...attributes, size, ifAbsent: true });
    await expect(putting).rejects.toMatchObject({ code: 'already_exists' });
  });

  onEmbedded('CopyObject: is sent again, and one that lasts is no refusal', async () => {
    const { etag } = await store.put(one, key, bytes(10), attributes);
    const copy = (name: string) =>
      store.copy(one, key, orgScopedKey(one, `uploads/${name}`), { sourceEtag: etag, ifAbsent: true });
    storage.s3.faults.add({ operation: 'CopyObject', action: conflict, times: 2 });
    await copy('b.pdf');
    storage.s3.faults.add({ operation: 'CopyObject', action: conflict, times: 100 });
    await expect(copy('c.pdf')).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('a signal', () => {
  test.each([
    ['without a reason', undefined],
    ['with an error of its own as reason', new Error('because')],
  ])('%s ends a put whose source stalls', async (_name, reason) => {
    const controller = new AbortController();
    let stalled = () => {};
    const reached = new Promise<void>((resolve) => {
      stalled = resolve;
    });
    async function* stalling() {
      yield* bytes(partBytes + 10);
      stalled();
      await new Promise(() => {});
    }
    const putting = store.put(one, key, stalling(), { ...attributes, signal: controller.signal });
    await reached;
    controller.abort(reason);
    await expect(putting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  onEmbedded('ends a part that the store does not answer', async () => {
    const controller = new AbortController();
    const action = { delayMs: 3_600_000 };
    storage.s3.faults.add({ operation: 'UploadPart', before: () => controller.abort(), action });
    const putting = store.put(one, key, bytes(2 * partBytes), { ...attributes, signal: controller.signal });
    await expect(putting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });
});
