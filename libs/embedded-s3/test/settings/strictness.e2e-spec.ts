import * as S3 from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { BUCKET, raw, refusal, TestServer } from '../kit.js';

const Bucket = BUCKET;
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

const SSE = 'x-amz-server-side-encryption';
const put = (key: string, headers: Record<string, string>) =>
  server.signed('PUT', `/${BUCKET}/${key}`, { headers, body: 'x' });

// what s3-tests expects of AWS: test_sse_kms_no_key_header and its like, test_object_content_encoding_aws_chunked
test.each([
  [{ [`${SSE}-aws-kms-key-id`]: 'key' }, '400 InvalidArgument'],
  [{ [`${SSE}-bucket-key-enabled`]: 'true' }, '400 InvalidArgument'],
  [{ [SSE]: 'AES256', [`${SSE}-aws-kms-key-id`]: 'key' }, '400 InvalidArgument'],
  [{ [SSE]: 'aws:kms', [`${SSE}-aws-kms-key-id`]: 'key', [`${SSE}-bucket-key-enabled`]: 'true' }, '200 '],
  [{ 'x-amz-storage-class': 'GLACIER' }, '501 NotImplemented'],
  [{ 'x-amz-storage-class': 'DEEP_ARCHIVE' }, '501 NotImplemented'],
  [{ 'x-amz-storage-class': 'COLD' }, '400 InvalidArgument'],
])('PutObject with %j', async (headers, expected) => {
  const { status, code } = await put('1/asked', headers);
  expect(`${status} ${code}`).toBe(expected);
});

test.each([
  ['deflate, gzip', 'deflate, gzip'],
  ['aws-chunked, gzip', 'gzip'],
  ['gzip,aws-chunked', 'gzip'],
  ['aws-chunked', undefined],
])('Content-Encoding %j is kept as it was written, without the framing', async (sent, kept) => {
  await put('1/encoded', { 'content-encoding': sent });
  expect((await server.head('1/encoded')).ContentEncoding).toBe(kept);
});

test('metadata beyond ASCII comes back as an encoded word', async () => {
  // the example of the S3 User Guide, "Working with object metadata"
  // beside a body that is text, Node sends headers as UTF-8 too
  await put('1/named', { 'x-amz-meta-nonascii': 'ÄMÄZÕÑ S3', 'x-amz-meta-ascii': 'AMAZONS3' });
  expect((await server.head('1/named')).Metadata).toEqual({
    ascii: 'AMAZONS3',
    nonascii: '=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=',
  });
});

test.each([
  ['Size', '1'],
  ['LastModifiedTime', '2026-01-01T00:00:00Z'],
])('DeleteObjects with %s deletes nothing', async (name, value) => {
  // conditions of directory buckets only: S3 API reference, "ObjectIdentifier"
  await server.put('1/listed', 'xx');
  const body = `<Delete><Object><Key>1/listed</Key><${name}>${value}</${name}></Object></Delete>`;
  const md5 = createHash('md5').update(body).digest('base64');
  const answer = await server.signed('POST', `/${BUCKET}`, {
    query: { delete: '' },
    headers: { 'content-md5': md5 },
    body,
  });
  expect([answer.status, answer.code]).toEqual([501, 'NotImplemented']);
  expect(await server.keys()).toContain('1/listed');
});

test('ACLs are disabled only where none lets others in', async () => {
  // S3 User Guide, "Prerequisites for disabling ACLs"
  const { client } = server;
  const own = (ObjectOwnership: S3.ObjectOwnership) =>
    client.send(
      new S3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership }] } }),
    );
  await client.send(new S3.DeletePublicAccessBlockCommand({ Bucket }));
  await own('ObjectWriter');
  await client.send(new S3.PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
  expect(await refusal(own('BucketOwnerEnforced'))).toBe('400 InvalidBucketAclWithObjectOwnership');
  // making it again takes the ACL away: S3 API reference, "CreateBucket", BucketAlreadyOwnedByYou
  await client.send(new S3.CreateBucketCommand({ Bucket }));
  await own('BucketOwnerEnforced');
});

test('a URL of Signature Version 2 is told what to use', async () => {
  const url = `${server.s3.endpoint}/${BUCKET}/1/a?AWSAccessKeyId=AKIA&Expires=1999999999&Signature=x`;
  const { status, code, text } = await raw('GET', url);
  expect([status, code]).toEqual([400, 'InvalidRequest']);
  expect(text).toContain('AWS4-HMAC-SHA256');
});

test('a conflict of conditional writes can be asked for', async () => {
  // S3 User Guide, "Conditional write behavior": 409 when another request to the key comes in between
  await server.put('1/from', 'x');
  const at = { Bucket, Key: '1/to' };
  const { UploadId } = await server.client.send(new S3.CreateMultipartUploadCommand(at));
  const part = { ...at, UploadId, PartNumber: 1, Body: 'x' };
  const { ETag } = await server.client.send(new S3.UploadPartCommand(part));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const calls: Record<string, () => Promise<unknown>> = {
    PutObject: () => server.put('1/to', 'x', { IfNoneMatch: '*' }),
    CopyObject: () =>
      server.client.send(new S3.CopyObjectCommand({ ...at, CopySource: `${BUCKET}/1/from`, IfNoneMatch: '*' })),
    CompleteMultipartUpload: () =>
      server.client.send(new S3.CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload, IfNoneMatch: '*' })),
  };
  for (const [operation, call] of Object.entries(calls)) {
    server.s3.faults.add({ operation, action: { errorCode: 'ConditionalRequestConflict' } });
    expect(await refusal(call())).toBe('409 ConditionalRequestConflict');
    expect(await server.keys()).not.toContain('1/to');
  }
  await calls['CompleteMultipartUpload']?.();
});

test('documents have a size by their kind', async () => {
  const send = (query: string, size: number) => {
    const body = `<Tagging>${' '.repeat(size)}</Tagging>`;
    return server.signed('PUT', `/${BUCKET}`, { query: { [query]: '' }, body });
  };
  expect((await send('tagging', 64 * 1024)).code).toBe('MaxMessageLengthExceeded');
  expect((await send('tagging', 63 * 1024)).code).toBe('');
  expect((await send('lifecycle', 300 * 1024)).code).toBe('MalformedXML');
});
