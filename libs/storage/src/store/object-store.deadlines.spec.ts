import { jest } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { attributes, eleven, key, one, pattern, startObjectStore, stream } from '../../test/object-store.kit.js';
import { testNeeding } from '../../test/needs.js';
import { layout } from '../keys/layout.js';
import { orgScopedKey } from '../keys/object-key.js';
import type { StorageError } from '../storage.error.js';
import { partBytes } from '../storage.policy.js';
import { ObjectStore } from './object-store.js';
import type { OpenUpload, StoredVersion } from './versions/version-list.js';
import { VersionStore } from './versions/version-store.js';

const { storage, storeWith, storesWith, reset, close } = await startObjectStore();
const onEmbedded = testNeeding(storage, 'embedded server');
const hour = 3_600_000;
const calls = { connect: hour, request: hour, call: 60 };
const doNotFake = ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime', 'Date'] as const;
const noAnswer = { code: 'store_unavailable', retryAfterSeconds: expect.any(Number) as number };

/** Takes connections and bytes, and never says a word. */
const sockets = new Set<Socket>();
const silent = createServer((socket) => {
  sockets.add(
    socket
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
      .resume(),
  );
}).listen(0, '127.0.0.1');
await once(silent, 'listening');
const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;

afterEach(reset);
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await close();
});

test('every verb of a store that hangs answers within the deadline of a call, and leaves no connection', async () => {
  const { store, versions } = await storesWith({
    endpoint,
    timeouts: calls,
    maxAttempts: 3,
    limits: { downloadsAtOnce: 1 },
  });
  const version = { key, versionId: 'v', etag: '"x"', isLatest: false } as unknown as StoredVersion;
  const to = orgScopedKey(one, 'uploads/b.bin');
  const folder = layout.formField(one, { formId: '1', customFieldId: '1' });
  const verbs: [string, () => Promise<unknown>][] = [
    ['put', () => store.put(one, key, stream(pattern(10)), { ...attributes, size: 10 })],
    ['put of parts', () => store.put(one, key, stream(pattern(partBytes + 10)), attributes)],
    [
      'put where nothing is',
      () => store.put(one, key, stream(pattern(10)), { ...attributes, size: 10, ifAbsent: true }),
    ],
    ['copy', () => store.copy(one, key, to, { sourceEtag: '"x"' })],
    ['read', () => store.read(one, key)],
    ['a second read', () => store.read(eleven, orgScopedKey(eleven, 'uploads/a.bin'))],
    ['head', () => store.head(one, key)],
    ['list', () => store.list(one, folder, { limit: 1 })],
    ['delete', () => store.delete(one, key)],
    ['abortIncomplete', () => store.abortIncomplete(one, key)],
    ['find', () => store.find(one, key)],
    ['readAtOnce', () => store.readAtOnce(one, key)],
    ['tagsOf', () => store.tagsOf(one, key)],
    ['has', () => store.has(one, key)],
    ['hasIncomplete', () => store.hasIncomplete(one, key, 1)],
    ['versions', () => versions.versions(one, folder)],
    ['openUploads', () => versions.openUploads(one, folder)],
    ['abort', () => versions.abort(one, { key, uploadId: 'u' } as OpenUpload)],
    ['remove', () => versions.remove(one, [version])],
    ['restore', () => versions.restore(one, key, version, undefined)],
    ['info', () => versions.info(one, key, version)],
    ['currentOne', () => versions.currentOne(one, key)],
    ['locks', () => versions.locks(one, version)],
    ['setLegalHold', () => versions.setLegalHold(one, version, true)],
  ];
  const methods = [ObjectStore, VersionStore].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
  // What is made by arithmetic, and what answers that it does not know.
  const others = ['constructor', 'presign', 'presignRead', 'presignPost', 'readSigner', 'keeping'];
  expect(methods.filter((name) => !others.includes(name) && !verbs.some(([verb]) => verb === name))).toEqual([]);
  const ended = verbs.map(([name, verb]) =>
    verb().then(
      () => ({ name }),
      ({ code, retryAfterSeconds }: StorageError) => ({ name, code, retryAfterSeconds }),
    ),
  );
  expect(await Promise.all(ended)).toMatchObject(verbs.map(([name]) => ({ name, ...noAnswer })));
  expect(await versions.keeping()).toEqual({ versions: 'unknown', objectLock: 'unknown' });
  await Promise.all(Array.from(sockets, (socket) => new Promise((resolve) => socket.once('close', resolve))));
  expect(sockets.size).toBe(0);
});

test('credentials that never come end the call too, and signing', async () => {
  const credentials = () => new Promise<never>(() => {});
  const store = await storeWith({ credentials, timeouts: calls });
  await expect(store.head(one, key)).rejects.toMatchObject(noAnswer);
  await expect(store.presignRead(one, key, readHeaders, 60)).rejects.toMatchObject(noAnswer);
  const controller = new AbortController();
  const patient = await storeWith({ credentials });
  const reading = patient.read(one, key, { signal: controller.signal });
  controller.abort();
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
});

const readHeaders = { contentType: 'text/plain', contentDisposition: 'inline; filename="a"', cacheControl: 'private' };

onEmbedded('a part that the store does not answer ends the upload, and its parts are removed', async () => {
  const store = await storeWith({ timeouts: { ...calls, call: hour }, maxAttempts: 1, orgControl: false });
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  jest.useFakeTimers({ doNotFake: [...doNotFake] });
  try {
    const asked = new Promise<void>((resolve) => {
      const before = () => (resolve(), answered);
      storage.s3.faults.add({ operation: 'UploadPart', before });
    });
    const putting = store.put(one, key, stream(pattern(2 * partBytes)), attributes);
    const failed = putting.catch((error: unknown) => error);
    await asked;
    jest.advanceTimersByTime(hour);
    expect(await failed).toMatchObject(noAnswer);
  } finally {
    jest.useRealTimers();
  }
  expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  answer();
});

test('a store that falls silent in the middle of a body ends it', async () => {
  const half = createServer((socket) => {
    sockets.add(socket);
    socket
      .on('error', () => {})
      .once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 1000\r\n\r\nsome');
      });
  }).listen(0, '127.0.0.1');
  await once(half, 'listening');
  const at = `http://127.0.0.1:${(half.address() as AddressInfo).port}`;
  const store = await storeWith({ endpoint: at, timeouts: { socket: 40 }, limits: { downloadsAtOnce: 1 } });
  for (let i = 0; i < 2; i += 1) {
    const { body } = await store.read(one, key);
    await expect(body.toArray()).rejects.toMatchObject({ name: 'TimeoutError' });
  }
  half.close();
});

test('a reader who pauses for an hour gets the rest', async () => {
  // More than all buffers on the way hold.
  const film = pattern(16 << 20);
  const theirs = orgScopedKey(eleven, 'uploads/film.bin');
  const store = await storeWith({ timeouts: { socket: 5_000 } });
  await store.put(eleven, theirs, stream(film), { ...attributes, size: film.length });
  jest.useFakeTimers({ doNotFake: [...doNotFake] });
  try {
    const body = (await store.read(eleven, theirs)).body as IncomingMessage;
    while (body.readableLength < body.readableHighWaterMark) await new Promise(setImmediate);
    jest.advanceTimersByTime(hour);
    // Nor does Node’s own clock for an idle socket run, which cannot be put forward here.
    expect(body.socket.timeout ?? 0).toBe(0);
    let length = 0;
    for await (const chunk of body) length += (chunk as Buffer).length;
    expect(length).toBe(film.length);
  } finally {
    jest.useRealTimers();
  }
});
