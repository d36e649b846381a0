import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { BUCKET, raw, TestServer, type RawAnswer } from '../kit.js';

type PresignOptions = NonNullable<Parameters<typeof getSignedUrl>[2]>;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.put('here', 'content', { ContentType: 'text/plain' });
});
afterAll(() => server.close());

// without body, the checksums the SDK adds by default would be those of nothing
const client = () =>
  server.clientOf(server.s3.credentials, {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
const get = (Key: string, options: PresignOptions = {}, more: object = {}) =>
  getSignedUrl(client(), new GetObjectCommand({ Bucket: BUCKET, Key, ...more }), { expiresIn: 60, ...options });
const put = (Key: string, options: PresignOptions = {}, more: object = {}) =>
  getSignedUrl(client(), new PutObjectCommand({ Bucket: BUCKET, Key, ...more }), { expiresIn: 60, ...options });
const status = ({ status, code }: RawAnswer): string => `${status} ${code}`;

describe('a presigned GET', () => {
  test('reads, with the headers it asks for', async () => {
    const answer = await raw(
      'GET',
      await get(
        'here',
        {},
        { ResponseContentDisposition: 'attachment; filename="dänü.pdf"', ResponseContentType: 'text/x' },
      ),
    );
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([200, 'content', 'text/x']);
    const disposition = Buffer.from(answer.headers['content-disposition'] ?? '', 'latin1').toString('utf8');
    expect(disposition).toBe('attachment; filename="dänü.pdf"');
  });

  test.each<[string, (url: string) => string]>([
    [
      'the signature',
      (url) =>
        url.replace(/(Signature=)(.)/, (_all, name: string, digit: string) => name + (digit === '0' ? '1' : '0')),
    ],
    ['the key', (url) => url.replace('/here?', '/there?')],
    ['the lifetime', (url) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')],
    ['a parameter more', (url) => `${url}&response-content-type=text%2Fhtml`],
    ['a version', (url) => `${url}&versionId=null`],
  ])('altered: %s', async (_what, alter) => {
    expect(status(await raw('GET', alter(await get('here'))))).toBe('403 SignatureDoesNotMatch');
  });

  test('another method', async () => {
    expect(status(await raw('DELETE', await get('here')))).toBe('403 SignatureDoesNotMatch');
  });

  test('both ways of signing at once', async () => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=x' };
    expect(status(await raw('GET', await get('here'), { headers }))).toBe('400 InvalidArgument');
  });

  test('an unsigned x-amz-* header, unless the store is a weaker one', async () => {
    const url = await put('unsigned');
    const evil = { headers: { 'x-amz-meta-evil': '1' }, body: 'x' };
    expect(status(await raw('PUT', url, evil))).toBe('403 AccessDenied');
    expect(await server.keys()).not.toContain('unsigned');
    server.s3.features.unsignedHeaders = false;
    expect(status(await raw('PUT', url, evil))).toBe('200 ');
    server.s3.features.unsignedHeaders = true;
  });
});

describe('time', () => {
  test('expires to the second', async () => {
    const start = new Date('2026-05-01T12:00:00Z');
    server.s3.clock.set(start);
    const url = await get('here', { expiresIn: 60, signingDate: start });
    expect(status(await raw('GET', url))).toBe('200 ');
    server.s3.clock.advance(60_000);
    expect(status(await raw('GET', url))).toBe('200 ');
    server.s3.clock.advance(1);
    const late = await raw('GET', url);
    expect(status(late)).toBe('403 AccessDenied');
    expect(late.text).toContain('Request has expired');
    server.s3.clock.set(new Date(start.getTime() - 16 * 60_000));
    expect((await raw('GET', url)).text).toContain('Request is not yet valid');
    server.s3.clock.reset();
  });

  test.each([0, -5, 1.5, 604_801])('a lifetime of %d s', async (expires) => {
    const url = (await get('here')).replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`);
    expect(status(await raw('GET', url))).toBe('400 AuthorizationQueryParametersError');
  });
});

describe('a presigned PUT', () => {
  test('stores, and only under its key', async () => {
    const url = await put('direct', {}, { Metadata: { a: '1' } });
    expect(status(await raw('PUT', url, { body: 'straight' }))).toBe('200 ');
    expect((await server.read('direct')).toString()).toBe('straight');
    expect((await server.head('direct')).Metadata).toEqual({ a: '1' });
    expect(status(await raw('PUT', url.replace('/direct?', '/direct2?'), { body: 'x' }))).toBe(
      '403 SignatureDoesNotMatch',
    );
  });

  const SSE = 'x-amz-server-side-encryption';

  test.each<[string, object, Record<string, string>, Record<string, string>, string]>([
    [
      'content-type',
      { ContentType: 'image/png' },
      { 'content-type': 'image/png' },
      { 'content-type': 'text/html' },
      'x',
    ],
    ['content-length', { ContentLength: 10 }, {}, {}, '0123456789abc'],
    [SSE, { ServerSideEncryption: 'AES256' }, { [SSE]: 'AES256' }, { [SSE]: 'aws:kms' }, 'x'],
    ['if-none-match', { IfNoneMatch: '*' }, { 'if-none-match': '*' }, {}, 'x'],
  ])('binds %s when it is signed', async (header, input, right, wrong, body) => {
    const options = { signableHeaders: new Set(['host', header]), unhoistableHeaders: new Set([header]) };
    const url = await put(`bound-${header}`, options, input);
    expect(status(await raw('PUT', url, { body, headers: wrong }))).toBe('403 SignatureDoesNotMatch');
    expect(await server.keys()).not.toContain(`bound-${header}`);
    expect(
      status(await raw('PUT', url, { body: header === 'content-length' ? '0123456789' : body, headers: right })),
    ).toBe('200 ');
  });

  test('carries a checksum of nothing when the SDK signs with its defaults: refused as S3 refuses it', async () => {
    const command = new PutObjectCommand({ Bucket: BUCKET, Key: 'defaults' });
    const url = await getSignedUrl(server.client, command, { expiresIn: 60 });
    expect(status(await raw('PUT', url, { body: 'not nothing' }))).toBe('400 BadDigest');
  });
});

test('the log of requests has no signatures', async () => {
  server.s3.requests.clear();
  await raw('GET', await get('here'));
  const records = server.s3.requests.list();
  expect(records).toMatchObject([
    {
      operation: 'GetObject',
      method: 'GET',
      path: `/${BUCKET}/here`,
      status: 200,
      accessKeyId: server.s3.credentials.accessKeyId,
    },
  ]);
  expect(JSON.stringify(records)).not.toMatch(/[0-9a-f]{64}|Credential=/);
});
