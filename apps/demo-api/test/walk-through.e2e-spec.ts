import { gzipSync } from 'node:zlib';
import { AuditArchiveService, parseOrgId } from 'nest-tenant-storage';
import { samples } from 'nest-tenant-storage/testing';
import { startDemo, type Demo } from './demo.harness.js';

const one = { org: '1' };
const field = '/api/forms/7/fields/3';
const { png, pdf, txt } = samples;

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());
beforeEach(() => demo.storage.empty());

const put = (path: string, as: { org: string }, { contentType, bytes } = png) =>
  demo.call('PUT', path, { as, headers: { 'content-type': contentType }, body: bytes });

/** As whoever has the URL, with nothing else. */
const fetchUrl = async (url: unknown) => fetch(url as string);

const form = (fileName: string, contentType: string, bytes: Buffer, name = 'file') => ({
  headers: { 'content-type': 'multipart/form-data; boundary=xx' },
  body: Buffer.concat([
    Buffer.from(
      `--xx\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${contentType}\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n--xx--\r\n'),
  ]),
});

describe('form files', () => {
  it('go in, are listed, read by URL, read in part, and deleted', async () => {
    const stored = await put(`${field}/files/scan.png`, one);
    expect(stored.status).toBe(201);
    expect(stored.json).toEqual({
      fileName: 'scan.png',
      contentType: 'image/png',
      size: png.bytes.length,
      etag: expect.stringMatching(/^"[0-9a-f-]+"$/),
      scannedBy: { engine: 'eicar-only', at: expect.any(String) },
    });
    expect((await demo.storage.contents()).keys).toEqual(['1/uploads/forms/7/field_3/scan.png']);

    const list = await demo.call('GET', `${field}/files?urls=true`, { as: one });
    expect(list.headers['cache-control']).toBe('no-store');
    const [listed] = list.json.items as { fileName: string; url: string }[];
    expect(listed?.fileName).toBe('scan.png');
    expect(Buffer.from(await (await fetchUrl(listed?.url)).arrayBuffer())).toEqual(png.bytes);

    const read = await demo.call('GET', `${field}/files/scan.png/url?disposition=attachment`, { as: one });
    expect(read.headers['cache-control']).toBe('no-store');
    expect(Date.parse(read.json.expiresAt as string) - Date.now()).toBeLessThanOrEqual(900_000);
    const answer = await fetchUrl(read.json.url);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(png.bytes);

    const part = await demo.call('GET', `${field}/files/scan.png/content`, {
      as: one,
      headers: { range: 'bytes=1-3' },
    });
    expect([part.status, part.body.toString()]).toEqual([206, 'PNG']);
    expect(part.headers['content-range']).toBe(`bytes 1-3/${png.bytes.length}`);

    expect((await demo.call('DELETE', `${field}/files/scan.png`, { as: one })).status).toBe(204);
    expect((await demo.storage.contents()).keys).toEqual([]);
  });

  it('answer HEAD, If-None-Match and a range beyond the end', async () => {
    const { json } = await put(`${field}/files/scan.png`, one);
    const content = `${field}/files/scan.png/content`;
    const head = await demo.call('HEAD', content, { as: one });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, `${png.bytes.length}`, 0]);
    const kept = { 'cache-control': 'private, no-cache', vary: 'Authorization, Cookie' };
    expect(head.headers).toMatchObject({ etag: json.etag, 'content-type': 'image/png', ...kept });
    const same = await demo.call('GET', content, { as: one, headers: { 'if-none-match': json.etag as string } });
    expect([same.status, same.body.length]).toEqual([304, 0]);
    expect(same.headers).toMatchObject({ etag: json.etag, ...kept });
    const beyond = await demo.call('GET', content, { as: one, headers: { range: 'bytes=99999-' } });
    expect([beyond.status, beyond.json.code]).toEqual([416, 'range_not_satisfiable']);
    expect(beyond.headers['content-range']).toBe(`bytes */${png.bytes.length}`);
  });

  it('come from a form under the name that their person gave', async () => {
    const stored = await demo.call('POST', `${field}/files`, {
      as: one,
      ...form('Röntgen links.png', 'image/png', png.bytes),
    });
    expect([stored.status, stored.json.fileName]).toEqual([201, 'Röntgen links.png']);
    const read = await demo.call('GET', `${field}/files/${encodeURIComponent('Röntgen links.png')}/content`, {
      as: one,
    });
    expect(read.body).toEqual(png.bytes);
    expect(read.headers['content-disposition']).toContain(`filename*=UTF-8''R%C3%B6ntgen%20links.png`);
  });

  it.each([
    ['a form without a file', form('x.png', 'image/png', png.bytes, 'other'), 400, 'invalid_request'],
    [
      'a form without a boundary',
      { headers: { 'content-type': 'multipart/form-data' }, body: 'x' },
      400,
      'invalid_request',
    ],
    ['a form with a path for a name', form('../x.png', 'image/png', png.bytes), 400, 'invalid_file_name'],
    ['a body that is no form', { headers: { 'content-type': 'image/png' }, body: png.bytes }, 415, 'type_not_accepted'],
  ])('are refused from %s', async (_what, sent, status, code) => {
    const refused = await demo.call('POST', `${field}/files`, { as: one, ...sent });
    expect([refused.status, refused.json.code]).toEqual([status, code]);
    expect(await demo.storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  it('replace a file of the same name only when asked to', async () => {
    await put(`${field}/files/notes.txt`, one, txt);
    const changed = { ...txt, bytes: Buffer.from('something else') };
    const taken = await put(`${field}/files/notes.txt`, one, changed);
    expect([taken.status, taken.json.code]).toEqual([409, 'already_exists']);
    expect((await put(`${field}/files/notes.txt?replace=true`, one, changed)).status).toBe(201);
    const read = await demo.call('GET', `${field}/files/notes.txt/content`, { as: one });
    expect(read.body).toEqual(changed.bytes);
  });

  it('are listed in pages', async () => {
    for (const name of ['a.txt', 'b.txt', 'c.txt']) await put(`${field}/files/${name}`, one, txt);
    const names: string[] = [];
    let cursor: unknown = '';
    do {
      const page = await demo.call(
        'GET',
        `${field}/files?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor as string)}` : ''}`,
        { as: one },
      );
      names.push(...(page.json.items as { fileName: string }[]).map(({ fileName }) => fileName));
      cursor = page.json.nextCursor;
    } while (cursor);
    expect(names).toEqual(['a.txt', 'b.txt', 'c.txt']);
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'urls=yes', 'limit=1&limit=2', 'cursor=nonsense'])(
    'are not listed for ?%s',
    async (query) => {
      const refused = await demo.call('GET', `${field}/files?${query}`, { as: one });
      expect([refused.status, refused.json.code]).toEqual([400, 'invalid_request']);
    },
  );
});

describe.each([
  ['signature', '/api/specialists/5/signature', png, '1/signatures/specialists/5/signature.png'],
  ['document', '/api/documents/9/patient', pdf, '1/documents/9/patient.pdf'],
  ['logo', '/api/templates/logo', png, '1/templates/logos/logo.png'],
] as const)('a %s', (_what, path, sample, key) => {
  it('goes in, is read by URL and through the API, is replaced, and is deleted', async () => {
    expect((await put(path, one, sample)).status).toBe(201);
    expect((await put(path, one, sample)).status).toBe(201);
    expect((await demo.storage.contents()).keys).toEqual([key]);
    const { json } = await demo.call('GET', `${path}/url`, { as: one });
    expect(Buffer.from(await (await fetchUrl(json.url)).arrayBuffer())).toEqual(sample.bytes);
    expect((await demo.call('GET', `${path}/content`, { as: one })).body).toEqual(sample.bytes);
    expect((await demo.call('DELETE', path, { as: one })).status).toBe(204);
    expect((await demo.storage.contents()).keys).toEqual([]);
  });

  it('must be what its place asks for', async () => {
    const refused = await put(path, one, { ...sample, bytes: samples.jpg.bytes });
    expect([refused.status, refused.json.code]).toEqual([422, 'content_mismatch']);
    expect(await demo.storage.contents()).toEqual({ keys: [], openUploads: [] });
  });
});

describe('an archived month of audit logs', () => {
  it('is read by URL and through the API, as gzip', async () => {
    await demo.app
      .get(AuditArchiveService, { strict: false })
      .append(parseOrgId('1'), { year: 2026, month: 1 }, [{ a: 1 }]);
    const gzip = gzipSync('{"a":1}\n');
    const read = await demo.call('GET', '/api/audit-archive/2026/1/content', { as: one });
    expect([read.status, read.headers['content-type'], read.body.length]).toEqual([
      200,
      'application/gzip',
      gzip.length,
    ]);
    const { json } = await demo.call('GET', '/api/audit-archive/2026/01/url', { as: one });
    expect((await fetchUrl(json.url)).status).toBe(200);
  });

  it.each(['PUT', 'POST', 'DELETE'])('has no %s over HTTP', async (method) => {
    const refused = await demo.call(method, '/api/audit-archive/2026/1', { as: one });
    expect([refused.status, refused.json.code]).toEqual([404, 'not_found']);
  });
});
