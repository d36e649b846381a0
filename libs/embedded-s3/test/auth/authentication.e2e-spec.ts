import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { once } from 'node:events';
import { connect } from 'node:net';
import { BUCKET, raw, refusal, sha256, TestServer, type RawAnswer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.put('here', 'x');
});
afterAll(() => server.close());

const status = ({ status, code }: RawAnswer): string => `${status} ${code}`;

describe('the Authorization header', () => {
  test('a wrong secret, an unknown key', async () => {
    const { accessKeyId, secretAccessKey } = server.s3.credentials;
    const wrong = server.clientOf({ accessKeyId, secretAccessKey: `${secretAccessKey}x` });
    const unknown = server.clientOf({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey });
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: 'never', Body: 'x' });
    expect(await refusal(wrong.send(put))).toBe('403 SignatureDoesNotMatch');
    expect(await refusal(wrong.send(new ListObjectsV2Command({ Bucket: BUCKET })))).toBe('403 SignatureDoesNotMatch');
    expect(await refusal(unknown.send(put))).toBe('403 InvalidAccessKeyId');
    expect(await server.keys()).not.toContain('never');
  });

  test('a refused upload of 20 MB gets its answer, not a reset', async () => {
    const { accessKeyId } = server.s3.credentials;
    const wrong = server.clientOf({ accessKeyId, secretAccessKey: 'wrong' });
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: 'never', Body: Buffer.alloc(20 << 20) });
    expect(await refusal(wrong.send(put))).toBe('403 SignatureDoesNotMatch');
  });

  test('a sender that goes on sending after the refusal is heard out', async () => {
    const socket = connect(server.s3.port, '127.0.0.1');
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const half = Buffer.alloc(1 << 20);
    const head = `PUT /${BUCKET}/never HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${2 * half.length}\r\n\r\n`;
    socket.write(head);
    socket.write(half);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('403 Forbidden');
    // had the server closed the connection with its answer, this would meet a reset
    for (let sent = 0; sent < half.length; sent += 65_536) {
      await new Promise((resolve) => socket.write(half.subarray(0, 65_536), resolve));
    }
    await closed;
    expect(errors).toEqual([]);
  });

  test.each([
    ['GET', ''],
    ['GET', '/here'],
    ['PUT', '/never'],
    ['DELETE', '/here'],
    ['POST', '?delete'],
  ])('nobody is let in without: %s %s', async (method, path) => {
    expect(
      status(await raw(method, `${server.s3.endpoint}/${BUCKET}${path}`, { body: method === 'PUT' ? 'x' : '' })),
    ).toBe('403 AccessDenied');
  });

  test.each([
    ['Basic dXNlcjpwYXNz', '400 InvalidRequest'],
    ['AWS AKIA:signature', '400 InvalidRequest'],
    ['AWS4-HMAC-SHA256', '400 AuthorizationHeaderMalformed'],
    [
      'AWS4-HMAC-SHA256 Credential=a/20251231/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00',
      '400 AuthorizationHeaderMalformed',
    ],
    ['AWS4-HMAC-SHA256 Credential=, SignedHeaders=host, Signature=00', '400 AuthorizationHeaderMalformed'],
    ['AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=00', '400 AuthorizationHeaderMalformed'],
    [
      'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-9/s3/aws4_request, SignedHeaders=host, Signature=00',
      '400 AuthorizationHeaderMalformed',
    ],
  ])('%s', async (authorization, expected) => {
    const headers = { authorization, 'x-amz-date': '20260101T000000Z', 'x-amz-content-sha256': sha256('') };
    expect(status(await raw('GET', `${server.s3.endpoint}/${BUCKET}`, { headers }))).toBe(expected);
  });

  test('is good for 15 minutes, before and after', async () => {
    const at = (ms: number) =>
      server.signed('GET', `/${BUCKET}`, { query: { 'list-type': '2' }, signingDate: new Date(Date.now() + ms) });
    expect(status(await at(-14 * 60_000))).toBe('200 ');
    expect(status(await at(14 * 60_000))).toBe('200 ');
    expect(status(await at(-16 * 60_000))).toBe('403 RequestTimeTooSkewed');
    expect(status(await at(16 * 60_000))).toBe('403 RequestTimeTooSkewed');
    server.s3.clock.advance(3600_000);
    expect(status(await at(0))).toBe('403 RequestTimeTooSkewed');
    server.s3.clock.reset();
  });

  test('a body that is not the one signed', async () => {
    const headers = { 'x-amz-content-sha256': sha256('good') };
    expect(status(await server.signed('PUT', `/${BUCKET}/never`, { body: 'evil', headers }))).toBe(
      '400 XAmzContentSHA256Mismatch',
    );
    expect(await server.keys()).not.toContain('never');
  });

  test.each([5, 3])('4 bytes in chunks, announced as %i', async (length) => {
    const body = `4\r\nfour\r\n0\r\nx-amz-checksum-sha256:${Buffer.from(sha256('four'), 'hex').toString('base64')}\r\n\r\n`;
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-sha256',
      'x-amz-decoded-content-length': String(length),
    };
    expect(status(await server.signed('PUT', `/${BUCKET}/never`, { body, headers }))).toBe('400 IncompleteBody');
    const right = { ...headers, 'x-amz-decoded-content-length': '4' };
    expect(status(await server.signed('PUT', `/${BUCKET}/four`, { body, headers: right }))).toBe('200 ');
    expect(await server.keys()).not.toContain('never');
  });

  test('a body without a length', async () => {
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'transfer-encoding': 'chunked' };
    expect(status(await server.signed('PUT', `/${BUCKET}/never`, { body: 'x', headers }))).toBe('501 NotImplemented');
    expect(await server.keys()).not.toContain('never');
  });

  test.each([
    { path: `/${BUCKET}/a/../b` },
    { path: `/${BUCKET}/%2e%2e/b` },
    { path: `/${BUCKET}/./b` },
    { path: `/${BUCKET}/%zz` },
  ])('the path $path', async ({ path }) => {
    expect(status(await raw('GET', `${server.s3.endpoint}${path}`))).toBe('400 InvalidURI');
  });
});

test('no answer tells where files are', async () => {
  const answer = await server.signed('PUT', `/${BUCKET}/${'x'.repeat(2000)}`, { body: 'x' });
  expect(answer.text).not.toContain(server.s3.dataDir);
  expect(answer.text).not.toMatch(/\bat .*\.[jt]s/);
});
