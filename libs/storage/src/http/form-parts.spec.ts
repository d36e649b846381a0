import fc from 'fast-check';
import { FormParts } from './form-parts.js';
import { boundaryOf, type FormPart } from './part-headers.js';

async function* chunks(body: Buffer, sizes: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < body.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield body.subarray(at, at + size);
    at += size;
  }
}

async function partsOf(body: Buffer, boundary: string, sizes: number[] = [body.length]) {
  const form = new FormParts(chunks(body, sizes), boundary);
  const parts: (FormPart & { content: Buffer })[] = [];
  for (let part = await form.next(); part; part = await form.next()) {
    const pieces: Buffer[] = [];
    for (let piece = await form.piece(); piece; piece = await form.piece()) pieces.push(piece);
    parts.push({ ...part, content: Buffer.concat(pieces) });
  }
  return parts;
}

const withHeaders = async (...headers: string[]) => {
  const [part] = await partsOf(Buffer.from(`--b\r\n${headers.join('\r\n')}\r\n\r\nx\r\n--b--`, 'utf8'), 'b');
  return part!;
};

const disposition = 'Content-Disposition: form-data; name="file"; filename="x"';

test('any content comes out as it went in, however it is cut', async () => {
  // Made of what boundaries are made of, so that what looks like the beginning of one is frequent.
  const content = fc.array(fc.constantFrom('\r', '\n', '\r\n', '-', '--', '\r\n--', '\r\n--bound', 'bound', 'x'), {
    maxLength: 30,
  });
  const contents = fc.array(content, { minLength: 1, maxLength: 4 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(contents, sizes, async (given, cut) => {
      const sent = given.map((pieces) => pieces.join(''));
      const parts = sent.map(
        (text, i) => `--boundary\r\nContent-Disposition: form-data; name="${i}"\r\n\r\n${text}\r\n`,
      );
      const body = Buffer.from(`preamble\r\n${parts.join('')}--boundary--\r\nepilogue`);
      const came = await partsOf(body, 'boundary', cut);
      expect(came.map((part) => [part.name, part.content.toString()])).toEqual(
        sent.map((text, i) => [String(i), text]),
      );
    }),
    { seed: 14, numRuns: 200 },
  );
});

test('pieces that are asked for at once are of one part, in their order', async () => {
  const part = (content: string) => `--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n${content}\r\n`;
  const body = Buffer.from(`${part('hello world')}${part('more')}--b--`);
  for (let size = 1; size <= body.length; size++) {
    const form = new FormParts(chunks(body, [size]), 'b');
    const contents: string[] = [];
    while (await form.next()) {
      const came: (Buffer | undefined)[] = [];
      while (!came.includes(undefined)) came.push(...(await Promise.all([form.piece(), form.piece(), form.piece()])));
      contents.push(came.join(''));
    }
    expect(contents).toEqual(['hello world', 'more']);
  }
});

test('what broke off a part is said again to whoever asks for the next one', async () => {
  async function* body() {
    yield Buffer.from('--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n');
    await Promise.resolve();
    throw new Error('cut');
  }
  const form = new FormParts(body(), 'b');
  await form.next();
  await expect(form.piece()).rejects.toThrow('cut');
  await expect(form.next()).rejects.toThrow('cut');
});

test('any other bytes are parts or a refusal, never another error', async () => {
  const pieces = fc.array(
    fc.constantFrom(
      '--b',
      '--b--',
      '\r\n',
      '\r\n\r\n',
      ': ',
      '; name="',
      '"',
      'Content-Disposition: form-data',
      '\xff',
      '\0',
      '%0',
    ),
    { maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 9 }), async (given, size) => {
      const code = await partsOf(Buffer.from(given.join(''), 'latin1'), 'b', [size]).then(
        () => 'parts',
        (error: { code?: string }) => error.code,
      );
      expect(['parts', 'invalid_request']).toContain(code);
    }),
    { seed: 14, numRuns: 300 },
  );
});

test.each([
  ['image/png', 'image/png'],
  ['Image/PNG', 'image/png'],
  ['video/webm;codecs=vp9,opus', 'video/webm'],
  ['image/jpeg; name=my photo.jpg', 'image/jpeg'],
  ['image/jpeg;', 'image/jpeg'],
  ['text/plain; charset=', 'text/plain'],
  ['image', ''],
  ['', ''],
  ['image/', ''],
  ['a b/c', ''],
])('a part of type %j is %j', async (written, contentType) => {
  expect(await withHeaders(disposition, `Content-Type: ${written}`)).toMatchObject({ contentType });
});

test('a part without a type says nothing', async () => {
  expect(await withHeaders(disposition)).toMatchObject({ name: 'file', fileName: 'x', contentType: '' });
});

test.each([
  ['filename="a.png"', 'a.png'],
  ['filename=a.png', 'a.png'],
  ['filename=my photo.png', 'my photo.png'],
  ['filename="say %22hi%22.pdf"', 'say "hi".pdf'],
  ['filename="a%0D%0Ab.pdf"', 'a\r\nb.pdf'],
  ['filename="50%25 off.pdf"', '50%25 off.pdf'],
  ['filename="a\\"b.pdf"', 'a"b.pdf'],
  ['filename="C:\\temp\\a.pdf"', 'C:\\temp\\a.pdf'],
  ['filename="Röntgen.png"', 'Röntgen.png'],
  ['filename="x.pdf"; filename*=UTF-8\'\'caf%C3%A9.pdf', 'café.pdf'],
  ['filename*=iso-8859-1\'\'caf%E9.pdf; filename="x.pdf"', 'café.pdf'],
  ['filename*=utf-9\'\'x; filename="x.pdf"', 'x.pdf'],
  ['filename="a;b.pdf"', 'a;b.pdf'],
  ['filename=""', ''],
])('%s is the name %j', async (written, fileName) => {
  expect(await withHeaders(`Content-Disposition: form-data; name="file"; ${written}`)).toMatchObject({
    name: 'file',
    fileName,
  });
});

test('names of fields have the same escapes, and headers may be folded', async () => {
  expect(await withHeaders('content-disposition: form-data;\r\n name="a%22b"')).toMatchObject({ name: 'a"b' });
});

test.each([
  ['multipart/form-data; boundary=b', 'b'],
  ['multipart/form-data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/form-data; boundary=b; charset=utf-8', 'b'],
])('%s has a boundary', (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary);
});

test.each([
  'multipart/form-data',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'b'.repeat(201)}`,
])('%s has none', (contentType) => {
  expect(() => boundaryOf(contentType)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
