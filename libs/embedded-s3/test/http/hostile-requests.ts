import { crc32 } from 'node:zlib';
import { DOCUMENTS, HEADERS, METHODS, PATHS, XML_SPICE } from './hostile-parts.js';
import { BUCKET, sha256, type TestServer } from '../kit.js';

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
