import { Crc32c } from '@aws-crypto/crc32c';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  checksumAlgorithms,
  combineChecksums,
  ContentDigest,
  digestOf,
  expectedChecksums,
  headerOf,
  multipartChecksum,
  type ChecksumAlgorithm,
} from './index.js';

const hexOf = (algorithm: ChecksumAlgorithm, data: Uint8Array): string => {
  const digest = digestOf(algorithm);
  digest.update(data);
  return digest.digest().toString('hex');
};
const base64Of = (algorithm: ChecksumAlgorithm, data: Uint8Array): string =>
  Buffer.from(hexOf(algorithm, data), 'hex').toString('base64');

describe('algorithms', () => {
  // Check values of "123456789": catalogue of parametrised CRC algorithms.
  test.each<[ChecksumAlgorithm, string]>([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', createHash('sha256').update('123456789').digest('hex')],
  ])('%s of 123456789', (algorithm, expected) => {
    expect(hexOf(algorithm, Buffer.from('123456789'))).toBe(expected);
  });

  test('of nothing', () => {
    expect(checksumAlgorithms.slice(0, 3).map((algorithm) => hexOf(algorithm, Buffer.alloc(0)))).toEqual([
      '00000000',
      '00000000',
      '0000000000000000',
    ]);
  });

  test('CRC32C agrees with an independent one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        expect(parseInt(hexOf('CRC32C', data), 16)).toBe(new Crc32c().update(data).digest());
      }),
    );
  });

  test('the cuts between chunks do not matter', () => {
    const input = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.constantFrom(...checksumAlgorithms));
    fc.assert(
      fc.property(input, ([data, cut, algorithm]) => {
        const digest = digestOf(algorithm);
        digest.update(data.subarray(0, cut));
        digest.update(data.subarray(cut));
        expect(digest.digest().toString('hex')).toBe(hexOf(algorithm, data));
      }),
    );
  });
});

describe('what a request announces', () => {
  const crc = base64Of('CRC32', Buffer.from('x'));
  test.each<[string, Record<string, string>, object]>([
    ['nothing', {}, {}],
    ['a header', { 'x-amz-checksum-crc32': crc }, { algorithm: 'CRC32', value: crc }],
    ['a trailer', { 'x-amz-trailer': 'x-amz-checksum-sha1' }, { algorithm: 'SHA1' }],
    [
      'a trailer named by the SDK',
      { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-sdk-checksum-algorithm': 'CRC32' },
      { algorithm: 'CRC32' },
    ],
    ['Content-MD5', { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' }, { md5: '1B2M2Y8AsgTpgAmY7PhCfg==' }],
  ])('%s', (_, headers, expected) => {
    expect(expectedChecksums(headers)).toEqual(expected);
  });

  test.each<[string, Record<string, string>, string]>([
    ['two checksums', { 'x-amz-checksum-crc32': crc, 'x-amz-checksum-crc32c': crc }, 'InvalidRequest'],
    ['header and trailer', { 'x-amz-checksum-crc32': crc, 'x-amz-trailer': 'x-amz-checksum-crc32' }, 'InvalidRequest'],
    ['a short value', { 'x-amz-checksum-sha256': crc }, 'InvalidRequest'],
    ['no base64', { 'x-amz-checksum-crc32': '!!!!!!==' }, 'InvalidRequest'],
    ['an unknown trailer', { 'x-amz-trailer': 'x-amz-meta-a' }, 'InvalidRequest'],
    ['a name without value', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
    ['an unknown name', { 'x-amz-sdk-checksum-algorithm': 'MD4', 'x-amz-checksum-crc32': crc }, 'InvalidRequest'],
    ['another name', { 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': crc }, 'InvalidRequest'],
    ['a short MD5', { 'content-md5': 'AAAA' }, 'InvalidDigest'],
  ])('refused: %s', (_, headers, code) => {
    expect(() => expectedChecksums(headers)).toThrow(expect.objectContaining({ code, status: 400 }));
  });
});

describe('a body', () => {
  const body = Buffer.from('checksum body');
  const take = (headers: Record<string, string>, trailers = {}, data = body) => {
    const digest = new ContentDigest(expectedChecksums(headers));
    digest.update(data);
    return digest.finish(trailers);
  };
  const md5 = createHash('md5').update(body);
  const etag = md5.copy().digest('hex');

  test.each(checksumAlgorithms)('%s verified in header and trailer', (algorithm) => {
    const value = base64Of(algorithm, body);
    const result = { etag, checksum: { algorithm, value, type: 'FULL_OBJECT' } };
    const header = headerOf(algorithm);
    const bad = expect.objectContaining({ code: 'BadDigest', status: 400 });
    expect(take({ [header]: value })).toEqual(result);
    expect(take({ 'x-amz-trailer': header }, { [header]: value })).toEqual(result);
    expect(() => take({ [header]: value }, {}, Buffer.from('other'))).toThrow(bad);
    expect(() => take({ 'x-amz-trailer': header }, { [header]: base64Of(algorithm, Buffer.of(1)) })).toThrow(bad);
    expect(() => take({ 'x-amz-trailer': header })).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });

  test('Content-MD5 verified', () => {
    const headers = { 'content-md5': md5.copy().digest('base64') };
    expect(take(headers)).toEqual({ etag });
    expect(() => take(headers, {}, Buffer.from('other'))).toThrow(expect.objectContaining({ code: 'BadDigest' }));
  });

  test('bytes pass through unchanged', async () => {
    const digest = new ContentDigest({}, 'CRC64NVME');
    const chunks: Buffer[] = [];
    for await (const chunk of digest.watch(Readable.from([body.subarray(0, 4), body.subarray(4)]))) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(body);
    expect(digest.finish().checksum?.value).toBe(base64Of('CRC64NVME', body));
  });
});

describe('multipart uploads', () => {
  test.each<[string | undefined, string | undefined, object | undefined]>([
    [undefined, undefined, undefined],
    ['CRC32', undefined, { algorithm: 'CRC32', type: 'COMPOSITE' }],
    ['crc32', 'FULL_OBJECT', { algorithm: 'CRC32', type: 'FULL_OBJECT' }],
    ['CRC64NVME', undefined, { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' }],
    ['SHA256', 'COMPOSITE', { algorithm: 'SHA256', type: 'COMPOSITE' }],
  ])('%s %s', (algorithm, type, expected) => {
    expect(multipartChecksum(algorithm, type)).toEqual(expected);
  });

  test.each([
    ['SHA1', 'FULL_OBJECT'],
    ['CRC64NVME', 'COMPOSITE'],
    ['CRC32', 'HALF'],
    ['MD5', undefined],
    [undefined, 'COMPOSITE'],
  ])('refused: %s %s', (algorithm, type) => {
    expect(() => multipartChecksum(algorithm, type)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)('%s of the whole from its parts', (algorithm) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const combined = combineChecksums(
          algorithm,
          'FULL_OBJECT',
          parts.map((part) => ({ value: base64Of(algorithm, part), size: part.length })),
        );
        expect(combined).toEqual({ algorithm, type: 'FULL_OBJECT', value: base64Of(algorithm, Buffer.concat(parts)) });
      }),
    );
  });

  test('a composite is the digest of the digests and their number', () => {
    const parts = [Buffer.from('a'), Buffer.from('b')];
    const digests = Buffer.concat(parts.map((part) => Buffer.from(hexOf('SHA256', part), 'hex')));
    const combined = combineChecksums(
      'SHA256',
      'COMPOSITE',
      parts.map((part) => ({ value: base64Of('SHA256', part), size: 1 })),
    );
    expect(combined).toEqual({ algorithm: 'SHA256', type: 'COMPOSITE', value: `${base64Of('SHA256', digests)}-2` });
  });
});
