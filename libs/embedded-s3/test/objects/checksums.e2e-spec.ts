import * as S3 from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { checksumAlgorithms, digestOf, elementOf, type ChecksumAlgorithm } from '../../src/checksums/index.js';
import { BUCKET, bytes, refusal, TestServer } from '../kit.js';

const Bucket = BUCKET;
const body = Buffer.from('checksum body');

let server: TestServer;
let client: S3.S3Client;
beforeAll(async () => {
  server = await TestServer.start();
  client = server.client;
});
afterAll(() => server.close());

const of = (algorithm: ChecksumAlgorithm, data: Buffer): string => {
  const digest = digestOf(algorithm);
  digest.update(data);
  return digest.digest().toString('base64');
};
const checksum = (algorithm: ChecksumAlgorithm, value: string) => ({ [elementOf(algorithm)]: value });
const withChecksum = (Key: string) => server.head(Key, { ChecksumMode: 'ENABLED' });
const exists = async (key: string): Promise<boolean> => (await server.keys()).includes(key);

test.each(checksumAlgorithms)('%s is verified, kept and returned', async (algorithm) => {
  const good = checksum(algorithm, of(algorithm, body));
  expect(await server.put('good', body, good)).toMatchObject({ ...good, ChecksumType: 'FULL_OBJECT' });
  expect(await withChecksum('good')).toMatchObject(good);
  expect(await server.head('good')).not.toHaveProperty(elementOf(algorithm));
  const bad = checksum(algorithm, of(algorithm, Buffer.from('other')));
  expect(await refusal(server.put(`bad-${algorithm}`, body, bad))).toBe('400 BadDigest');
  expect(await exists(`bad-${algorithm}`)).toBe(false);
});

test('a checksum in the trailer', async () => {
  const send = (key: string, value: string) => {
    const framed = `${body.length.toString(16)}\r\n${body}\r\n0\r\nx-amz-checksum-crc32:${value}\r\n\r\n`;
    return server.signed('PUT', `/${BUCKET}/${key}`, {
      body: framed,
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': String(body.length),
      },
    });
  };
  const right = of('CRC32', body);
  expect((await send('trailer', right)).headers['x-amz-checksum-crc32']).toBe(right);
  expect((await withChecksum('trailer')).ChecksumCRC32).toBe(right);
  for (const wrong of [of('CRC32', Buffer.from('x')), 'AAAA', '']) {
    const answer = await send('bad-trailer', wrong);
    expect([answer.status, await exists('bad-trailer')]).toEqual([400, false]);
  }
});

test.each<[string, Record<string, string>, string]>([
  ['another Content-MD5', { 'content-md5': createHash('md5').update('other').digest('base64') }, 'BadDigest'],
  ['a Content-MD5 that is none', { 'content-md5': 'abc' }, 'InvalidDigest'],
  [
    'two checksums',
    { 'x-amz-checksum-crc32': of('CRC32', body), 'x-amz-checksum-sha1': of('SHA1', body) },
    'InvalidRequest',
  ],
  ['a checksum that is none', { 'x-amz-checksum-crc32': 'abc' }, 'InvalidRequest'],
  ['a name without checksum', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
])('%s is refused: %s', async (_, headers, code) => {
  const answer = await server.signed('PUT', `/${BUCKET}/refused`, { body, headers });
  expect([answer.status, answer.code, await exists('refused')]).toEqual([400, code, false]);
});

test('a body that has neither the hash that is signed nor the checksum of the same hash is not kept', async () => {
  const told = createHash('sha256').update('other').digest();
  const headers = { 'x-amz-content-sha256': told.toString('hex'), 'x-amz-checksum-sha256': told.toString('base64') };
  const put = (key: string, sent: Buffer) => server.signed('PUT', `/${BUCKET}/${key}`, { body: sent, headers });
  expect(await put('neither', body)).toMatchObject({ status: 400, code: 'XAmzContentSHA256Mismatch' });
  expect(await exists('neither')).toBe(false);
  expect(await put('both', Buffer.from('other'))).toMatchObject({ status: 200 });
  expect(await withChecksum('both')).toMatchObject({ ChecksumSHA256: told.toString('base64') });
});

describe('multipart uploads', () => {
  const parts = [bytes(5 << 20), bytes(1000)];
  const whole = Buffer.concat(parts);
  const upload = async (Key: string, algorithm: ChecksumAlgorithm, ChecksumType: S3.ChecksumType) => {
    const { UploadId } = await client.send(
      new S3.CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: algorithm, ChecksumType }),
    );
    const Parts: S3.CompletedPart[] = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const value = checksum(algorithm, of(algorithm, Body));
      const { ETag } = await client.send(
        new S3.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...value }),
      );
      Parts.push({ PartNumber, ETag, ...value });
    }
    return (more: Partial<S3.CompleteMultipartUploadCommandInput> = {}) =>
      client.send(
        new S3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
      );
  };

  test.each(['SHA256', 'CRC32'] as const)('%s: a composite of the parts', async (algorithm) => {
    const complete = await upload('composite', algorithm, 'COMPOSITE');
    await complete();
    const digests = Buffer.concat(parts.map((part) => Buffer.from(of(algorithm, part), 'base64')));
    const expected = { ...checksum(algorithm, `${of(algorithm, digests)}-2`), ChecksumType: 'COMPOSITE' };
    expect(await withChecksum('composite')).toMatchObject(expected);
  });

  test.each(['CRC64NVME', 'CRC32C'] as const)('%s: that of the whole object', async (algorithm) => {
    const complete = await upload('full', algorithm, 'FULL_OBJECT');
    const wrong = checksum(algorithm, of(algorithm, body));
    expect(await refusal(complete({ ...wrong, ChecksumType: 'FULL_OBJECT' }))).toBe('400 BadDigest');
    await complete({ ...checksum(algorithm, of(algorithm, whole)), ChecksumType: 'FULL_OBJECT' });
    expect(await withChecksum('full')).toMatchObject({
      ...checksum(algorithm, of(algorithm, whole)),
      ChecksumType: 'FULL_OBJECT',
    });
  });

  test('a part whose checksum is wrong is refused', async () => {
    const { UploadId } = await client.send(
      new S3.CreateMultipartUploadCommand({ Bucket, Key: 'part', ChecksumAlgorithm: 'SHA256' }),
    );
    const part = { Bucket, Key: 'part', UploadId, PartNumber: 1, Body: body };
    expect(
      await refusal(client.send(new S3.UploadPartCommand({ ...part, ChecksumSHA256: of('SHA256', Buffer.of(1)) }))),
    ).toBe('400 BadDigest');
    expect(await refusal(client.send(new S3.UploadPartCommand({ ...part, ChecksumCRC32: of('CRC32', body) })))).toBe(
      '400 InvalidRequest',
    );
  });

  test('an algorithm that cannot be of the whole object', async () => {
    const create = new S3.CreateMultipartUploadCommand({
      Bucket,
      Key: 'no',
      ChecksumAlgorithm: 'SHA1',
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await refusal(client.send(create))).toBe('400 InvalidRequest');
  });
});

test('a copy keeps the checksum, or gets the one it asks for', async () => {
  await server.put('source', body, { ChecksumAlgorithm: 'SHA1' });
  const copy = (Key: string, more: Partial<S3.CopyObjectCommandInput> = {}) =>
    client.send(new S3.CopyObjectCommand({ Bucket, Key, CopySource: `${BUCKET}/source`, ...more }));
  await copy('kept');
  expect((await withChecksum('kept')).ChecksumSHA1).toBe(of('SHA1', body));
  await copy('asked', { ChecksumAlgorithm: 'SHA256' });
  expect((await withChecksum('asked')).ChecksumSHA256).toBe(of('SHA256', body));
});

test('the attributes of an object tell its checksum', async () => {
  await server.put('attributes', body, { ChecksumAlgorithm: 'SHA256' });
  const ObjectAttributes: S3.ObjectAttributes[] = ['Checksum', 'ObjectSize', 'ETag'];
  const answer = await client.send(new S3.GetObjectAttributesCommand({ Bucket, Key: 'attributes', ObjectAttributes }));
  expect(answer.Checksum?.ChecksumSHA256).toBe(of('SHA256', body));
  expect(answer.ObjectSize).toBe(body.length);
});

test('the SDK’s default is CRC32, in header and stream', async () => {
  await server.put('default', body);
  const expected = Buffer.alloc(4);
  expected.writeUInt32BE(crc32(body));
  expect((await withChecksum('default')).ChecksumCRC32).toBe(expected.toString('base64'));
});

test('a store without checksums neither verifies nor returns any', async () => {
  server.s3.features.checksums = false;
  try {
    await server.put('unverified', body, { ChecksumSHA256: of('SHA256', Buffer.of(1)) });
    expect(await withChecksum('unverified')).not.toHaveProperty('ChecksumSHA256');
  } finally {
    server.s3.features.checksums = true;
  }
});
