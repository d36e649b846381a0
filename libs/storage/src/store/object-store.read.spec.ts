import { PutObjectCommand } from '@aws-sdk/client-s3';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { testNeeding } from '../../test/needs.js';
import { attributes, eleven, key, one, pattern, startObjectStore, stream } from '../../test/object-store.kit.js';
import { layout } from '../keys/layout.js';
import { orgScopedKey } from '../keys/object-key.js';

const { storage, store, storeWith, reset, close } = await startObjectStore();
const onEmbedded = testNeeding(storage, 'embedded server');

afterEach(reset);
afterAll(close);

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
      size: 1000,
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
