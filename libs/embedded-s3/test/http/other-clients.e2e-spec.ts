import { AwsClient } from 'aws4fetch';
import { Client as MinioClient } from 'minio';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BUCKET, bytes, raw, TestServer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

describe('minio', () => {
  let minio: MinioClient;
  beforeAll(() => {
    const { port, region, credentials } = server.s3;
    const { accessKeyId: accessKey, secretAccessKey: secretKey } = credentials;
    minio = new MinioClient({ endPoint: '127.0.0.1', port, useSSL: false, region, accessKey, secretKey });
  });

  test('buckets', async () => {
    await minio.makeBucket('made-by-minio');
    expect(await minio.bucketExists('made-by-minio')).toBe(true);
    expect(await minio.bucketExists('absent')).toBe(false);
    expect((await minio.listBuckets()).map(({ name }) => name)).toContain('made-by-minio');
    await minio.removeBucket('made-by-minio');
  });

  test('put, stat, get, copy, remove', async () => {
    const name = 'minio/größe 1+1.txt';
    await minio.putObject(BUCKET, name, Buffer.from('hello'), 5, {
      'Content-Type': 'text/plain',
      'X-Amz-Meta-Org': '1',
    });
    const stat = await minio.statObject(BUCKET, name);
    expect([stat.size, stat.metaData['content-type'], stat.metaData['org']]).toEqual([5, 'text/plain', '1']);
    expect((await buffer(await minio.getObject(BUCKET, name))).toString()).toBe('hello');
    expect((await buffer(await minio.getPartialObject(BUCKET, name, 1, 3))).toString()).toBe('ell');
    await minio.removeObjects(BUCKET, [name]);
    await expect(minio.statObject(BUCKET, name)).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('a stream of unknown length in parts', async () => {
    const content = bytes((11 << 20) + 3);
    const pieces = Array.from({ length: Math.ceil(content.length / 65_536) }, (_, i) =>
      content.subarray(i * 65_536, (i + 1) * 65_536),
    );
    const client = new MinioClient({
      endPoint: '127.0.0.1',
      port: server.s3.port,
      useSSL: false,
      region: server.s3.region,
      accessKey: server.s3.credentials.accessKeyId,
      secretKey: server.s3.credentials.secretAccessKey,
      partSize: 5 << 20,
    });
    const { etag } = await client.putObject(BUCKET, 'minio/parts', Readable.from(pieces));
    expect(etag).toMatch(/-3$/);
    expect((await server.read('minio/parts')).equals(content)).toBe(true);
  });

  test('listing', async () => {
    for (const key of ['list/a', 'list/b/c', 'list/d']) await server.put(key, key);
    const found: string[] = [];
    for await (const item of minio.listObjectsV2(BUCKET, 'list/') as AsyncIterable<{ name?: string; prefix?: string }>)
      found.push(item.name ?? item.prefix ?? '');
    expect(found).toEqual(['list/a', 'list/d', 'list/b/']);
  });

  test('presigned GET and PUT', async () => {
    const put = await minio.presignedPutObject(BUCKET, 'minio/put', 60);
    expect((await raw('PUT', put, { body: 'by url' })).status).toBe(200);
    const get = await minio.presignedGetObject(BUCKET, 'minio/put', 60, { 'response-content-type': 'text/x' });
    expect(await raw('GET', get)).toMatchObject({ status: 200, text: 'by url', headers: { 'content-type': 'text/x' } });
    expect((await raw('GET', get.replace('minio/put', 'minio/other'))).status).toBe(403);
  });

  test('presigned POST', async () => {
    const policy = minio.newPostPolicy();
    policy.setBucket(BUCKET);
    policy.setKey('minio/post');
    policy.setContentType('image/png');
    policy.setContentLengthRange(1, 10);
    policy.setExpires(new Date(Date.now() + 60_000));
    const { postURL, formData } = await minio.presignedPostPolicy(policy);
    const post = async (fields: Record<string, string>, file = 'pixels') => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new Blob([file]));
      return (await fetch(postURL, { method: 'POST', body: form })).status;
    };
    const fields = formData as Record<string, string>;
    expect(await post(fields)).toBe(204);
    expect((await server.head('minio/post')).ContentType).toBe('image/png');
    expect(await post({ ...fields, key: 'minio/other' })).toBe(403);
    expect(await post(fields, 'x'.repeat(11))).toBe(400);
  });
});

describe('aws4fetch', () => {
  let client: AwsClient;
  beforeAll(() => {
    client = new AwsClient({ ...server.s3.credentials, service: 's3', region: server.s3.region, retries: 0 });
  });
  const url = (key: string, query = ''): string => `${server.s3.endpoint}/${BUCKET}/${key}${query}`;

  test('put, head, get, delete', async () => {
    const key = 'fetch/a%20b.txt';
    const put = await client.fetch(url(key), { method: 'PUT', body: 'hello', headers: { 'x-amz-meta-org': '1' } });
    expect([put.status, put.headers.get('etag')]).toEqual([200, '"5d41402abc4b2a76b9719d911017c592"']);
    expect((await client.fetch(url(key), { method: 'HEAD' })).headers.get('x-amz-meta-org')).toBe('1');
    expect(await (await client.fetch(url(key))).text()).toBe('hello');
    expect((await client.fetch(url(key), { method: 'DELETE' })).status).toBe(204);
    expect((await client.fetch(url(key))).status).toBe(404);
  });

  test('multipart', async () => {
    const started = await (await client.fetch(url('fetch/parts', '?uploads'), { method: 'POST' })).text();
    const uploadId = /<UploadId>([^<]+)</.exec(started)?.[1] ?? '';
    const parts = [bytes(5 << 20), bytes(10)];
    const etags: string[] = [];
    for (const [i, body] of parts.entries()) {
      const query = `?partNumber=${i + 1}&uploadId=${uploadId}`;
      etags.push(
        (await client.fetch(url('fetch/parts', query), { method: 'PUT', body: new Uint8Array(body) })).headers.get(
          'etag',
        ) ?? '',
      );
    }
    const list = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
    const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
    const done = await client.fetch(url('fetch/parts', `?uploadId=${uploadId}`), { method: 'POST', body });
    expect(done.status).toBe(200);
    expect((await server.read('fetch/parts')).equals(Buffer.concat(parts))).toBe(true);
  });

  test('a presigned URL', async () => {
    await server.put('fetch/url', 'by url');
    const signed = await client.sign(url('fetch/url', '?X-Amz-Expires=60'), { aws: { signQuery: true } });
    expect(await raw('GET', signed.url)).toMatchObject({ status: 200, text: 'by url' });
    expect((await raw('GET', signed.url.replace('Expires=60', 'Expires=61'))).status).toBe(403);
  });

  test('a wrong secret', async () => {
    const { accessKeyId } = server.s3.credentials;
    const wrong = new AwsClient({
      accessKeyId,
      secretAccessKey: 'wrong',
      service: 's3',
      region: 'us-east-1',
      retries: 0,
    });
    expect((await wrong.fetch(url('fetch/url'))).status).toBe(403);
  });
});
