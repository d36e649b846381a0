import { createHash } from 'node:crypto';
import { samples, type Sample } from 'nest-tenant-storage/testing';
import { apartFromDate, startDemo, type Answer, type Demo, type Person } from './demo.harness.js';

const { png, pdf } = samples;
const ada = { org: '1', sub: 'ada', role: 'admin' };
const formPlace = '/api/forms/7/fields/3';
const declared = { fileName: 'scan.png', contentType: 'image/png', size: png.bytes.length };

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());
beforeEach(() => demo.storage.empty());

const begin = (body: object, as: Person = ada, place = formPlace) =>
  demo.call('POST', `${place}/uploads`, { as, body });
const complete = (token: unknown, as: Person = ada) =>
  demo.call('POST', '/api/uploads/complete', { as, body: { token } });
const abandon = (token: unknown, as: Person = ada) => demo.call('DELETE', '/api/uploads', { as, body: { token } });

interface Request {
  method: string;
  url: string;
  headers?: Record<string, string>;
  fields?: Record<string, string>;
}

/** As a client would: blindly. */
async function follow({ json }: Answer, bytes: Buffer): Promise<number> {
  const { method, url, headers, fields = {} } = json as unknown as Request;
  if (method === 'PUT') return (await fetch(url, { method, headers, body: new Uint8Array(bytes) })).status;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(bytes)]));
  return (await fetch(url, { method, body: form })).status;
}

describe.each<[string, string, object, Sample, string, string?]>([
  ['a form file', formPlace, declared, png, '1/uploads/forms/7/field_3/scan.png', `${formPlace}/files/scan.png`],
  [
    'a signature',
    '/api/specialists/5/signature',
    { size: png.bytes.length },
    png,
    '1/signatures/specialists/5/signature.png',
    undefined,
  ],
  [
    'a document',
    '/api/documents/9/patient',
    { size: pdf.bytes.length, contentType: 'application/pdf' },
    pdf,
    '1/documents/9/patient.pdf',
    undefined,
  ],
  [
    'a logo',
    '/api/templates/logo',
    { size: png.bytes.length, fileName: 'logo.png' },
    png,
    '1/templates/logos/logo.png',
    undefined,
  ],
])('%s', (_what, place, body, sample, key, path = place) => {
  it.each(['POST', 'PUT'])('goes straight to the store by %s, and counts once it is complete', async (method) => {
    const ticket = await begin({ ...body, method }, ada, place);
    expect([ticket.status, ticket.json.method, ticket.headers['cache-control']]).toEqual([201, method, 'no-store']);
    expect(Date.parse(ticket.json.expiresAt as string) - Date.now()).toBeLessThanOrEqual(300_000);
    expect([200, 201]).toContain(await follow(ticket, sample.bytes));
    expect((await demo.call('GET', `${path}/content`, { as: ada })).status).toBe(404);

    const stored = await complete(ticket.json.token);
    expect([stored.status, stored.json.size]).toEqual([201, sample.bytes.length]);
    expect(await demo.storage.contents()).toEqual({ keys: [key], openUploads: [] });
    expect((await demo.call('GET', `${path}/content`, { as: ada })).body).toEqual(sample.bytes);
    expect((await complete(ticket.json.token)).json).toEqual(stored.json);
  });
});

it('takes the bytes that have the declared hash', async () => {
  const sha256 = createHash('sha256').update(png.bytes).digest('hex');
  const ticket = await begin({ ...declared, sha256 });
  await follow(ticket, png.bytes);
  expect((await complete(ticket.json.token)).json.sha256).toBe(sha256);
});

it.each([
  ['another type than its name', { ...declared, contentType: 'image/jpeg' }, 415, 'type_not_accepted'],
  ['HTML', { ...declared, fileName: 'x.html', contentType: 'text/html' }, 415, 'type_not_accepted'],
  ['a path', { ...declared, fileName: '../x.png' }, 400, 'invalid_file_name'],
  ['no size', { ...declared, size: undefined }, 400, 'invalid_request'],
  ['a size as text', { ...declared, size: '10' }, 400, 'invalid_request'],
  ['250 MiB and one byte', { ...declared, size: 262_144_001 }, 413, 'file_too_large'],
  ['a hash that is none', { ...declared, sha256: 'abc' }, 400, 'invalid_request'],
  ['a method that there is not', { ...declared, method: 'PATCH' }, 400, 'invalid_request'],
  ['a key', { ...declared, key: '11/uploads/x' }, 400, 'invalid_request'],
])('begins nothing for %s', async (_what, body, status, code) => {
  const refused = await begin(body);
  expect([refused.status, refused.json.code, refused.json.token]).toEqual([status, code, undefined]);
});

it('begins nothing for a name that is taken, unless it may be replaced', async () => {
  await demo.call('PUT', `${formPlace}/files/scan.png`, {
    as: ada,
    headers: { 'content-type': 'image/png' },
    body: png.bytes,
  });
  expect((await begin(declared)).json.code).toBe('already_exists');
  const ticket = await demo.call('POST', `${formPlace}/uploads?replace=true`, { as: ada, body: declared });
  await follow(ticket, png.bytes);
  expect((await complete(ticket.json.token)).status).toBe(201);
});

it('puts nothing in place that is not what was declared', async () => {
  const html = Buffer.from('<!DOCTYPE html><script>alert(1)</script>'.padEnd(png.bytes.length));
  const ticket = await begin({ ...declared, size: html.length });
  await follow(ticket, html);
  const refused = await complete(ticket.json.token);
  expect([refused.status, refused.json.code]).toEqual([422, 'content_mismatch']);
  expect(await demo.storage.contents()).toEqual({ keys: [], openUploads: [] });
});

it('accepts nothing but what was sent, where the client names its ETag', async () => {
  const withEtag = (token: unknown, etag: unknown) =>
    demo.call('POST', '/api/uploads/complete', { as: ada, body: { token, etag } });
  const etag = `"${createHash('md5').update(png.bytes).digest('hex')}"`;
  const [mine, swapped] = [await begin(declared), await begin({ ...declared, fileName: 'other.png' })];
  await follow(mine, png.bytes);
  await follow(swapped, Buffer.concat([png.bytes.subarray(0, -1), Buffer.from('!')]));
  expect((await withEtag(mine.json.token, 7)).status).toBe(400);
  expect((await withEtag(mine.json.token, etag)).status).toBe(201);
  const refused = await withEtag(swapped.json.token, etag);
  expect([refused.status, refused.json.code]).toEqual([409, 'conflict']);
  expect((await demo.storage.contents()).keys).toEqual(['1/uploads/forms/7/field_3/scan.png']);
});

it('signs nothing for an upload that is over, and says so of a step that is done', async () => {
  const { json } = await begin({ ...declared, method: 'PUT' });
  const sign = () => demo.call('POST', '/api/uploads/sign', { as: ada, body: { token: json.token, method: 'PUT' } });
  await follow({ json } as Answer, png.bytes);
  const done = await sign();
  expect([done.status, done.json.code]).toEqual([409, 'already_exists']);
  await complete(json.token);
  expect((await sign()).status).toBe(404);
});

describe('a token', () => {
  it.each<[string, Person]>([
    ['of another organisation', { ...ada, org: '11' }],
    ['that another user has', { ...ada, sub: 'bob' }],
  ])('%s is as good as none', async (_what, thief) => {
    const ticket = await begin(declared);
    await follow(ticket, png.bytes);
    const never = await begin({ ...declared, fileName: 'never.png' }, thief);
    const absent = await complete(never.json.token, thief);
    const refused = await complete(ticket.json.token, thief);
    expect(apartFromDate(refused)).toEqual(apartFromDate(absent));
    expect(refused.status).toBe(404);
    expect((await abandon(ticket.json.token, thief)).status).toBe(404);
    const sign = await demo.call('POST', '/api/uploads/sign', {
      as: thief,
      body: { token: ticket.json.token, method: 'PUT' },
    });
    expect(sign.status).toBe(404);
    expect((await complete(ticket.json.token)).status).toBe(201);
  });

  it.each(['', 'x', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c'])(
    'that is none is refused: "%s"',
    async (token) => {
      const refused = await complete(token);
      expect([refused.status, refused.json.code]).toEqual([400, 'invalid_token']);
    },
  );

  it('no longer works once its user may no longer write there', async () => {
    const ticket = await begin({ size: png.bytes.length }, ada, '/api/templates/logo');
    await follow(ticket, png.bytes);
    const refused = await complete(ticket.json.token, { ...ada, role: 'patient' });
    expect([refused.status, refused.json.code]).toEqual([403, 'forbidden']);
    const sign = { token: ticket.json.token, method: 'PUT' };
    expect((await demo.call('POST', '/api/uploads/sign', { as: { ...ada, role: 'patient' }, body: sign })).status).toBe(
      403,
    );
  });

  it('can be given up', async () => {
    const ticket = await begin(declared);
    await follow(ticket, png.bytes);
    expect((await abandon(ticket.json.token)).status).toBe(204);
    expect(await demo.storage.contents()).toEqual({ keys: [], openUploads: [] });
    expect((await complete(ticket.json.token)).status).toBe(404);
  });
});

it('sends a file in parts, each signed when its turn comes', async () => {
  const text = Buffer.from('38,2 °C '.repeat(950_000));
  const body = { fileName: 'log.txt', contentType: 'text/plain', size: text.length, multipart: true };
  const { json: ticket } = await begin(body);
  const step = async (wanted: object, bytes?: Buffer | string) => {
    const signed = await demo.call('POST', '/api/uploads/sign', { as: ada, body: { token: ticket.token, ...wanted } });
    expect([signed.status, signed.headers['cache-control']]).toEqual([201, 'no-store']);
    const { method, url, headers } = signed.json as unknown as Request;
    return fetch(url, { method, headers, body: bytes && new Uint8Array(Buffer.from(bytes)) });
  };
  const uploadId = /<UploadId>(.+)<\/UploadId>/.exec(await (await step({ method: 'POST' })).text())?.[1];
  const partSize = ticket.partSize as number;
  const etags: (string | null)[] = [];
  for (let partNumber = 1; partNumber <= (ticket.partCount as number); partNumber++) {
    const part = text.subarray((partNumber - 1) * partSize, partNumber * partSize);
    etags.push((await step({ method: 'PUT', uploadId, partNumber }, part)).headers.get('etag'));
  }
  expect(etags).toHaveLength(2);
  const list = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join('');
  const done = await step({ method: 'POST', uploadId }, `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`);
  expect(done.status).toBe(200);
  expect((await complete(ticket.token)).json.size).toBe(text.length);
  const read = await demo.call('GET', `${formPlace}/files/log.txt/content`, { as: ada });
  expect(read.body.equals(text)).toBe(true);
});
