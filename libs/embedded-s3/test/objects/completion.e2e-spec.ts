import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, bytes, refusal, TestServer } from '../kit.js';

const MIN = 5 * 1024 * 1024;
const BIG = bytes(MIN);
const Bucket = BUCKET;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

interface Started {
  at: { Bucket: string; Key: string; UploadId: string };
  parts: S3.CompletedPart[];
}

/** An upload with these parts. */
async function start(Key: string, contents: Record<number, Buffer | string>, more: object = {}): Promise<Started> {
  const { UploadId = '' } = await server.client.send(new S3.CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const at = { Bucket, Key, UploadId };
  const parts: S3.CompletedPart[] = [];
  for (const [number, Body] of Object.entries(contents)) {
    const part = { ...at, PartNumber: Number(number), Body, ...more };
    const { ETag, ChecksumSHA256, ChecksumCRC32 } = await server.client.send(new S3.UploadPartCommand(part));
    parts.push({ PartNumber: Number(number), ETag, ChecksumSHA256, ChecksumCRC32 });
  }
  return { at, parts };
}
const complete = ({ at, parts }: Started) =>
  server.client.send(new S3.CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts: parts } }));
const composite = { ChecksumAlgorithm: 'SHA256' } as const;

describe('an upload with checksums', () => {
  test('names them at completion when they make up the object’s', async () => {
    // source: the answer of S3 in apache/opendal#4580
    const { at, parts } = await start('composite', { 1: 'x' }, composite);
    const bare = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    expect(await refusal(complete({ at, parts: bare }))).toBe('400 InvalidRequest');
    const wrong = parts.map((part) => ({ ...part, ChecksumSHA256: 'A'.repeat(43) + '=' }));
    expect(await refusal(complete({ at, parts: wrong }))).toBe('400 InvalidPart');
    expect((await complete({ at, parts })).ChecksumType).toBe('COMPOSITE');
  });

  test('need not name them when the checksum is of the full object', async () => {
    const more = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' };
    const { at, parts } = await start('full', { 1: 'x' }, more);
    await complete({ at, parts: parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })) });
  });

  test('has parts without gaps', async () => {
    // source: S3 API reference, "CompletedPart"
    for (const more of [composite, { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }]) {
      expect(await refusal(complete(await start('gap', { 1: BIG, 3: 'x' }, more)))).toBe('400 InvalidPartOrder');
      expect(await refusal(complete(await start('late', { 2: 'x' }, more)))).toBe('400 InvalidPartOrder');
    }
    expect(await server.keys()).not.toContain('gap');
  });

  test('without them numbers need only rise', async () => {
    const raw = server.clientOf(server.s3.credentials, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    const { UploadId = '' } = await raw.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: 'rises' }));
    const at = { Bucket, Key: 'rises', UploadId };
    const Parts: S3.CompletedPart[] = [];
    for (const [PartNumber, Body] of [[2, BIG] as const, [5, 'x'] as const]) {
      const { ETag } = await raw.send(new S3.UploadPartCommand({ ...at, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await raw.send(new S3.CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts } }));
    expect((await server.head('rises')).ContentLength).toBe(MIN + 1);
  });
});

test('the checksums of its parts are told one by one, and in pages', async () => {
  // source: S3 API reference, "GetObjectAttributesParts" and "GetObject" (partNumber)
  const { at, parts } = await start('told', { 1: BIG, 2: BIG, 3: 'tail' }, composite);
  await complete({ at, parts });
  const attributes = (more: object = {}) =>
    server.client.send(
      new S3.GetObjectAttributesCommand({ Bucket, Key: 'told', ObjectAttributes: ['ObjectParts'], ...more }),
    );
  const { ObjectParts: all } = await attributes();
  expect(all).toMatchObject({ TotalPartsCount: 3, PartNumberMarker: '0', MaxParts: 1000, IsTruncated: false });
  expect(all?.Parts).toEqual(
    [MIN, MIN, 4].map((Size, i) => ({ PartNumber: i + 1, Size, ChecksumSHA256: parts[i]?.ChecksumSHA256 })),
  );
  const { ObjectParts: page } = await attributes({ MaxParts: 1, PartNumberMarker: '1' });
  expect(page).toMatchObject({ MaxParts: 1, NextPartNumberMarker: '2', IsTruncated: true });
  expect(page?.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([2]);

  const third = await server.head('told', { PartNumber: 3, ChecksumMode: 'ENABLED' });
  expect([third.ChecksumSHA256, third.ChecksumType, third.PartsCount]).toEqual([
    parts[2]?.ChecksumSHA256,
    'COMPOSITE',
    3,
  ]);
  const { ChecksumSHA256 } = await server.head('told', { Range: 'bytes=0-9', ChecksumMode: 'ENABLED' });
  expect(ChecksumSHA256).toBeUndefined();
});

test('one that is told twice has happened once', async () => {
  // source: what AWS was seen to answer in adobe/S3Mock#2586 and minio/minio#13318
  const started = await start('twice', { 1: 'x' });
  const [one, two] = await Promise.all([complete(started), complete(started)]);
  const three = await complete(started);
  expect(two).toMatchObject({ ETag: one.ETag, Key: 'twice' });
  expect(three.ETag).toBe(one.ETag);
  const { Uploads = [] } = await server.client.send(new S3.ListMultipartUploadsCommand({ Bucket, Prefix: 'twice' }));
  expect(Uploads).toEqual([]);
  const elsewhere = { ...started, at: { ...started.at, Key: 'twice-2' } };
  expect(await refusal(complete(elsewhere))).toBe('404 NoSuchUpload');
  await server.client.send(new S3.DeleteObjectCommand({ Bucket, Key: 'twice' }));
  expect(await refusal(complete(started))).toBe('404 NoSuchUpload');
});
