import { FILE, presign, send, SSE, type Fields, type Post, type Sent } from './form-kit.js';
import { BUCKET, raw, TestServer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => {
  server.s3.clock.reset();
});
afterAll(() => server.close());

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
    expect((await send(change(await presign(server, key)), sent)).says).toBe(says);
    expect((await server.keys()).filter((name) => name.startsWith('refused/') || name.startsWith('2/'))).toEqual([]);
  });

  test('once it expired, by the clock of the server', async () => {
    const post = await presign(server, 'refused/late');
    server.s3.clock.advance(61_000);
    const answer = await send(post);
    expect(answer.says).toBe('403 AccessDenied');
    expect(answer.text).toContain('Policy expired');
  });

  test('signed for another service, or in the future', async () => {
    const { fields } = await presign(server, 'refused/scope');
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
    const { fields } = await presign(server, 'refused/cut');
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
