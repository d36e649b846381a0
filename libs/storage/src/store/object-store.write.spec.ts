import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { runs } from '../../test/long.js';
import { testNeeding, type Need } from '../../test/needs.js';
import { attributes, key, one, pattern, startObjectStore, stream } from '../../test/object-store.kit.js';
import { withoutPauses } from '../../test/pauses.js';
import { partBytes } from '../storage.policy.js';

const { storage, store, stored, reset, close } = await startObjectStore();
const onEmbedded = testNeeding(storage, 'embedded server');

beforeAll(withoutPauses);
afterEach(reset);
afterAll(close);

describe('put', () => {
  test.each([
    ['one byte', 1],
    ['one part less a byte', partBytes - 1],
    ['one part exactly', partBytes],
    ['one part and a byte', partBytes + 1],
    ['several parts', 2 * partBytes + 17],
  ])('%s, of known and of unknown length', async (_name, length) => {
    const bytes = pattern(length);
    for (const size of [length, undefined]) {
      const info = await store.put(one, key, stream(bytes), { ...attributes, size });
      expect(info.size).toBe(length);
      expect((await stored()).equals(bytes)).toBe(true);
      const head = await storage.raw.send(new HeadObjectCommand({ Bucket: storage.bucket, Key: key }));
      expect(head).toMatchObject({
        ETag: info.etag,
        ContentType: 'application/pdf',
        ServerSideEncryption: 'AES256',
        Metadata: attributes.metadata,
      });
    }
    expect((await storage.contents()).openUploads).toEqual([]);
  });

  test.each([
    ['small', 10, 100],
    ['in the second part', partBytes + 10, 2 * partBytes],
    ['with parts under way', 3 * partBytes, 4 * partBytes],
  ])('a source that breaks off leaves nothing: %s', async (_name, at, size) => {
    async function* broken() {
      yield* stream(pattern(at));
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    await expect(store.put(one, key, broken(), { ...attributes, size })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  test('a signal cancels it and leaves nothing', async () => {
    const controller = new AbortController();
    async function* cancelled() {
      yield* stream(pattern(2 * partBytes));
      controller.abort();
      yield* stream(pattern(2 * partBytes));
    }
    const putting = store.put(one, key, cancelled(), { ...attributes, signal: controller.signal });
    await expect(putting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  onEmbedded('a part that fails for good leaves nothing', async () => {
    storage.s3.faults.add({ operation: 'UploadPart', action: 'refuse', times: 1 });
    const putting = store.put(one, key, stream(pattern(2 * partBytes)), attributes);
    await expect(putting).rejects.toMatchObject({ code: 'store_refused' });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  onEmbedded.each(['slowDown', 'error'] as const)('a part that fails once is sent again: %s', async (action) => {
    storage.s3.faults.add({ operation: 'UploadPart', action, times: 1 });
    const bytes = pattern(2 * partBytes);
    await store.put(one, key, stream(bytes), attributes);
    expect((await stored()).equals(bytes)).toBe(true);
  });

  onEmbedded('a completion answered with 200 and an error is an error', async () => {
    storage.s3.faults.add({ operation: 'CompleteMultipartUpload', action: 'errorBody', times: 10 });
    const putting = store.put(one, key, stream(pattern(2 * partBytes)), attributes);
    await expect(putting).rejects.toMatchObject({ code: expect.stringMatching(/^store_/) as string });
    expect((await storage.contents()).keys).toEqual([]);
  });

  test.each([10, 2 * partBytes])('absent-only: a taken key stays as it is (%d bytes)', async (length) => {
    await store.put(one, key, stream(Buffer.from('first')), attributes);
    const putting = store.put(one, key, stream(pattern(length)), { ...attributes, ifAbsent: true });
    await expect(putting).rejects.toMatchObject({ code: 'already_exists' });
    expect((await stored()).toString()).toBe('first');
    expect((await storage.contents()).openUploads).toEqual([]);
  });

  onEmbedded.each([10, undefined])('absent-only: a short file is one request (size %s)', async (size) => {
    storage.s3.requests.clear();
    await store.put(one, key, stream(pattern(10)), { ...attributes, size, ifAbsent: true });
    expect(storage.s3.requests.list().map(({ operation }) => operation)).toEqual(['PutObject']);
  });

  onEmbedded.each([
    [2 * partBytes, 0],
    [undefined, partBytes + 65_536],
  ])('absent-only: a taken key spares a long file its bytes (size %s)', async (size, most) => {
    await store.put(one, key, stream(Buffer.from('first')), attributes);
    storage.s3.requests.clear();
    let read = 0;
    async function* counted() {
      for await (const chunk of stream(pattern(2 * partBytes))) {
        read += chunk.length;
        yield chunk;
      }
    }
    const putting = store.put(one, key, counted(), { ...attributes, size, ifAbsent: true });
    await expect(putting).rejects.toMatchObject({ code: 'already_exists' });
    expect(read).toBeLessThanOrEqual(most);
    expect(new Set(storage.s3.requests.list().map(({ operation }) => operation))).toEqual(new Set(['HeadObject']));
  });

  const race: [number, Need][] = [
    [10, 'conditionalWrites'],
    [partBytes + 1, 'conditionalCompletion'],
  ];
  for (const [length, need] of race) {
    const many = length > partBytes ? runs(4, 10) : 10;
    const name = `absent-only: of ${many} at once one wins (${length} bytes)`;
    testNeeding(storage, need)(name, () => manyAtOnce(many, length));
  }

  async function manyAtOnce(many: number, length: number) {
    const puts = Array.from({ length: many }, () =>
      store.put(one, key, stream(pattern(length)), { ...attributes, ifAbsent: true }),
    );
    const done = await Promise.allSettled(puts);
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of done) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'already_exists' });
    }
    expect(await storage.contents()).toEqual({ keys: [key], openUploads: [] });
  }
});

onEmbedded('a store that stalls holds the source back: two parts under way, one filled, and no more', async () => {
  const block = Buffer.alloc(1 << 20, 7);
  const held = (3 * partBytes) / block.length + 1;
  const all = held + 4;
  let pulled = 0;
  // The source has given what it may, and both parts are with the store: neither is answered while the other is still sent.
  let missing = 3;
  let reached = () => {};
  const full = new Promise<void>((resolve) => {
    reached = () => --missing === 0 && resolve();
  });
  async function* source() {
    for (let i = 0; i < all; i++) {
      pulled += 1;
      if (pulled === held) reached();
      yield block;
    }
  }
  const seen: number[] = [];
  storage.s3.faults.add({
    operation: 'UploadPart',
    times: 2,
    before: async () => {
      reached();
      await full;
      for (let tick = 0; tick < 50; tick++) await new Promise(setImmediate);
      seen.push(pulled);
    },
  });
  await store.put(one, key, source(), attributes);
  expect(seen).toEqual([held, held]);
  expect((await stored()).length).toBe(all * block.length);
});
