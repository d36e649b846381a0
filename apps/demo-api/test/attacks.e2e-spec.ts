import { jest } from '@jest/globals';
import type { ClientRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ObjectStore, StorageEvents, type StorageEvent } from 'nest-tenant-storage';
import { samples } from 'nest-tenant-storage/testing';
import { startDemo, type Demo } from './demo.harness.js';
import { isLong } from './long.js';

const one = { org: '1' };
const field = '/api/forms/7/fields/3';
const { png, mp4 } = samples;
const maxFileBytes = 262_144_000;

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());
beforeEach(() => demo.storage.empty());
afterEach(() => jest.restoreAllMocks());

const nothing = { keys: [], openUploads: [] };

describe('content of a type that says nothing', () => {
  it.each([
    ['no type', {}],
    ['a type that says nothing', { 'content-type': 'application/octet-stream' }],
  ])('%s leaves it to the name, and the content must fit that', async (_what, headers: Record<string, string>) => {
    const sent = { as: one, headers, body: png.bytes };
    const refused = await demo.call('PUT', `${field}/files/x.pdf`, sent);
    expect([refused.status, refused.json.code]).toEqual([422, 'content_mismatch']);
    expect((await demo.call('PUT', `${field}/files/x.png`, sent)).json.contentType).toBe('image/png');
  });
});

/** 250 MiB take seconds; the logo has the smallest limit of what comes the same way. */
const [place, sample, limit] = isLong
  ? [`${field}/files/x.mp4`, mp4, maxFileBytes]
  : ['/api/templates/logo', png, 5 * 1024 * 1024];

describe('a file of one byte more than the limit', () => {
  it('is refused by its declared length before it is sent', async () => {
    const answer = await demo.call('PUT', `${field}/files/x.mp4`, {
      as: one,
      headers: { 'content-type': 'video/mp4', 'content-length': String(maxFileBytes + 1) },
      write: (request) => request.write(mp4.bytes),
    });
    expect([answer.status, answer.json.code]).toEqual([413, 'file_too_large']);
    expect(await demo.storage.contents()).toEqual(nothing);
  });

  it('is refused by its last byte when it comes without a length', async () => {
    const answer = await demo.call('PUT', place, {
      as: one,
      headers: { 'content-type': sample.contentType },
      write: (request) => void sendBytes(request, sample.bytes, limit + 1),
    });
    expect([answer.status, answer.json.code]).toEqual([413, 'file_too_large']);
    expect(await demo.storage.contents()).toEqual(nothing);
  });
});

describe('a client that goes half way', () => {
  it.each([
    ['a small file', 4, undefined],
    ['a small file of known length', 4, '100000'],
    ['a file of several parts', 12 * 1024 * 1024, undefined],
    ['a file of several parts and known length', 12 * 1024 * 1024, '50000000'],
  ])('leaves nothing of %s', async (_what, sent, length) => {
    const [begun, ended] = [nextPut(), nextEvent('upload-refused')];
    const broken = demo.call('PUT', `${field}/files/x.mp4`, {
      as: one,
      headers: { 'content-type': 'video/mp4', ...(length && { 'content-length': length }) },
      write: (request) => void sendBytes(request, mp4.bytes, mp4.bytes.length + sent, begun),
    });
    await expect(broken).rejects.toThrow(/hang up|ECONNRESET/);
    expect(await ended).toMatchObject({ org: '1', code: 'cancelled', direct: false });
    expect(await demo.storage.contents()).toEqual(nothing);
  });
});

/** Sends `first` and zeros up to `total` bytes, as fast as they are taken, and breaks off in the end if it is told when. */
async function sendBytes(
  request: ClientRequest,
  first: Uint8Array,
  total: number,
  breaking?: Promise<void>,
): Promise<void> {
  await pipeline(bytes(first, total), request, { end: false }).catch(() => undefined);
  await breaking;
  if (breaking) request.destroy();
  else request.end();
}

function* bytes(first: Uint8Array, total: number): Generator<Uint8Array> {
  const zeros = Buffer.alloc(1024 * 1024);
  yield first;
  for (let left = total - first.length; left > 0; left -= zeros.length)
    yield zeros.subarray(0, Math.min(left, zeros.length));
}

/** Until the API has begun to store what comes in: what breaks off earlier leaves nothing anyway. */
function nextPut(): Promise<void> {
  const store = demo.app.get(ObjectStore, { strict: false });
  const put = store.put.bind(store);
  return new Promise((resolve) => {
    jest.spyOn(store, 'put').mockImplementationOnce((...args) => {
      resolve();
      return put(...args);
    });
  });
}

/** The API tells how an upload ended when it has nothing more to do with the store. */
function nextEvent(kind: StorageEvent['kind']): Promise<StorageEvent> {
  return new Promise((resolve) => {
    const end = demo.app.get(StorageEvents, { strict: false }).subscribe((event) => {
      if (event.kind !== kind) return;
      end();
      resolve(event);
    });
  });
}
