import { acceptedType } from '../../content/accepted-types.js';
import { sniffBytes } from '../../content/detect.js';
import { verifiedBytes } from './verified-bytes.js';

const pdf = acceptedType('application/pdf');
const text = acceptedType('text/plain');

async function* chunksOf(bytes: Buffer, size: number, pulled = { bytes: 0 }) {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    pulled.bytes += chunk.length;
    yield chunk;
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const chunk of source) out.push(chunk);
  return Buffer.concat(out);
}

const document = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(20_000, 'x'), Buffer.from('\n%%EOF\n')]);

test.each([1, 7, 1000, sniffBytes, sniffBytes + 1, 50_000])('gives the same bytes in chunks of %d', async (size) => {
  expect(await collect(verifiedBytes(chunksOf(document, size), { type: pdf, maxBytes: document.length }))).toEqual(
    document,
  );
});

test('the byte after the limit stops it, without reading on', async () => {
  const pulled = { bytes: 0 };
  const bytes = verifiedBytes(chunksOf(document, 100, pulled), { type: pdf, maxBytes: 10_050 });
  await expect(collect(bytes)).rejects.toMatchObject({ code: 'file_too_large' });
  expect(pulled.bytes).toBe(10_100);
});

test('the limit itself is allowed', async () => {
  const bytes = Buffer.from('hello');
  expect(await collect(verifiedBytes(chunksOf(bytes, 2), { type: text, maxBytes: 5 }))).toEqual(bytes);
  await expect(collect(verifiedBytes(chunksOf(bytes, 2), { type: text, maxBytes: 4 }))).rejects.toMatchObject({
    code: 'file_too_large',
  });
});

test('nothing comes out before the first bytes have shown the type', async () => {
  const pulled = { bytes: 0 };
  const html = Buffer.from(`<!doctype html>${'x'.repeat(20_000)}`);
  const bytes = verifiedBytes(chunksOf(html, 100, pulled), { type: pdf, maxBytes: 1e6 });
  await expect(bytes.next()).rejects.toMatchObject({ code: 'content_mismatch' });
  expect(pulled.bytes).toBeLessThan(sniffBytes + 200);
});

test.each([4, 6])('a declared size of %d is kept to', async (size) => {
  const bytes = verifiedBytes(chunksOf(Buffer.from('hello'), 2), { type: text, maxBytes: 100, size });
  await expect(collect(bytes)).rejects.toMatchObject({ code: 'size_mismatch' });
});

test('an empty file is refused', async () => {
  await expect(collect(verifiedBytes(chunksOf(Buffer.alloc(0), 1), { type: text, maxBytes: 5 }))).rejects.toMatchObject(
    {
      code: 'file_empty',
    },
  );
});
