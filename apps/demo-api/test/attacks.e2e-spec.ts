import { jest } from '@jest/globals';
import type { ClientRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ObjectStore, StorageEvents, type StorageEvent } from 'nest-tenant-storage';
import { hostileSamples, samples } from 'nest-tenant-storage/testing';
import { startDemo, type Demo } from './demo.harness.js';
import { runs } from './long.js';

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

const put = (path: string, { contentType, bytes }: { contentType: string; bytes: Uint8Array } = png) =>
  demo.call('PUT', path, { as: one, headers: { 'content-type': contentType }, body: bytes });

const nothing = { keys: [], openUploads: [] };

describe('a name or an id that would change the key', () => {
  const long = 'a'.repeat(300);
  it.each([
    ['dots', `${field}/files/..`, 400, 'invalid_file_name'],
    ['one dot', `${field}/files/.`, 400, 'invalid_file_name'],
    ['encoded dots', `${field}/files/%2e%2e`, 400, 'invalid_file_name'],
    ['twice encoded dots', `${field}/files/%252e%252e`, 400, 'invalid_file_name'],
    ['an encoded path', `${field}/files/..%2f..%2f11%2fx.png`, 400, 'invalid_file_name'],
    ['a twice encoded path', `${field}/files/..%252fx.png`, 400, 'invalid_file_name'],
    ['an absolute path', `${field}/files/%2fetc%2fpasswd`, 400, 'invalid_file_name'],
    ['an overlong slash', `${field}/files/..%25c0%25afx.png`, 400, 'invalid_file_name'],
    ['a full-width slash', `${field}/files/a%EF%BC%8Fb.png`, 400, 'invalid_file_name'],
    ['a backslash', `${field}/files/..%5cx.png`, 400, 'invalid_file_name'],
    ['an empty name', `${field}/files/%20`, 400, 'invalid_file_name'],
    ['NUL', `${field}/files/x%00.png`, 400, 'invalid_file_name'],
    ['CR and LF', `${field}/files/x%0d%0aSet-Cookie:a.png`, 400, 'invalid_file_name'],
    ['300 bytes', `${field}/files/${long}.png`, 400, 'invalid_file_name'],
    ['300 bytes of three each', `${field}/files/${'%E2%82%AC'.repeat(100)}.png`, 400, 'invalid_file_name'],
    ['dots as a form', '/api/forms/../fields/3/files/x.png', 400, 'invalid_place'],
    ['encoded dots as a form', '/api/forms/%2e%2e/fields/3/files/x.png', 400, 'invalid_place'],
    ['a path as a form', '/api/forms/7%2f..%2f..%2f11/fields/3/files/x.png', 400, 'invalid_place'],
    ['NUL as a field', '/api/forms/7/fields/3%00/files/x.png', 400, 'invalid_place'],
    ['an overlong form', `/api/forms/${'7'.repeat(1100)}/fields/3/files/x.png`, 400, 'invalid_place'],
    ['an id of 256 bytes', `/api/forms/7/fields/${'3'.repeat(256)}/files/x.png`, 400, 'invalid_place'],
    ['a path as a specialist', '/api/specialists/5%2f..%2f6/signature', 400, 'invalid_place'],
    ['dots as a document', '/api/documents/../patient', 400, 'invalid_place'],
    ['an audience that there is not', '/api/documents/9/nurse', 400, 'invalid_place'],
    ['a broken encoding', `${field}/files/%E0%A4%A`, 400, 'invalid_request'],
    ['half a surrogate', `${field}/files/%ED%A0%80.png`, 400, 'invalid_request'],
    ['no name', `${field}/files/`, 404, 'not_found'],
    ['a path climbing out', '/api/forms/7/../../11/uploads/x.png', 404, 'not_found'],
    ['two slashes', `${field}//files/x.png`, 404, 'not_found'],
  ])('is refused: %s', async (_what, path, status, code) => {
    const answer = await put(path);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(await demo.storage.contents()).toEqual(nothing);
  });
});

describe('content that is not what it says', () => {
  it.each(Object.entries(hostileSamples))('%s is refused', async (_what, sample) => {
    const answer = await put(`${field}/files/${sample.fileName}`, sample);
    expect([415, 422]).toContain(answer.status);
    expect(answer.json.code).toBe(answer.status === 415 ? 'type_not_accepted' : 'content_mismatch');
    expect(await demo.storage.contents()).toEqual(nothing);
  });

  it.each([
    ['JSON', 'application/json', 415, 'type_not_accepted'],
    ['another type than its name', 'image/jpeg', 415, 'type_not_accepted'],
    ['a type that breaks lines', 'image/png\tx', 415, 'type_not_accepted'],
  ])('%s is refused', async (_what, contentType, status, code) => {
    const answer = await demo.call('PUT', `${field}/files/x.png`, {
      as: one,
      headers: { 'content-type': contentType },
      body: png.bytes,
    });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(await demo.storage.contents()).toEqual(nothing);
  });

  it.each([
    ['no type', {}],
    ['a type that says nothing', { 'content-type': 'application/octet-stream' }],
  ])('%s leaves it to the name, and the content must fit that', async (_what, headers: Record<string, string>) => {
    const sent = { as: one, headers, body: png.bytes };
    const refused = await demo.call('PUT', `${field}/files/x.pdf`, sent);
    expect([refused.status, refused.json.code]).toEqual([422, 'content_mismatch']);
    expect((await demo.call('PUT', `${field}/files/x.png`, sent)).json.contentType).toBe('image/png');
  });

  it('an empty file is refused', async () => {
    const answer = await put(`${field}/files/x.png`, { ...png, bytes: Buffer.alloc(0) });
    expect([answer.status, answer.json.code]).toEqual([400, 'file_empty']);
    expect(await demo.storage.contents()).toEqual(nothing);
  });
});

/** 250 MiB take seconds; the logo has the smallest limit of what comes the same way. */
const [place, sample, limit] =
  runs(0, 1) === 1 ? [`${field}/files/x.mp4`, mp4, maxFileBytes] : ['/api/templates/logo', png, 5 * 1024 * 1024];

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
