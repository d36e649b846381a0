import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { layout } from '../keys/layout.js';
import { orgScopedKey } from '../keys/object-key.js';
import { parseOrgId } from '../keys/org-id.js';
import { StorageModule } from '../storage.module.js';
import type { StorageModuleOptions } from '../storage.options.js';
import { partBytes } from '../storage.policy.js';
import { testNeeding, type Need } from '../../test/needs.js';
import { startTestStorage } from '../testing/test-storage.js';
import { ObjectStore } from './object-store.js';

const storage = await startTestStorage();
const onEmbedded = testNeeding(storage, 'embedded server');
const open: { close(): Promise<void> }[] = [];
const storeWith = async (options: Partial<StorageModuleOptions> = {}) => {
  const imports = [StorageModule.forRoot({ ...storage.options, ...options })];
  const module = await Test.createTestingModule({ imports }).compile();
  open.push(module);
  return module.get(ObjectStore);
};
const store = await storeWith();
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const key = orgScopedKey(one, 'uploads/a b/ä+%c.bin');
const attributes = { contentType: 'application/pdf', metadata: { 'file-name': 'a.pdf' } };

afterEach(async () => {
  if (storage.isEmbedded) storage.s3.faults.clear();
  await storage.empty();
});
afterAll(async () => {
  await Promise.all(open.map((module) => module.close()));
  await storage.close();
});

async function* stream(bytes: Buffer, chunk = 65_536) {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}

/** No two parts of it are alike. */
const pattern = (length: number) => Buffer.alloc(length, 'the quick brown foxes ');
const stored = async () => {
  const { Body } = await storage.raw.send(new GetObjectCommand({ Bucket: storage.bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
};

describe('put', () => {
  test.each([
    ['one byte', 1],
    ['one part less a byte', partBytes - 1],
    ['one part exactly', partBytes],
    ['one part and a byte', partBytes + 1],
    ['several parts', 3 * partBytes + 17],
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
    ['with parts under way', 4 * partBytes, 6 * partBytes],
  ])('a source that breaks off leaves nothing: %s', async (_name, at, size) => {
    async function* broken() {
      yield* stream(pattern(at));
      throw new Error('socket hang up');
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
    const putting = store.put(one, key, stream(pattern(3 * partBytes)), attributes);
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
    testNeeding(storage, need)(`absent-only: of ten at once one wins (${length} bytes)`, () => tenAtOnce(length));
  }

  async function tenAtOnce(length: number) {
    const puts = Array.from({ length: 10 }, () =>
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

describe('read', () => {
  const bytes = pattern(1000);
  beforeEach(async () => {
    await store.put(one, key, stream(bytes), attributes);
  });

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=990-', 990, 1000],
    ['bytes=-5', 995, 1000],
  ])('a range: %s', async (range, from, to) => {
    const { body, contentRange, size } = await store.read(one, key, { range });
    expect(Buffer.concat(await body.toArray())).toEqual(bytes.subarray(from, to));
    expect(contentRange).toBe(`bytes ${from}-${to - 1}/1000`);
    expect(size).toBe(to - from);
  });

  test('conditions and ranges that do not hold have their own codes', async () => {
    const { etag } = await store.head(one, key);
    await expect(store.read(one, key, { ifNoneMatch: etag })).rejects.toMatchObject({ code: 'not_modified' });
    await expect(store.read(one, key, { ifMatch: '"other"' })).rejects.toMatchObject({ code: 'precondition_failed' });
    await expect(store.read(one, key, { range: 'bytes=5000-' })).rejects.toMatchObject({
      code: 'range_not_satisfiable',
    });
  });

  test('unread bodies that are destroyed hold no connection', async () => {
    const small = await storeWith({ maxSockets: 2 });
    for (let i = 0; i < 10; i++) (await small.read(one, key)).body.destroy();
    expect((await small.head(one, key)).size).toBe(1000);
  });
});

describe('two organisations', () => {
  onEmbedded('a key of 11 asked for on behalf of 1 never leaves, whatever the verb', async () => {
    const theirs = layout.logo(eleven);
    await storage.raw.send(new PutObjectCommand({ Bucket: storage.bucket, Key: theirs, Body: 'theirs' }));
    storage.s3.requests.clear();
    const attempts = [
      store.put(one, theirs, stream(pattern(3)), attributes),
      store.read(one, theirs),
      store.head(one, theirs),
      store.delete(one, theirs),
      store.copy(one, theirs, key, { ...attributes, sourceEtag: '"x"' }),
      store.copy(one, key, theirs, { ...attributes, sourceEtag: '"x"' }),
      store.presign(one, theirs, { method: 'GET' }, { expiresIn: 60 }),
      store.abortIncomplete(one, theirs),
      store.list(one, '11/' as never, { limit: 10 }),
      store.list(one, '1' as never, { limit: 10 }),
      store.list(one, '' as never, { limit: 10 }),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'invalid_key' } });
    }
    expect(storage.s3.requests.list()).toEqual([]);
  });

  test('lists stay in their organisation, page by page, in order', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      for (const org of [one, eleven]) {
        await store.put(
          org,
          orgScopedKey(org, `uploads/forms/1/field_1/${name}.pdf`),
          stream(Buffer.from(name)),
          attributes,
        );
      }
    }
    const prefix = layout.formField(one, { formId: '1', customFieldId: '1' });
    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page < 10; page++) {
      const { objects, nextCursor } = await store.list(one, prefix, { limit: 2, cursor });
      seen.push(...objects.map((object) => object.key));
      cursor = nextCursor;
      if (!cursor) break;
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `${prefix}${name}.pdf`));
  });

  test('a key must be made, a string does not compile', () => {
    // @ts-expect-error a client's string is no key
    void (() => store.read(one, '1/uploads/a.pdf'));
    // @ts-expect-error a call needs an organisation
    void (() => store.read(key));
    // @ts-expect-error a string is no organisation
    void (() => store.read('1', key));
  });
});

describe('failures of the store have their own words', () => {
  test('a store that never answers ends the call', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const impatient = await storeWith({ endpoint, timeouts: { request: 50 }, maxAttempts: 1 });
    await expect(impatient.head(one, key)).rejects.toMatchObject({ code: 'store_unavailable' });
    silent.close();
  });

  test('a store that is not there', async () => {
    const absent = await storeWith({ endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
    await expect(absent.head(one, key)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  test.each([
    ['a wrong secret', { credentials: { accessKeyId: 'AKIAX', secretAccessKey: 'wrong' } }, 'store_refused'],
    ['a bucket that is not there', { bucket: 'no-such-bucket' }, 'misconfigured'],
  ])('%s', async (_name, options, code) => {
    const wrong = await storeWith(options);
    const { body: _body, ...failure } = await wrong.read(one, key).catch((error: unknown) => error as never);
    expect(failure).toMatchObject({ code });
  });

  onEmbedded('a body that breaks off half way is an error, not a short file', async () => {
    await store.put(one, key, stream(pattern(4 << 20)), attributes);
    storage.s3.faults.add({ operation: 'GetObject', action: { cutAfterBytes: 1 << 20 } });
    const { body } = await store.read(one, key);
    await expect(body.toArray()).rejects.toThrow('aborted');
  });
});

onEmbedded('a store that stalls holds the source back: two parts under way, one filled, and no more', async () => {
  const block = Buffer.alloc(1 << 20, 7);
  const held = (3 * partBytes) / block.length + 1;
  let pulled = 0;
  let reached = () => {};
  const full = new Promise<void>((resolve) => {
    reached = resolve;
  });
  async function* source() {
    for (let i = 0; i < 40; i++) {
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
      await full;
      for (let tick = 0; tick < 50; tick++) await new Promise(setImmediate);
      seen.push(pulled);
    },
  });
  await store.put(one, key, source(), attributes);
  expect(seen).toEqual([held, held]);
  expect((await stored()).length).toBe(40 * block.length);
});
