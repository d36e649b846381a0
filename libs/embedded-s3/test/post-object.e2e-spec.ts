import { CreateBucketCommand, GetObjectTaggingCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { createHash } from 'node:crypto';
import { BUCKET, raw, TestServer } from './kit.js';

const SSE = 'x-amz-server-side-encryption';
const FILE = Buffer.alloc(100, 'a');

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => {
  server.s3.clock.reset();
  server.s3.features.postPolicy = true;
});
afterAll(() => server.close());

type Fields = Record<string, string>;
interface Post {
  url: string;
  fields: Fields;
}
interface Sent {
  file?: Buffer<ArrayBuffer>;
  filename?: string;
  headers?: Fields;
}

/** As an application signs: an exact key, an image of 10 to 1,000 bytes, encrypted. */
const presign = async (Key: string, more: Partial<PresignedPostOptions> = {}): Promise<Post> => {
  const post = await createPresignedPost(server.client, {
    Bucket: BUCKET,
    Key,
    Expires: 60,
    Conditions: [
      ['content-length-range', 10, 1000],
      ['starts-with', '$Content-Type', 'image/'],
      ...(more.Conditions ?? []),
    ],
    Fields: { [SSE]: 'AES256', ...more.Fields },
  });
  return { url: post.url, fields: { ...post.fields, 'Content-Type': 'image/png' } };
};

const send = async ({ url, fields }: Post, { file = FILE, filename = 'f.bin', headers = {} }: Sent = {}) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([file]), filename);
  const response = await fetch(url, { method: 'POST', body: form, headers, redirect: 'manual' });
  const text = await response.text();
  const code = /<Code>([^<]+)</.exec(text)?.[1] ?? '';
  return { status: response.status, code, text, headers: response.headers, says: `${response.status} ${code}`.trim() };
};

describe('a form as it was signed', () => {
  test('is stored with its type, metadata, tags and encryption', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>org</Key><Value>1</Value></Tag></TagSet></Tagging>';
    const Fields = { 'x-amz-meta-owner': '42', tagging };
    const answer = await send(await presign('1/a.png', { Fields }));
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
    const answer = await send(await presign('1/status', { Fields: { success_action_status: wanted } }));
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  test('the answer 201 says where the object is', async () => {
    const answer = await send(await presign('1/ü &.png', { Fields: { success_action_status: '201' } }));
    expect(answer.text).toMatch(
      /<Bucket>files<\/Bucket><Key>1\/ü &amp;\.png<\/Key><ETag>&quot;[0-9a-f]{32}&quot;<\/ETag>/,
    );
    expect(answer.text).toContain(`/${BUCKET}/1/%C3%BC%20%26.png</Location>`);
  });

  test('success_action_redirect leads to the page, with what was stored', async () => {
    const redirect = 'https://app.example.com/done?x=1';
    const answer = await send(await presign('1/r', { Fields: { success_action_redirect: redirect } }));
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(
      /^https:\/\/app\.example\.com\/done\?x=1&bucket=files&key=1%2Fr&etag=%22/,
    );
    const unusable = await send(await presign('1/r2', { Fields: { success_action_redirect: 'javascript:alert(1)' } }));
    expect(unusable.says).toBe('204');
  });

  test('${filename} is the name of the file, without its folders', async () => {
    const answer = await send(await presign('1/up/${filename}'), { filename: 'C:\\x\\a b.png' });
    expect(answer.says).toBe('204');
    expect(await server.read('1/up/a b.png')).toEqual(FILE);
  });

  test('the limits of its size are within', async () => {
    expect((await send(await presign('1/min'), { file: Buffer.alloc(10) })).says).toBe('204');
    expect((await send(await presign('1/max'), { file: Buffer.alloc(1000) })).says).toBe('204');
  });

  test('a checksum among its fields is verified', async () => {
    const sha = (data: Buffer): string => createHash('sha256').update(data).digest('base64');
    const signed = (data: Buffer) => presign('1/sum', { Fields: { 'x-amz-checksum-sha256': sha(data) } });
    expect((await send(await signed(FILE))).says).toBe('204');
    expect((await server.head('1/sum', { ChecksumMode: 'ENABLED' })).ChecksumSHA256).toBe(sha(FILE));
    expect((await send(await signed(Buffer.from('other')))).says).toBe('400 BadDigest');
  });
});

describe('refused, and nothing stored', () => {
  const alter = (fields: Fields) => (post: Post) => ({ ...post, fields: { ...post.fields, ...fields } });
  const drop =
    (...names: string[]) =>
    (post: Post): Post => ({
      ...post,
      fields: Object.fromEntries(Object.entries(post.fields).filter(([name]) => !names.includes(name))),
    });
  const policyWithoutLimit = (post: Post): Post => {
    const policy = JSON.parse(Buffer.from(post.fields['Policy'] ?? '', 'base64').toString()) as {
      conditions: unknown[];
    };
    policy.conditions = policy.conditions.filter((condition) => !Array.isArray(condition));
    return alter({ Policy: Buffer.from(JSON.stringify(policy)).toString('base64') })(post);
  };

  test.each<[string, string, (post: Post) => Post, Sent?]>([
    ['another signature', '403 SignatureDoesNotMatch', alter({ 'X-Amz-Signature': '0'.repeat(64) })],
    ['an altered policy', '403 SignatureDoesNotMatch', policyWithoutLimit],
    ['no policy', '403 AccessDenied', drop('Policy')],
    ['nothing of a signature', '403 AccessDenied', drop('Policy', 'X-Amz-Signature', 'X-Amz-Credential')],
    ['no signature', '400 InvalidArgument', drop('X-Amz-Signature')],
    [
      'an unknown access key',
      '403 InvalidAccessKeyId',
      alter({ 'X-Amz-Credential': 'AKIANOBODY/20260101/us-east-1/s3/aws4_request', 'X-Amz-Date': '20260101T000000Z' }),
    ],
    ['a policy that is none', '403 SignatureDoesNotMatch', alter({ Policy: 'e30=' })],
    ['no key', '400 InvalidArgument', drop('key')],
    ['another key', '403 AccessDenied', alter({ key: '2/evil' })],
    ['another bucket', '403 AccessDenied', alter({ bucket: 'other' })],
    ['another type', '403 AccessDenied', alter({ 'Content-Type': 'text/html' })],
    ['two types', '403 AccessDenied', alter({ 'Content-Type': 'image/png,text/html' })],
    ['no type', '403 AccessDenied', drop('Content-Type')],
    ['another encryption', '403 AccessDenied', alter({ [SSE]: 'aws:kms' })],
    ['no encryption', '403 AccessDenied', drop(SSE)],
    ['metadata more', '403 AccessDenied', alter({ 'x-amz-meta-evil': '1' })],
    ['an ACL more', '403 AccessDenied', alter({ acl: 'public-read' })],
    ['a redirect more', '403 AccessDenied', alter({ success_action_redirect: 'https://evil.test/' })],
    ['too large', '400 EntityTooLarge', (post) => post, { file: Buffer.alloc(1001) }],
    ['far too large', '400 EntityTooLarge', (post) => post, { file: Buffer.alloc(3 << 20) }],
    ['too small', '400 EntityTooSmall', (post) => post, { file: Buffer.alloc(9) }],
    [
      'an x-amz header beside the form',
      '403 AccessDenied',
      (post) => post,
      { headers: { 'x-amz-acl': 'public-read' } },
    ],
    [
      'a bucket that is not there',
      '403 AccessDenied',
      (post) => ({ ...post, url: post.url.replace(BUCKET, 'absent') }),
    ],
  ])('%s: %s', async (what, says, change, sent = {}) => {
    const key = `refused/${what}`;
    expect((await send(change(await presign(key)), sent)).says).toBe(says);
    expect((await server.keys()).filter((name) => name.startsWith('refused/') || name.startsWith('2/'))).toEqual([]);
  });

  test('once it expired, by the clock of the server', async () => {
    const post = await presign('refused/late');
    server.s3.clock.advance(61_000);
    const answer = await send(post);
    expect(answer.says).toBe('403 AccessDenied');
    expect(answer.text).toContain('Policy expired');
  });

  test('signed for another service, or in the future', async () => {
    const { fields } = await presign('refused/scope');
    const foreign = { ...fields, 'X-Amz-Credential': (fields['X-Amz-Credential'] ?? '').replace('/s3/', '/sts/') };
    expect((await send({ url: `${server.s3.endpoint}/${BUCKET}`, fields: foreign })).says).toBe('400 InvalidArgument');
    server.s3.clock.advance(-3_600_000);
    expect((await send({ url: `${server.s3.endpoint}/${BUCKET}`, fields })).says).toBe('403 AccessDenied');
  });

  test('a body that is no form, or ends early', async () => {
    const url = `${server.s3.endpoint}/${BUCKET}`;
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    expect(await raw('POST', url, { headers: type, body: 'no form' })).toMatchObject({
      status: 400,
      code: 'MalformedPOSTRequest',
    });
    const { fields } = await presign('refused/cut');
    const part = (name: string, value: string): string =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const body = `${Object.entries(fields)
      .map((field) => part(...field))
      .join('')}--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n${FILE}`;
    expect(await raw('POST', url, { headers: type, body })).toMatchObject({
      status: 400,
      code: 'MalformedPOSTRequest',
    });
    expect(await server.keys()).not.toContain('refused/cut');
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
  const { url, fields } = await presign('weak/a');
  expect((await send({ url, fields: { ...fields, key: 'weak/b', 'X-Amz-Signature': 'none' } })).says).toBe('204');
  expect(await server.keys()).toContain('weak/b');
});
