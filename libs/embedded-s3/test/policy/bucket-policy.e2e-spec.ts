import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { BUCKET, raw, refusal, TestServer } from '../kit.js';

const ACCOUNT = '000000000000';
const ANN = { accessKeyId: 'AKIAANN', secretAccessKey: 'secret of ann' };

let server: TestServer;
let root: S3Client;
let ann: S3Client;
beforeAll(async () => {
  server = await TestServer.start({ users: [{ name: 'ann', ...ANN }] });
  root = server.client;
  ann = server.clientOf(ANN);
  for (const key of ['1/a', '11/a']) await server.put(key, key);
});
afterEach(() => root.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET })));
afterAll(() => server.close());

const set = (...Statement: object[]) =>
  root.send(
    new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
const deny = (Action: string, Condition?: object, Resource = `arn:aws:s3:::${BUCKET}/*`) => ({
  Effect: 'Deny',
  Principal: '*',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const get = (client: S3Client, Key: string) => client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
const put = (client: S3Client, Key: string, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', ...more }));
const DENIED = '403 AccessDenied';

test('is stored as it is, read back, and deleted', async () => {
  const policy = { Version: '2012-10-17', Statement: [deny('s3:PutObject')] };
  await set(...policy.Statement);
  const { Policy = '' } = await root.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  expect(JSON.parse(Policy)).toEqual(policy);
  const status = await root.send(new GetBucketPolicyStatusCommand({ Bucket: BUCKET }));
  expect(status.PolicyStatus).toEqual({ IsPublic: false });
  await root.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  expect(await refusal(root.send(new GetBucketPolicyCommand({ Bucket: BUCKET })))).toBe('404 NoSuchBucketPolicy');
});

test.each([
  ['{', '400 MalformedPolicy'],
  ['{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}', '400 MalformedPolicy'],
  [JSON.stringify({ Statement: [deny('s3:GetObject', undefined, 'arn:aws:s3:::other/*')] }), '400 MalformedPolicy'],
  [JSON.stringify({ Statement: [{ ...deny('s3:GetObject'), Sid: 'x'.repeat(20 * 1024) }] }), '400 MalformedPolicy'],
  [JSON.stringify({ Statement: [{ ...deny('s3:GetObject'), Effect: 'Allow' }] }), '403 AccessDenied'],
])('%.80s is refused: %s', async (Policy, says) => {
  expect(await refusal(root.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy })))).toBe(says);
});

test('a deny on encryption counts for every kind of write', async () => {
  await set(deny('s3:PutObject', { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } }));
  const sse = { ServerSideEncryption: 'AES256' } as const;
  await put(root, '1/enc', sse);
  expect(await refusal(put(root, '1/enc'))).toBe(DENIED);
  expect(await refusal(put(root, '1/enc', { ServerSideEncryption: 'aws:kms' }))).toBe(DENIED);
  expect(await refusal(root.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: '1/enc' })))).toBe(DENIED);
  const copy = { Bucket: BUCKET, Key: '1/copy', CopySource: `${BUCKET}/1/a` };
  expect(await refusal(root.send(new CopyObjectCommand(copy)))).toBe(DENIED);
  await root.send(new CopyObjectCommand({ ...copy, ...sse }));
  const url = await getSignedUrl(root, new PutObjectCommand({ Bucket: BUCKET, Key: '1/enc' }), { expiresIn: 60 });
  expect(await raw('PUT', url, { body: 'x' })).toMatchObject({ status: 403, code: 'AccessDenied' });
});

test('a deny on the Referer', async () => {
  await set(deny('s3:GetObject', { StringNotLike: { 'aws:Referer': 'https://*.example.com/*' } }));
  const url = await getSignedUrl(root, new GetObjectCommand({ Bucket: BUCKET, Key: '1/a' }), { expiresIn: 60 });
  const from = async (referer?: string) => (await raw('GET', url, { headers: referer ? { referer } : {} })).status;
  expect([await from('https://app.example.com/x'), await from('https://evil.test/'), await from()]).toEqual([
    200, 403, 403,
  ]);
  expect(await refusal(get(root, '1/a'))).toBe(DENIED);
});

test('a deny on the age of signatures spares those in headers', async () => {
  const Condition = {
    StringEquals: { 's3:authType': 'REST-QUERY-STRING' },
    NumericGreaterThan: { 's3:signatureAge': '900000' },
  };
  await set(deny('s3:GetObject', Condition));
  const url = await getSignedUrl(root, new GetObjectCommand({ Bucket: BUCKET, Key: '1/a' }), { expiresIn: 86_400 });
  expect((await raw('GET', url)).status).toBe(200);
  server.s3.clock.advance(901_000);
  try {
    expect((await raw('GET', url)).status).toBe(403);
  } finally {
    server.s3.clock.reset();
  }
  await get(root, '1/a');
});

test.each<[string, object, boolean]>([
  ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'false' } }, false],
  ['s3:TlsVersion', { NumericLessThan: { 's3:TlsVersion': '1.2' } }, false],
  ['aws:SourceIp', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, true],
  ['aws:UserAgent', { StringLike: { 'aws:UserAgent': 'aws-sdk-js/*' } }, true],
  ['aws:username', { StringEquals: { 'aws:username': 'ann' } }, true],
  ['aws:PrincipalArn', { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:user/ann` } }, true],
  ['s3:signatureversion', { StringEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }, true],
  ['s3:authType', { StringEquals: { 's3:authType': 'POST' } }, false],
  ['s3:ExistingObjectTag', { StringEquals: { 's3:ExistingObjectTag/kind': 'secret' } }, true],
  ['aws:CurrentTime', { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, false],
])('a request has %s', async (_, Condition, denied) => {
  await server.put('1/secret', 'x', { Tagging: 'kind=secret' });
  await set(deny('s3:GetObject', Condition));
  const answer = await get(ann, '1/secret').then(
    () => 'read',
    (error: Error) => error.name,
  );
  expect(answer).toBe(denied ? 'AccessDenied' : 'read');
});

test('listings can be limited to a prefix', async () => {
  const arn = `arn:aws:s3:::${BUCKET}`;
  await set(deny('s3:ListBucket', { StringNotLike: { 's3:prefix': '1/*' } }, arn));
  const list = (Prefix?: string) => root.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
  expect((await list('1/')).KeyCount).toBeGreaterThan(0);
  expect(await refusal(list('11/'))).toBe(DENIED);
  expect(await refusal(list())).toBe(DENIED);
});

test('root can always get out of a policy that locks everyone out', async () => {
  await set(deny('s3:*', undefined, `arn:aws:s3:::${BUCKET}`));
  expect(await refusal(root.send(new ListObjectsV2Command({ Bucket: BUCKET })))).toBe(DENIED);
  expect(await refusal(ann.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET })))).toBe(DENIED);
  await root.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  await root.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  await root.send(new ListObjectsV2Command({ Bucket: BUCKET }));
});

test('a store without bucket policies has none, and enforces none', async () => {
  await set(deny('s3:GetObject'));
  expect(await refusal(get(root, '1/a'))).toBe(DENIED);
  server.s3.features.bucketPolicy = false;
  try {
    await get(root, '1/a');
    expect(await refusal(root.send(new GetBucketPolicyCommand({ Bucket: BUCKET })))).toBe('501 NotImplemented');
  } finally {
    server.s3.features.bucketPolicy = true;
  }
});
