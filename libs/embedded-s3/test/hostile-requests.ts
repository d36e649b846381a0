import { crc32 } from 'node:zlib';
import { BUCKET, sha256, type TestServer } from './kit.js';

const METHODS = [
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'get',
  'FOO',
  '',
];
const PATHS = [
  '/',
  `/${BUCKET}`,
  `/${BUCKET}/`,
  `/${BUCKET}/../../etc/passwd`,
  `/${BUCKET}/%2e%2e/%2e%2e/etc/passwd`,
  `/${BUCKET}/..%2f..%2fjournal.jsonl`,
  `/${BUCKET}/%00`,
  `/${BUCKET}/%c0%ae%c0%ae/x`,
  `/${BUCKET}/%ff%fe`,
  `/${BUCKET}/%ED%A0%80`,
  `/${BUCKET}/a\\..\\b`,
  `/${BUCKET}//////`,
  `/${BUCKET}/${'k'.repeat(1100)}`,
  `/${BUCKET}/${'%F0%9F%98%80'.repeat(300)}`,
  '/..',
  '/.git/config',
  '//evil.example/x',
  'http://evil.example/x',
  '*',
  'no-slash',
  `/${BUCKET}/innocent?versionId=../../x`,
  `/${BUCKET}/innocent?uploadId=x&partNumber=99999999999999999999`,
  `/${BUCKET}?list-type=2&max-keys=NaN&prefix=%`,
  `/${BUCKET}?delete&delete&delete`,
  `/${BUCKET}?__proto__=1&constructor=2`,
  `/__proto__/toString`,
  `/${BUCKET}/innocent?X-Amz-Signature=0&X-Amz-Algorithm=AWS4-HMAC-SHA256`,
  `/${BUCKET}/innocent?X-Amz-Expires=-1&X-Amz-Signature=&X-Amz-Credential=%00`,
];
const HEADERS = [
  'host: x',
  'host: ../..',
  `host: ${BUCKET}.localhost`,
  'host: __proto__.localhost',
  'content-length: -1',
  'content-length: 99999999999999999999',
  'content-length: 5',
  'content-length: 0',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'expect: 100-continue',
  'expect: the-unexpected',
  'upgrade: h2c\r\nconnection: upgrade',
  'range: bytes=99999999999999999999999-',
  'range: bytes=-',
  'authorization: AWS4-HMAC-SHA256',
  'authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
  'authorization: AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;;;, Signature=',
  'authorization: Basic Og==',
  'x-amz-date: 99999999T999999Z',
  'x-amz-date: 20260101T000000Z',
  'x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'x-amz-copy-source: ../../etc/passwd',
  'x-amz-meta-__proto__: 1',
  '__proto__: polluted',
  `x-long: ${'x'.repeat(20_000)}`,
  'no colon at all',
  ': no name',
  'bad name: x',
  'x-nul: a\u0000b',
  'content-type: multipart/form-data',
  'content-type: multipart/form-data; boundary=',
  'content-type: multipart/form-data; boundary=b',
  'origin: null\r\naccess-control-request-method: PUT',
];
/** Documents by the request that carries them; each is mutated before it is signed and sent. */
const DOCUMENTS: readonly [method: string, query: string, key: string, xml: string][] = [
  ['POST', 'delete', '', '<Delete><Object><Key>absent</Key></Object><Quiet>true</Quiet></Delete>'],
  ['PUT', 'tagging', '/innocent', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'],
  [
    'POST',
    'uploadId',
    '/innocent',
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
  ],
  [
    'PUT',
    'object-lock',
    '',
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>',
  ],
  [
    'PUT',
    'retention',
    '/innocent',
    '<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>',
  ],
  ['PUT', 'website', '', '<WebsiteConfiguration/>'],
  [
    'PUT',
    'cors',
    '',
    '<CORSConfiguration><CORSRule><AllowedOrigin>https://a</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>',
  ],
  ['PUT', 'tagging', '', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'],
];
const XML_SPICE = [
  '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
  '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
  '&x;',
  '&#0;',
  '&#xD800;',
  '<![CDATA[',
  '<__proto__>',
  '</',
  '<a a="',
  '\u0000',
  '<Key>../../x</Key>',
  '<'.repeat(500),
  '<x>'.repeat(300),
];

/** Generates requests no honest client sends. The same seed gives the same requests. */
export class HostileRequests {
  static readonly CHUNKED_KEY = 'chunked';
  static readonly CHUNKED_CONTENT = 'the content of a body in chunks, '.repeat(20);
  private state: number;

  constructor(
    private readonly server: TestServer,
    seed: number,
  ) {
    this.state = seed;
  }

  async next(): Promise<Buffer> {
    const kind = this.below(10);
    if (kind < 1) return this.noise();
    if (kind < 5) return this.unsigned();
    if (kind < 7) return this.document();
    if (kind < 9) return this.chunked();
    return this.form();
  }

  private noise(): Buffer {
    const text = Array.from({ length: this.below(200) }, () => String.fromCharCode(this.below(256))).join('');
    return Buffer.from(this.below(2) === 0 ? text : `GET / HTTP/1.1\r\n${text}\r\n\r\n`, 'latin1');
  }

  private unsigned(): Buffer {
    const headers = Array.from({ length: this.below(5) }, () => this.pick(HEADERS));
    const version = this.pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', '']);
    const head = [`${this.pick(METHODS)} ${this.mutate(this.pick(PATHS))} ${version}`, 'connection: close', ...headers];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${this.pick(['', 'x', '0\r\n\r\n', 'zz\r\n', '{}'])}`, 'latin1');
  }

  /** A signed request, so that its document is read. */
  private async document(): Promise<Buffer> {
    const [method, name, key, xml] = this.pick(DOCUMENTS);
    const at = this.below(xml.length);
    const spiced = this.below(2) === 0 ? this.mutate(xml) : xml.slice(0, at) + this.pick(XML_SPICE) + xml.slice(at);
    const body = Buffer.from(spiced.replaceAll('innocent', 'absent'), 'utf8');
    const headers = { 'x-amz-content-sha256': sha256(body), 'x-amz-checksum-crc32': crcOf(body) };
    return this.signed(method, `/${BUCKET}${key}`, { [name]: name === 'uploadId' ? 'x' : '' }, headers, body);
  }

  /** A signed head, and framing that is broken somewhere. A checksum in the trailer protects the content. */
  private chunked(): Promise<Buffer> {
    const content = HostileRequests.CHUNKED_CONTENT;
    const half = content.slice(0, 256);
    const rest = content.slice(256);
    const framed = `100\r\n${half}\r\n${rest.length.toString(16)}\r\n${rest}\r\n0\r\nx-amz-checksum-crc32:${crcOf(Buffer.from(content))}\r\n\r\n`;
    const body = Buffer.from(this.mutate(framed), 'latin1');
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': String(this.below(20) === 0 ? this.below(1000) : content.length),
    };
    return this.signed('PUT', `/${BUCKET}/${HostileRequests.CHUNKED_KEY}`, {}, headers, body);
  }

  private form(): Buffer {
    const fields = [
      'key',
      'policy',
      'x-amz-signature',
      'x-amz-credential',
      'x-amz-algorithm',
      'x-amz-date',
      'file',
      '__proto__',
    ];
    const part = (): string => {
      const name = this.pick(fields);
      const value = this.pick([
        'x',
        '',
        '../../x',
        '${filename}',
        'e30=',
        '{"conditions":[]}',
        'AWS4-HMAC-SHA256',
        'x'.repeat(3000),
      ]);
      const filename = name === 'file' ? '; filename="../../x"' : '';
      return `--b\r\nContent-Disposition: form-data; name="${name}"${filename}\r\n\r\n${value}\r\n`;
    };
    const body = this.mutate(`${Array.from({ length: this.below(9) }, part).join('')}--b--\r\n`);
    const head = `POST /${BUCKET} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=b`;
    return Buffer.from(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`, 'latin1');
  }

  private async signed(
    method: string,
    path: string,
    query: Record<string, string>,
    headers: Record<string, string>,
    body: Buffer,
  ): Promise<Buffer> {
    const host = new URL(this.server.s3.endpoint).host;
    const length = this.below(15) === 0 ? this.below(2 * body.length + 1) : body.length;
    const given = { host, ...headers, 'content-length': String(length) };
    const signed = await this.server.sign(method, path, given, { query });
    const search = Object.entries(query)
      .map(([name, value]) => `?${name}=${value}`)
      .join('');
    const lines = Object.entries({ ...signed, connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
    return Buffer.concat([Buffer.from(`${method} ${path}${search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), body]);
  }

  /** Some characters replaced, left out, doubled, or the end cut off; sometimes nothing. */
  private mutate(text: string): string {
    let mutated = text;
    for (let i = this.below(4); i > 0; i--) {
      const at = this.below(mutated.length + 1);
      const [before, after] = [mutated.slice(0, at), mutated.slice(at)];
      const cut = this.below(8);
      mutated = this.pick([
        before + after.slice(cut),
        before + String.fromCharCode(this.below(256)) + after.slice(1),
        before + after.slice(0, cut) + after,
        before,
      ]);
    }
    return mutated;
  }

  private pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** mulberry32 */
  private below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % Math.max(limit, 1);
  }
}

function crcOf(data: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(data));
  return bytes.toString('base64');
}
