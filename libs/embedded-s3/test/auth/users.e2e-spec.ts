import {
  CopyObjectCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { BUCKET, raw, refusal, TestServer } from '../kit.js';

const ACCOUNT = '000000000000';
const keyOf = (name: string) => ({ accessKeyId: `AKIA${name.toUpperCase()}`, secretAccessKey: `secret of ${name}` });
const allow = (Action: string[], Resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

let server: TestServer;
let root: S3Client;
let ann: S3Client;
let bob: S3Client;
beforeAll(async () => {
  const ofOrg = `arn:aws:s3:::${BUCKET}/\${aws:PrincipalTag/OrgId}/*`;
  server = await TestServer.start({
    users: [
      { name: 'ann', ...keyOf('ann') },
      { name: 'bob', ...keyOf('bob'), tags: { OrgId: '1' }, policy: allow(['s3:GetObject', 's3:PutObject'], ofOrg) },
    ],
  });
  root = server.client;
  ann = server.clientOf(keyOf('ann'));
  bob = server.clientOf(keyOf('bob'));
  for (const key of ['1/a', '11/a']) await server.put(key, key);
});
afterEach(() => root.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET })));
afterAll(() => server.close());

const set = (...Statement: object[]) =>
  root.send(
    new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
const get = (client: S3Client, Key: string) => client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
const put = (client: S3Client, Key: string, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', ...more }));
const DENIED = '403 AccessDenied';

describe('users', () => {
  test('one without policy may do everything, one with a policy what it allows', async () => {
    await put(ann, '11/by-ann');
    await put(bob, '1/by-bob');
    expect(await refusal(put(bob, '11/by-bob'))).toBe(DENIED);
    expect(await refusal(get(bob, '11/a'))).toBe(DENIED);
    expect(await refusal(bob.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: '1/by-bob' })))).toBe(DENIED);
    expect(await refusal(bob.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: '1/' })))).toBe(DENIED);
  });

  test('a copy needs the right to read its source', async () => {
    const copy = (source: string) =>
      bob.send(new CopyObjectCommand({ Bucket: BUCKET, Key: '1/copied', CopySource: `${BUCKET}/${source}` }));
    expect(await refusal(copy('11/a'))).toBe(DENIED);
    expect(await refusal(copy('11/missing'))).toBe(DENIED);
  });

  test('a URL has the rights of its signer', async () => {
    const url = await getSignedUrl(bob, new GetObjectCommand({ Bucket: BUCKET, Key: '11/a' }), { expiresIn: 60 });
    expect(await raw('GET', url)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test('who may not list is not told what is missing', async () => {
    expect(await refusal(get(bob, '1/missing'))).toBe(DENIED);
    expect(await refusal(get(ann, '1/missing'))).toBe('404 NoSuchKey');
    const head = bob.send(new HeadObjectCommand({ Bucket: BUCKET, Key: '1/missing' }));
    expect(await refusal(head)).toMatch(/^403/);
  });

  test('a bucket policy may allow more, by user or by access key, and its Deny wins', async () => {
    const Resource = `arn:aws:s3:::${BUCKET}/11/*`;
    const grant = { Effect: 'Allow', Action: 's3:GetObject', Resource };
    await set({ ...grant, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` } });
    await get(bob, '11/a');
    await set({ ...grant, Principal: { AWS: keyOf('bob').accessKeyId } });
    await get(bob, '11/a');
    await set({ ...grant, Principal: { AWS: ACCOUNT } });
    expect(await refusal(get(bob, '11/a'))).toBe(DENIED);
    await set({ ...grant, Principal: { AWS: ACCOUNT } }, { ...grant, Effect: 'Deny', Principal: { AWS: ACCOUNT } });
    expect(await refusal(get(ann, '11/a'))).toBe(DENIED);
  });

  test('each key of a bulk deletion is judged by itself', async () => {
    await put(ann, '1/x');
    await put(ann, '11/x');
    await set({ Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${BUCKET}/11/*` });
    const Objects = [{ Key: '1/x' }, { Key: '11/x' }];
    const answer = await ann.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
    expect(answer.Deleted).toMatchObject([{ Key: '1/x' }]);
    expect(answer.Errors).toMatchObject([{ Key: '11/x', Code: 'AccessDenied' }]);
  });
});
