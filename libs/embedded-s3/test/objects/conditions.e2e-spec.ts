import { bytes, refusal, TestServer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

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
