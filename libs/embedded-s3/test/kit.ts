import * as S3 from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { startEmbeddedS3, type Credentials, type EmbeddedS3, type EmbeddedS3Options } from '../src/index.js';

export const BUCKET = 'files';

/** A running server with one bucket, and the AWS SDK talking to it as a client would. */
export class TestServer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private readonly clients: S3.S3Client[] = [];
  readonly client: S3.S3Client;

  private constructor(readonly s3: EmbeddedS3) {
    this.client = this.clientOf(s3.credentials);
  }

  static async start(options: EmbeddedS3Options = {}): Promise<TestServer> {
    return new TestServer(await startEmbeddedS3({ buckets: [BUCKET], ...options }));
  }

  clientOf(credentials: Credentials, settings: S3.S3ClientConfig = {}): S3.S3Client {
    const client = new S3.S3Client({
      region: this.s3.region,
      endpoint: this.s3.endpoint,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { ...credentials },
      requestHandler: { httpAgent: this.agent },
      ...settings,
    });
    this.clients.push(client);
    return client;
  }

  put(
    Key: string,
    Body: string | Buffer,
    more: Partial<S3.PutObjectCommandInput> = {},
  ): Promise<S3.PutObjectCommandOutput> {
    return this.client.send(new S3.PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
  }

  get(Key: string, more: Partial<S3.GetObjectCommandInput> = {}): Promise<S3.GetObjectCommandOutput> {
    return this.client.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key, ...more }));
  }

  head(Key: string, more: Partial<S3.HeadObjectCommandInput> = {}): Promise<S3.HeadObjectCommandOutput> {
    return this.client.send(new S3.HeadObjectCommand({ Bucket: BUCKET, Key, ...more }));
  }

  async read(Key: string, more: Partial<S3.GetObjectCommandInput> = {}): Promise<Buffer> {
    const { Body } = await this.get(Key, more);
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async keys(bucket = BUCKET): Promise<string[]> {
    const { Contents = [] } = await this.client.send(new S3.ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key = '' }) => Key);
  }

  /** Headers that sign such a request; `host` must be among them. */
  async sign(
    method: string,
    path: string,
    headers: Record<string, string>,
    { query = {}, signingDate }: Pick<SignedOptions, 'query' | 'signingDate'> = {},
  ): Promise<Record<string, string>> {
    const signer = new SignatureV4({
      service: 's3',
      region: this.s3.region,
      uriEscapePath: false,
      applyChecksum: false,
      credentials: { ...this.s3.credentials },
      sha256: NodeSha256,
    });
    const { hostname } = new URL(this.s3.endpoint);
    const toSign = { method, protocol: 'http:', hostname, port: this.s3.port, path, query, headers };
    return (await signer.sign(toSign, signingDate ? { signingDate } : {})).headers;
  }

  /** A request the SDK would not make, signed all the same. */
  async signed(
    method: string,
    path: string,
    { headers = {}, body = '', ...more }: SignedOptions = {},
  ): Promise<RawAnswer> {
    const { host } = new URL(this.s3.endpoint);
    const signed = await this.sign(method, path, { host, 'x-amz-content-sha256': sha256(body), ...headers }, more);
    const search = Object.entries(more.query ?? {})
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
    return raw(method, `${this.s3.endpoint}${path}${search === '' ? '' : '?'}${search}`, { headers: signed, body });
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    this.agent.destroy();
    await this.s3.close();
  }
}

interface SignedOptions {
  headers?: Record<string, string>;
  body?: string | Buffer;
  query?: Record<string, string>;
  signingDate?: Date;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** S3's error code, `''` without one */
  code: string;
}

/** Sends exactly this, with a path that nothing normalises. */
export function raw(
  method: string,
  url: string,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  const [, host = '', port, path] = /^http:\/\/([^/:]+):(\d+)(.*)$/s.exec(url) ?? [];
  const announces = Buffer.byteLength(body) > 0 || method === 'PUT';
  const sized = announces && !('transfer-encoding' in headers);
  const sent = { ...(sized && { 'content-length': String(Buffer.byteLength(body)) }), ...headers };
  return new Promise((resolve, reject) => {
    const outgoing = request({ method, host, port, path: path || '/', headers: sent, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const code = /<Code>([^<]+)</.exec(text)?.[1] ?? '';
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, code });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Status and code of the error a call ends with; fails when it succeeds. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof S3.S3ServiceException)) throw error;
    return `${error.$metadata.httpStatusCode} ${'Code' in error ? String(error.Code) : error.name}`;
  }
  throw new Error('The call was not refused.');
}

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

export const bytes = (size: number): Buffer => randomBytes(size);

class NodeSha256 {
  private readonly hash: { update(data: Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', asBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(asBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.hash.digest());
  }

  reset(): void {
    throw new Error('A hash is used once.');
  }
}

function asBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
