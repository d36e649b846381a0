import { createHmac } from 'node:crypto';
import { BUCKET, bytes, raw, sha256, TestServer, type RawAnswer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

const status = ({ status, code }: RawAnswer): string => `${status} ${code}`;

describe('bodies in signed chunks', () => {
  const CHUNK = 64 * 1024;

  /** Signs chunk after chunk as "Transferring payload in multiple chunks" of the S3 API reference describes. */
  function frame(data: Buffer, seed: string, amzDate: string, trailer?: string): Buffer {
    const date = amzDate.slice(0, 8);
    const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
    const key = [date, server.s3.region, 's3', 'aws4_request'].reduce<string | Buffer>(
      hmac,
      `AWS4${server.s3.credentials.secretAccessKey}`,
    );
    const scope = `${date}/${server.s3.region}/s3/aws4_request`;
    const sign = (kind: string, hashes: string): string =>
      hmac(key as Buffer, `AWS4-HMAC-SHA256-${kind}\n${amzDate}\n${scope}\n${previous}\n${hashes}`).toString('hex');
    let previous = seed;
    const parts: Buffer[] = [];
    for (let at = 0; at < data.length + CHUNK; at += CHUNK) {
      const chunk = data.subarray(at, at + CHUNK);
      previous = sign('PAYLOAD', `${sha256('')}\n${sha256(chunk)}`);
      parts.push(Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`));
      if (chunk.length > 0) parts.push(chunk, Buffer.from('\r\n'));
    }
    if (trailer !== undefined) {
      parts.push(Buffer.from(`${trailer}\r\nx-amz-trailer-signature:${sign('TRAILER', sha256(`${trailer}\n`))}\r\n`));
    }
    return Buffer.concat([...parts, Buffer.from('\r\n')]);
  }

  /** Signs the head with a placeholder body of the right length, then sends the framed one. */
  async function put(
    data: Buffer,
    { alter = (b: Buffer) => b, trailer }: { alter?: (body: Buffer) => Buffer; trailer?: string } = {},
  ) {
    const length = frame(data, '0'.repeat(64), '20260101T000000Z', trailer).length;
    const { hostname, port } = new URL(server.s3.endpoint);
    const headers: Record<string, string> = {
      host: `${hostname}:${port}`,
      'content-encoding': 'aws-chunked',
      'content-length': String(length),
      'x-amz-content-sha256': `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer === undefined ? '' : '-TRAILER'}`,
      'x-amz-decoded-content-length': String(data.length),
      ...(trailer !== undefined && { 'x-amz-trailer': trailer.split(':', 1)[0] ?? '' }),
    };
    const signed = await server.sign('PUT', `/${BUCKET}/chunked`, headers);
    const seed = /Signature=([0-9a-f]+)/.exec(signed.authorization ?? '')?.[1] ?? '';
    const body = alter(frame(data, seed, signed['x-amz-date'] ?? '', trailer));
    return raw('PUT', `${server.s3.endpoint}/${BUCKET}/chunked`, { headers: signed, body });
  }

  const data = bytes(2 * CHUNK + 100);
  const crc = 'x-amz-checksum-sha256:' + Buffer.from(sha256(data), 'hex').toString('base64');

  test('are taken when every signature is right', async () => {
    expect(status(await put(data))).toBe('200 ');
    expect(data.equals(await server.read('chunked'))).toBe(true);
    expect(status(await put(data, { trailer: crc }))).toBe('200 ');
    expect((await server.head('chunked')).ContentEncoding).toBeUndefined();
  });

  test.each<[string, (body: Buffer) => Buffer]>([
    ['a byte of data', (body) => flip(body, CHUNK + 500)],
    ['a signature', (body) => flip(body, body.indexOf('chunk-signature=') + 20, 1)],
    ['the signature of the last chunk', (body) => flip(body, body.lastIndexOf('chunk-signature=') + 20, 1)],
  ])('are refused when %s is altered', async (_what, alter) => {
    await server.put('chunked', 'before');
    expect((await put(data, { alter })).status).toBe(403);
    expect((await server.read('chunked')).toString()).toBe('before');
  });

  test('a trailer is signed, too', async () => {
    const alter = (body: Buffer) => flip(body, body.lastIndexOf('trailer-signature:') + 25, 1);
    expect((await put(data, { trailer: crc, alter })).status).toBe(403);
    const wrong = 'x-amz-checksum-sha256:' + Buffer.from(sha256('other'), 'hex').toString('base64');
    expect(status(await put(data, { trailer: wrong }))).toBe('400 BadDigest');
  });

  test('data after the end, a chunk too many, a chunk left out', async () => {
    const cut = (body: Buffer): Buffer =>
      Buffer.concat([body.subarray(0, 1000), body.subarray(1001), Buffer.from('x')]);
    expect((await put(data, { alter: cut })).status).toBeGreaterThanOrEqual(400);
  });

  /** Keeps hex digits hex and the length as it was. */
  function flip(body: Buffer, at: number, mask = 0xff): Buffer {
    const altered = Buffer.from(body);
    const byte = altered[at] ?? 0;
    altered[at] = mask === 1 ? (byte === 0x30 ? 0x31 : 0x30) : byte ^ mask;
    return altered;
  }
});
