import fc from 'fast-check';
import { S3Error } from '../errors/s3-error.js';
import { ChunkDecoder } from './chunk-decoder.js';

const frame = (chunks: readonly string[], trailer = ''): string =>
  [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`).join('') +
  `${trailer}\r\n`;

function decode(pieces: readonly string[], announced: readonly string[] = []): { content: string; trailers: object } {
  const decoder = new ChunkDecoder(undefined, announced);
  const content = pieces.flatMap((piece) => [...decoder.decode(Buffer.from(piece, 'latin1'))]);
  decoder.finish();
  return { content: Buffer.concat(content).toString('latin1'), trailers: decoder.trailers };
}

const TRAILER = 'x-amz-checksum-crc32: AAAAAA==\r\n';

test('the content does not depend on how the body arrives', () => {
  const chunks = fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), { maxLength: 5 });
  fc.assert(
    fc.property(chunks, fc.array(fc.nat(300), { maxLength: 8 }), (contents, cuts) => {
      const framed = frame(contents, TRAILER);
      const at = [0, ...cuts.toSorted((a, b) => a - b), framed.length];
      const pieces = at.slice(1).map((end, i) => framed.slice(at[i], end));
      const { content, trailers } = decode(pieces, ['x-amz-checksum-crc32']);
      expect(content).toBe(contents.join(''));
      expect(trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAAAA==' });
    }),
  );
});

test('a body that ends early is refused wherever it ends', () => {
  const framed = frame(['hello', 'world'], TRAILER);
  for (let end = 0; end < framed.length; end++) {
    expect(() => decode([framed.slice(0, end)], ['x-amz-checksum-crc32'])).toThrow(S3Error);
  }
});

test.each([
  ['a byte too many', `${frame(['hello'])}x`],
  ['a size that is no number', 'zz\r\nhello\r\n0\r\n\r\n'],
  ['a negative size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a size that is too long', 'fffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['data longer than its size', '4\r\nhello\r\n0\r\n\r\n'],
  ['data shorter than its size', '6\r\nhello\r\n0\r\n\r\n'],
  ['lines that end in LF', '5\nhello\n0\n\n'],
  ['a signature where none is expected', `5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n0\r\n\r\n`],
  ['a trailer nobody announced', frame(['hello'], 'x-amz-checksum-crc32:AAAAAA==\r\n')],
  ['an endless line', '5'.repeat(10_000)],
])('%s', (_what, body) => {
  expect(() => decode([body])).toThrow(S3Error);
});

test.each([
  ['missing', ''],
  ['given twice', TRAILER + TRAILER],
  ['without a colon', 'x-amz-checksum-crc32\r\n'],
  ['endless', `x-amz-checksum-crc32:${'A'.repeat(20_000)}\r\n`],
])('a trailer that is %s', (_what, trailer) => {
  expect(() => decode([frame(['hello'], trailer)], ['x-amz-checksum-crc32'])).toThrow(S3Error);
});
