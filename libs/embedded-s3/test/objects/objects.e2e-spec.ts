import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BUCKET, bytes, refusal, TestServer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

const pieces = (data: Buffer, size = 10_000): Readable =>
  Readable.from(
    (function* () {
      for (let i = 0; i < data.length; i += size) yield data.subarray(i, i + size);
    })(),
    { objectMode: false },
  );

describe('writing and reading back', () => {
  test.each([0, 1, 65_535, 1_048_593])('%i bytes from a buffer', async (size) => {
    const data = bytes(size);
    const { ETag } = await server.put('buffer', data);
    expect(ETag).toBe(`"${createHash('md5').update(data).digest('hex')}"`);
    expect(data.equals(await server.read('buffer'))).toBe(true);
  });

  test.each(['WHEN_SUPPORTED', 'WHEN_REQUIRED'] as const)(
    'a stream, checksums %s',
    async (requestChecksumCalculation) => {
      const data = bytes(300_001);
      const client = server.clientOf(server.s3.credentials, { requestChecksumCalculation });
      const put = {
        Bucket: BUCKET,
        Key: 'stream',
        Body: pieces(data),
        ContentLength: data.length,
        ContentEncoding: 'gzip',
      };
      await client.send(new PutObjectCommand(put));
      expect(data.equals(await server.read('stream'))).toBe(true);
      // the framing of the body is not an encoding of the object
      expect((await server.head('stream')).ContentEncoding).toBe('gzip');
    },
  );

  test.each([
    'a b',
    'a+b',
    'p%20c',
    'größe-日本',
    "q'(1)*!",
    '$&@=;,?',
    '1/uploads/x',
    'a//b',
    '\u{1f600}',
    'tab\there',
    'nul\u0000',
  ])('the key %j', async (key) => {
    await server.put(`odd/${key}`, key);
    expect((await server.read(`odd/${key}`)).toString()).toBe(key);
    expect(await server.keys()).toContain(`odd/${key}`);
    await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `odd/${key}` }));
    expect(await server.keys()).not.toContain(`odd/${key}`);
  });

  test('keeps headers and metadata, reports encryption', async () => {
    const headers = {
      ContentType: 'application/pdf',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment; filename="a.pdf"',
      ContentLanguage: 'de',
    };
    await server.put('described', 'x', { ...headers, Metadata: { 'owner-id': '42' } });
    const described = { ...headers, Metadata: { 'owner-id': '42' }, ContentLength: 1, ServerSideEncryption: 'AES256' };
    expect(await server.head('described')).toMatchObject(described);
    expect(await server.get('described')).toMatchObject(described);
  });

  test('a key of 1,024 bytes is taken, a longer one is not', async () => {
    await server.put('é'.repeat(512), 'x');
    expect(await refusal(server.put('é'.repeat(512) + 'a', 'x'))).toBe('400 KeyTooLongError');
  });

  test('keys that differ by case, by Unicode form or by a slash are different objects', async () => {
    const keys = ['same/é', 'same/e\u0301', 'same/É', 'same/x', 'same/X', 'same/x/', 'same//x'];
    for (const key of keys) await server.put(key, key);
    for (const key of keys) expect((await server.read(key)).toString()).toBe(key);
  });

  test('metadata above 2 KB is refused', async () => {
    expect(await refusal(server.put('meta', 'x', { Metadata: { a: 'x'.repeat(2100) } }))).toBe('400 MetadataTooLarge');
  });

  test.each([
    ['x-amz-website-redirect-location', '/elsewhere'],
    ['x-amz-grant-read', 'id=1'],
    ['x-amz-server-side-encryption-customer-algorithm', 'AES256'],
  ])('a header it does not act on is refused: %s', async (name, value) => {
    const answer = await server.signed('PUT', `/${BUCKET}/unknown`, { body: 'x', headers: { [name]: value } });
    expect([answer.status, answer.code]).toEqual([501, 'NotImplemented']);
    expect(await server.keys()).not.toContain('unknown');
  });
});

test('a refused HEAD says how long the refusal is, without which clients close the connection', async () => {
  const { status, headers } = await fetch(`${server.s3.endpoint}/${BUCKET}/absent`, { method: 'HEAD' });
  const refused = await fetch(`${server.s3.endpoint}/${BUCKET}/absent`);
  expect(status).toBe(refused.status);
  expect(headers.get('content-length')).toBe(String((await refused.arrayBuffer()).byteLength));
});
