import { samples } from 'nest-tenant-storage/testing';
import { startDemo, type Demo } from './demo.harness.js';

const one = { org: '1' };
const eleven = { org: '11' };
const files = '/api/forms/7/fields/3/files';
const { png, pdf, txt, webm } = samples;

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());
beforeEach(() => demo.storage.empty());

interface Part {
  name?: string;
  fileName?: string;
  type?: string;
  content: Uint8Array | string;
}

function form(parts: Part[], end = '--xx--\r\n') {
  const pieces = parts.flatMap(({ name = 'file', fileName, type, content }) => [
    `--xx\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n`,
    `${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`,
    content,
    '\r\n',
  ]);
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=xx' },
    body: Buffer.concat([...pieces, end].map((piece) => Buffer.from(piece))),
  };
}

const send = (parts: Part[], as = one, end?: string) => demo.call('POST', files, { as, ...form(parts, end) });
const named = (fileName: string, { bytes, contentType }: { bytes: Buffer; contentType: string } = png): Part => ({
  fileName,
  type: contentType,
  content: bytes,
});
const fields = (count: number): Part[] => Array.from({ length: count }, (_, i) => ({ name: `f${i}`, content: 'x' }));
const keys = async () => (await demo.storage.contents()).keys;
const nothing = { keys: [], openUploads: [] };

describe('one file', () => {
  it.each([
    [
      'the type that a browser gives a recorded film',
      { ...named('film.webm', webm), type: 'video/webm;codecs=vp9,opus' },
      'video/webm',
    ],
    ['no type', { ...named('scan.pdf', pdf), type: undefined }, 'application/pdf'],
    ['a type that cannot be read', { ...named('scan.png'), type: 'image' }, 'image/png'],
    ['half of a parameter', { ...named('scan.png'), type: 'image/png; name=my photo.png' }, 'image/png'],
    ['no type, as a text', { ...named('note.txt', txt), type: undefined }, 'text/plain'],
  ])('goes in with %s', async (_what, part, contentType) => {
    const stored = await send([part]);
    expect([stored.status, stored.json.contentType]).toEqual([201, contentType]);
  });

  it('goes in behind and before ten fields, and under the name that its person sees', async () => {
    expect((await send([...fields(10), named('say %22hi%22.png'), ...fields(10)])).json.fileName).toBe('say "hi".png');
  });

  it('is still what its bytes are', async () => {
    const refused = await send([{ ...named('scan.pdf'), type: undefined }]);
    expect([refused.status, refused.json.code]).toEqual([422, 'content_mismatch']);
  });

  it.each([
    ['more than 1,000 parts', [named('a.png'), ...fields(1_000)], undefined, 'more than 1000'],
    [
      'more than 1 MiB besides',
      [named('a.png'), { name: 'drawing', content: 'x'.repeat(1_100_000) }],
      undefined,
      '1048576 bytes',
    ],
    ['no end', [named('a.png')], '', 'breaks off'],
    ['a name that breaks a line', [named('a%0D%0Ab.png')], undefined, 'control characters'],
    ['no chosen file', [{ ...named(''), content: '' }], undefined, 'has no file'],
  ])('of a form with %s is refused with a reason, and nothing is stored', async (_what, parts, end, message) => {
    const refused = await send(parts, one, end);
    expect([refused.status, refused.json.message]).toEqual([400, expect.stringContaining(message)]);
    expect(await demo.storage.contents()).toEqual(nothing);
  });

  it('takes a second one for a mistake where one has its place', async () => {
    const logo = { as: one, ...form([named('a.png'), named('b.png')]) };
    const refused = await demo.call('PUT', '/api/templates/logo', logo);
    expect([refused.status, refused.json.message]).toEqual([400, expect.stringContaining('second file')]);
    expect(await demo.storage.contents()).toEqual(nothing);
  });
});

describe('several files', () => {
  it('are all stored, each with its answer', async () => {
    const large = Buffer.concat([png.bytes, Buffer.alloc(6 << 20)]);
    const stored = await send(
      [named('a.png'), ...fields(3), named('b.png', { ...png, bytes: large }), named('c.txt', txt)],
      eleven,
    );
    expect(stored.status).toBe(201);
    expect(stored.json.items).toMatchObject([
      { fileName: 'a.png', contentType: 'image/png', size: png.bytes.length },
      { fileName: 'b.png', size: large.length },
      { fileName: 'c.txt', contentType: 'text/plain' },
    ]);
    expect(await keys()).toEqual(['a.png', 'b.png', 'c.txt'].map((name) => `11/uploads/forms/7/field_3/${name}`));
  });

  it('of which some are refused: 207 says which and why', async () => {
    await send([named('taken.png')]);
    const answer = await send([named('taken.png'), named('lie.pdf'), named('x.exe'), named('good.png')]);
    expect(answer.status).toBe(207);
    expect(answer.json.items).toMatchObject([
      { fileName: 'taken.png', error: { statusCode: 409, code: 'already_exists' } },
      { fileName: 'lie.pdf', error: { statusCode: 415, code: 'type_not_accepted' } },
      { fileName: 'x.exe', error: { statusCode: 415, code: 'type_not_accepted' } },
      { fileName: 'good.png', contentType: 'image/png' },
    ]);
    expect(await keys()).toEqual(['good.png', 'taken.png'].map((name) => `1/uploads/forms/7/field_3/${name}`));
  });

  it('of which none is stored are told as the first one was', async () => {
    const refused = await send([named('a.exe'), named('b.pdf')]);
    expect([refused.status, refused.json.code]).toEqual([415, 'type_not_accepted']);
    expect(await demo.storage.contents()).toEqual(nothing);
  });

  it('in a form that breaks off: what was stored is told, and the last one is not stored', async () => {
    const answer = await send([named('a.png'), named('b.png')], one, '');
    expect(answer.status).toBe(207);
    expect(answer.json.items).toMatchObject([
      { fileName: 'a.png', contentType: 'image/png' },
      { fileName: 'b.png', error: { statusCode: 400, code: 'invalid_request' } },
    ]);
    expect(await demo.storage.contents()).toEqual({ keys: ['1/uploads/forms/7/field_3/a.png'], openUploads: [] });
  });

  it('end with the store: the one that it failed is told, those behind it are not looked at', async () => {
    const remove = demo.storage.s3.faults.add({ operation: 'PutObject', action: 'refuse', key: /b\.png$/ });
    const answer = await send([named('a.png'), named('b.png'), named('c.png')]);
    remove();
    expect(answer.status).toBe(207);
    expect(answer.json.items).toMatchObject([{ fileName: 'a.png' }, { fileName: 'b.png', error: { statusCode: 502 } }]);
    expect(await keys()).toEqual(['1/uploads/forms/7/field_3/a.png']);
  });
});
