import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { fillInFilename, headersOf } from './fields.js';
import { MAX_FORM, readForm } from './form.js';

const TYPE = 'multipart/form-data; boundary=b';
const part = (disposition: string, value: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
const END = Buffer.from('--b--\r\n');
const file = part('name="file"; filename="a.txt"', 'hello');
const key = part('name="key"', '1/a');

const open = (...parts: Buffer[]) => readForm(Readable.from([Buffer.concat(parts)]), TYPE);
const all = async (contents: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of contents) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

test('fields, in any case, then the file; what follows it is ignored', async () => {
  const form = await open(
    key,
    part('name="Content-Type"', 'text/plain'),
    file,
    part('name="acl"', 'public-read'),
    part('name="other"; filename="b"', 'x'),
    END,
  );
  expect(await all(form.contents())).toBe('hello');
  expect([...form.fields]).toEqual([
    ['key', '1/a'],
    ['content-type', 'text/plain'],
  ]);
  expect(form.filename).toBe('a.txt');
});

test('any cut of the bytes gives the same form', async () => {
  const bytes = Buffer.concat([key, part('name="file"; filename="größe.bin"', '\r\n--\r\n-b--\r'), END]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), async (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
      const form = await readForm(Readable.from(chunks), TYPE);
      expect([form.filename, await all(form.contents())]).toEqual(['größe.bin', '\r\n--\r\n-b--\r']);
    }),
  );
});

test('only the last part of a file name with folders counts', async () => {
  for (const name of ['C:\\dir\\x.png', '/etc/x.png', '../x.png']) {
    const form = await open(part(`name="file"; filename="${name.replaceAll('\\', '\\\\')}"`, ''), END);
    expect(form.filename).toBe('x.png');
    await form.cancel();
  }
});

test.each<[string, string, Buffer[]]>([
  ['InvalidArgument', 'no file', [key, END]],
  ['InvalidArgument', 'a file that is a text', [part('name="file"', 'x'), END]],
  ['InvalidArgument', 'a field that is a file', [part('name="key"; filename="x"', 'x'), file, END]],
  ['InvalidArgument', 'a field twice', [key, part('name="Key"', '2/a'), file, END]],
  ['MalformedPOSTRequest', 'no name', [part('x="y"', 'x'), file, END]],
  ['MalformedPOSTRequest', 'nothing', [Buffer.alloc(0)]],
  ['MalformedPOSTRequest', 'no form', [Buffer.from('{"key":"1/a"}')]],
  ['MalformedPOSTRequest', 'cut in a field', [key.subarray(0, -4)]],
  ['MaxPostPreDataLengthExceededError', 'a long field', [part('name="a"', 'x'.repeat(MAX_FORM)), file, END]],
  [
    'MaxPostPreDataLengthExceededError',
    'long fields together',
    [...[...'abc'].map((n) => part(`name="${n}"`, 'x'.repeat(9000))), END],
  ],
  [
    'MaxPostPreDataLengthExceededError',
    'many fields',
    [...Array.from({ length: 201 }, (_, i) => part(`name="${i}"`, '')), END],
  ],
])('%s: %s', async (code, _, parts) => {
  await expect(open(...parts)).rejects.toMatchObject({ code });
});

test('a preamble without end is not read to its end', async () => {
  let read = 0;
  const endless = Readable.from(
    (function* () {
      for (; read < 1000; read++) yield Buffer.alloc(16 * 1024, 'x');
    })(),
  );
  await expect(readForm(endless, TYPE)).rejects.toMatchObject({ code: 'MaxPostPreDataLengthExceededError' });
  expect(read).toBeLessThan(20);
});

test.each([
  [undefined, 'PreconditionFailed'],
  ['text/plain', 'PreconditionFailed'],
  ['multipart/mixed; boundary=b', 'PreconditionFailed'],
  ['multipart/form-data', 'PreconditionFailed'],
  ['multipart/form-data; charset=utf-8', 'MalformedPOSTRequest'],
])('content type %s is refused', async (type, code) => {
  await expect(readForm(Readable.from([]), type)).rejects.toMatchObject({ code });
});

test('a file that is cut is an error, whatever was read before', async () => {
  const form = await open(key, file.subarray(0, -4));
  await expect(all(form.contents())).rejects.toMatchObject({ code: 'MalformedPOSTRequest' });
});

test('an error of the connection ends the file', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.concat([key, file.subarray(0, -4)]);
      throw new Error('aborted');
    })(),
  );
  await expect(all((await readForm(broken, TYPE)).contents())).rejects.toThrow('aborted');
});

test.each(['before', 'while'])('a form that is cancelled %s its file is read lets the body go', async (when) => {
  const body = Readable.from([Buffer.concat([key, file.subarray(0, -4)]), ...Array(50).fill(Buffer.alloc(65536))]);
  const form = await readForm(body, TYPE);
  for await (const chunk of when === 'while' ? form.contents() : []) if (chunk) break;
  await form.cancel();
  expect(body.destroyed).toBe(true);
});

test('a form that is refused lets the body go', async () => {
  const body = Readable.from([Buffer.concat([key, key, file]), ...Array(50).fill(Buffer.alloc(65536))]);
  await expect(readForm(body, TYPE)).rejects.toMatchObject({ code: 'InvalidArgument' });
  expect(body.destroyed).toBe(true);
});

test('the body is not read ahead of the file', async () => {
  let read = 0;
  const body = Readable.from(
    (function* () {
      yield Buffer.concat([key, file.subarray(0, -4)]);
      for (; read < 50; read++) yield Buffer.alloc(65536);
    })(),
    { highWaterMark: 1 },
  );
  const form = await readForm(body, TYPE);
  for await (const chunk of form.contents()) if (chunk.length > 1000) break;
  expect(read).toBeLessThan(5);
  await form.cancel();
});

test('${filename} is filled in everywhere but in the policy, and is no pattern of its own', () => {
  const fields = new Map([
    ['key', '1/${filename}'],
    ['policy', '${filename}'],
    ['x-amz-meta-n', '${filename}${filename}'],
  ]);
  expect([...fillInFilename(fields, "$&$'").values()]).toEqual(["1/$&$'", '${filename}', "$&$'$&$'"]);
});

test('fields become the headers of PutObject', () => {
  const tagging = '<Tagging><TagSet><Tag><Key>a b</Key><Value>1&amp;2</Value></Tag></TagSet></Tagging>';
  const fields = new Map([
    ['key', 'k'],
    ['acl', 'private'],
    ['tagging', tagging],
    ['content-type', 'image/png'],
    ['x-amz-meta-owner', 'é'],
    ['x-amz-server-side-encryption', 'AES256'],
    ['x-amz-signature', 's'],
    ['x-amz-copy-source', '/b/k'],
    ['x-ignore-a', '1'],
    ['success_action_status', '201'],
    ['if-none-match', '*'],
  ]);
  expect(headersOf(fields)).toEqual({
    'content-type': 'image/png',
    'x-amz-meta-owner': Buffer.from('é').toString('latin1'),
    'x-amz-server-side-encryption': 'AES256',
    'x-amz-acl': 'private',
    'x-amz-tagging': 'a%20b=1%262',
  });
});
