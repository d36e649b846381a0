import { CreateBucketCommand, GetObjectTaggingCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { createHash } from 'node:crypto';
import { FILE, presign, send, SSE, type Fields } from './form-kit.js';
import { BUCKET, TestServer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => {
  server.s3.clock.reset();
  server.s3.features.postPolicy = true;
});
afterAll(() => server.close());

describe('a form as it was signed', () => {
  test('is stored with its type, metadata, tags and encryption', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>org</Key><Value>1</Value></Tag></TagSet></Tagging>';
    const Fields = { 'x-amz-meta-owner': '42', tagging };
    const answer = await send(await presign(server, '1/a.png', { Fields }));
    expect(answer.says).toBe('204');
    expect(answer.headers.get('etag')).toBe(`"${createHash('md5').update(FILE).digest('hex')}"`);
    expect(await server.read('1/a.png')).toEqual(FILE);
    expect(await server.head('1/a.png')).toMatchObject({
      ContentType: 'image/png',
      ServerSideEncryption: 'AES256',
      Metadata: { owner: '42' },
    });
    const tags = await server.client.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: '1/a.png' }));
    expect(tags.TagSet).toEqual([{ Key: 'org', Value: '1' }]);
  });

  test.each([
    ['200', 200, ''],
    ['201', 201, '<PostResponse>'],
    ['204', 204, ''],
    ['500', 204, ''],
  ])('success_action_status %s → %s', async (wanted, status, text) => {
    const answer = await send(await presign(server, '1/status', { Fields: { success_action_status: wanted } }));
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  test('the answer 201 says where the object is', async () => {
    const answer = await send(await presign(server, '1/ü &.png', { Fields: { success_action_status: '201' } }));
    expect(answer.text).toMatch(
      /<Bucket>files<\/Bucket><Key>1\/ü &amp;\.png<\/Key><ETag>&quot;[0-9a-f]{32}&quot;<\/ETag>/,
    );
    expect(answer.text).toContain(`/${BUCKET}/1/%C3%BC%20%26.png</Location>`);
  });

  test('success_action_redirect leads to the page, with what was stored', async () => {
    const redirect = 'https://app.example.com/done?x=1';
    const answer = await send(await presign(server, '1/r', { Fields: { success_action_redirect: redirect } }));
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(
      /^https:\/\/app\.example\.com\/done\?x=1&bucket=files&key=1%2Fr&etag=%22/,
    );
    const unusable = await send(
      await presign(server, '1/r2', { Fields: { success_action_redirect: 'javascript:alert(1)' } }),
    );
    expect(unusable.says).toBe('204');
  });

  test('${filename} is the name of the file, without its folders', async () => {
    const answer = await send(await presign(server, '1/up/${filename}'), { filename: 'C:\\x\\a b.png' });
    expect(answer.says).toBe('204');
    expect(await server.read('1/up/a b.png')).toEqual(FILE);
  });

  test('the limits of its size are within', async () => {
    expect((await send(await presign(server, '1/min'), { file: Buffer.alloc(10) })).says).toBe('204');
    expect((await send(await presign(server, '1/max'), { file: Buffer.alloc(1000) })).says).toBe('204');
  });

  test('a checksum among its fields is verified', async () => {
    const sha = (data: Buffer): string => createHash('sha256').update(data).digest('base64');
    const signed = (data: Buffer) => presign(server, '1/sum', { Fields: { 'x-amz-checksum-sha256': sha(data) } });
    expect((await send(await signed(FILE))).says).toBe('204');
    expect((await server.head('1/sum', { ChecksumMode: 'ENABLED' })).ChecksumSHA256).toBe(sha(FILE));
    expect((await send(await signed(Buffer.from('other')))).says).toBe('400 BadDigest');
  });
});

test('the bucket policy counts for forms', async () => {
  await server.client.send(new CreateBucketCommand({ Bucket: 'guarded' }));
  const deny = (Condition: object) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::guarded/*',
    Condition,
  });
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      deny({ StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } }),
      deny({ StringEquals: { 's3:authType': 'POST' }, NumericGreaterThan: { 's3:signatureAge': '300000' } }),
    ],
  });
  await server.client.send(new PutBucketPolicyCommand({ Bucket: 'guarded', Policy }));
  const post = (Fields: Fields = {}) =>
    createPresignedPost(server.client, { Bucket: 'guarded', Key: 'k', Expires: 900, Fields });
  const good = await post({ [SSE]: 'AES256' });
  expect((await send(await post())).says).toBe('403 AccessDenied');
  expect((await send(good)).says).toBe('204');
  server.s3.clock.advance(301_000);
  expect((await send(good)).says).toBe('403 AccessDenied');
});

test('a store without POST policies takes whatever comes', async () => {
  server.s3.features.postPolicy = false;
  const { url, fields } = await presign(server, 'weak/a');
  expect((await send({ url, fields: { ...fields, key: 'weak/b', 'X-Amz-Signature': 'none' } })).says).toBe('204');
  expect(await server.keys()).toContain('weak/b');
});
