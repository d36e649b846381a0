import { CopyObjectCommand, DeleteObjectCommand, DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BUCKET, bytes, refusal, TestServer } from './kit.js';

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

describe('ranges and conditions', () => {
  const data = bytes(1000);
  let etag = '';
  beforeAll(async () => {
    etag = (await server.put('ranged', data)).ETag ?? '';
  });

  test.each([
    ['bytes=10-19', 10, 20],
    ['bytes=995-', 995, 1000],
    ['bytes=-7', 993, 1000],
    ['bytes=0-0', 0, 1],
    ['bytes=990-5000', 990, 1000],
    ['bytes=-5000', 0, 1000],
  ])('%s', async (Range, from, to) => {
    const { ContentRange, $metadata } = await server.get('ranged', { Range });
    expect([$metadata.httpStatusCode, ContentRange]).toEqual([206, `bytes ${from}-${to - 1}/1000`]);
    expect(data.subarray(from, to).equals(await server.read('ranged', { Range }))).toBe(true);
  });

  test.each(['bytes=1000-', 'bytes=-0', 'bytes=5000-6000'])('%s is beyond the end', async (Range) => {
    expect(await refusal(server.get('ranged', { Range }))).toBe('416 InvalidRange');
  });

  test.each(['bytes=9-2', 'chars=1-2', 'bytes=1-2,4-5', 'bytes=-'])('%s is no range', async (Range) => {
    expect((await server.get('ranged', { Range })).$metadata.httpStatusCode).toBe(200);
  });

  test('If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since', async () => {
    const hour = 3600_000;
    const ask = async (more: object): Promise<number> => {
      try {
        return (await server.head('ranged', more)).$metadata.httpStatusCode ?? 0;
      } catch (error) {
        return (error as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode;
      }
    };
    expect(await ask({ IfMatch: etag })).toBe(200);
    expect(await ask({ IfMatch: '"other"' })).toBe(412);
    expect(await ask({ IfNoneMatch: etag })).toBe(304);
    expect(await ask({ IfNoneMatch: '"other"' })).toBe(200);
    expect(await ask({ IfModifiedSince: new Date(Date.now() + hour) })).toBe(304);
    expect(await ask({ IfModifiedSince: new Date(Date.now() - hour) })).toBe(200);
    expect(await ask({ IfUnmodifiedSince: new Date(Date.now() - hour) })).toBe(412);
  });

  test('missing keys and buckets', async () => {
    expect(await refusal(server.get('missing'))).toBe('404 NoSuchKey');
    expect(await refusal(server.head('missing'))).toMatch(/^404/);
    expect(await refusal(server.get('missing', { Bucket: 'absent' }))).toBe('404 NoSuchBucket');
  });
});

describe('conditional writes', () => {
  test('create only: exactly one of 20 writers wins', async () => {
    const writers = Array.from({ length: 20 }, (_, i) =>
      server.put('race', `writer ${i}`, { IfNoneMatch: '*' }).then(() => i),
    );
    const results = await Promise.allSettled(writers);
    const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(winners).toHaveLength(1);
    expect((await server.read('race')).toString()).toBe(`writer ${winners[0]}`);
  });

  test('replace only what was read', async () => {
    const { ETag } = await server.put('cas', 'one');
    expect(await refusal(server.put('cas', 'two', { IfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    expect(await refusal(server.put('cas-missing', 'two', { IfMatch: ETag }))).toBe('404 NoSuchKey');
    await server.put('cas', 'two', { IfMatch: ETag });
    expect((await server.read('cas')).toString()).toBe('two');
  });

  test('a weaker store ignores the conditions', async () => {
    server.s3.features.conditionalWrites = false;
    await server.put('weak', 'one');
    await server.put('weak', 'two', { IfNoneMatch: '*' });
    server.s3.features.conditionalWrites = true;
    expect((await server.read('weak')).toString()).toBe('two');
  });
});

describe('copying and deleting', () => {
  const copy = (from: string, Key: string, more: object = {}) =>
    server.client.send(new CopyObjectCommand({ Bucket: BUCKET, Key, CopySource: `${BUCKET}/${from}`, ...more }));

  test('takes metadata along, or replaces it', async () => {
    await server.put('source', 'copy me', { Metadata: { a: '1' }, ContentType: 'text/a', Tagging: 't=1' });
    await copy('source', 'copy');
    expect(await server.head('copy')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/a', TagCount: 1 });
    await copy('source', 'copy', { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/b' });
    const { Metadata, ContentType } = await server.head('copy');
    expect([Metadata, ContentType]).toEqual([{ b: '2' }, 'text/b']);
    await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'source' }));
    expect((await server.read('copy')).toString()).toBe('copy me');
  });

  test('conditions on source and destination', async () => {
    const { ETag } = await server.put('from', 'x');
    expect(await refusal(copy('from', 'to', { CopySourceIfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    expect(await refusal(copy('from', 'to', { CopySourceIfNoneMatch: ETag }))).toBe('412 PreconditionFailed');
    await copy('from', 'to', { CopySourceIfMatch: ETag, IfNoneMatch: '*' });
    expect(await refusal(copy('from', 'to', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    server.s3.features.conditionalCopy = false;
    await copy('from', 'to', { IfNoneMatch: '*' });
    server.s3.features.conditionalCopy = true;
  });

  test('onto itself only with a change', async () => {
    await server.put('itself', 'x');
    expect(await refusal(copy('itself', 'itself'))).toBe('400 InvalidRequest');
    await copy('itself', 'itself', { MetadataDirective: 'REPLACE', Metadata: { a: '1' } });
    expect((await server.head('itself')).Metadata).toEqual({ a: '1' });
  });

  test.each([
    ['absent/key', '404 NoSuchBucket'],
    [`${BUCKET}/absent`, '404 NoSuchKey'],
    [`${BUCKET}/`, '400 InvalidArgument'],
    ['%zz/x', '400 InvalidArgument'],
  ])('from %s', async (CopySource, expected) => {
    expect(await refusal(copy('', 'never', { CopySource }))).toBe(expected);
  });

  test('deletes are idempotent, a thousand at once', async () => {
    await server.put('gone', 'x');
    const Objects = Array.from({ length: 999 }, (_, i) => ({ Key: `never-${i}` }));
    const command = new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'gone' }, ...Objects] } });
    expect((await server.client.send(command)).Deleted).toHaveLength(1000);
    expect(await server.keys()).not.toContain('gone');
    const tooMany = { Objects: [...Objects, { Key: 'a' }, { Key: 'b' }] };
    expect(await refusal(server.client.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: tooMany })))).toBe(
      '400 MalformedXML',
    );
  });
});
