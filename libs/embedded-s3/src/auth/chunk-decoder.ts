import { createHash, type Hash } from 'node:crypto';
import { S3Error } from '../errors/s3-error.js';
import { sameSignature, scopeText, sha256Hex, sign, type Scope } from './signing-key.js';

const EMPTY_HASH = sha256Hex('');
const MAX_LINE = 8 * 1024;
const MAX_TRAILERS = 16 * 1024;

/** What the chunks of a signed stream are signed with, starting from the signature of the request itself. */
export interface ChunkSigning {
  readonly key: Buffer;
  readonly scope: Scope;
  readonly amzDate: string;
  readonly seed: string;
}

/**
 * Takes the framing off an aws-chunked body and verifies the signatures of chunks and trailer:
 * "Transferring payload in multiple chunks" and "Signature calculations including trailing headers",
 * Amazon S3 API reference.
 */
export class ChunkDecoder {
  readonly trailers: Record<string, string> = {};
  private state: 'size' | 'data' | 'dataEnd' | 'trailers' | 'done' = 'size';
  private line: Buffer = Buffer.alloc(0);
  private left = 0;
  private last = false;
  private hash?: Hash;
  private signature = '';
  private previous: string;
  private trailerBytes = 0;
  private trailerSignature?: string;

  /**
   * @param signing absent for an unsigned stream
   * @param announced names of the trailing headers in `x-amz-trailer`
   */
  constructor(
    private readonly signing: ChunkSigning | undefined,
    private readonly announced: readonly string[],
  ) {
    this.previous = signing?.seed ?? '';
  }

  *decode(received: Buffer): Generator<Buffer> {
    let rest = received;
    while (rest.length > 0) {
      if (this.state === 'done') throw new S3Error('IncompleteBody', 'There are bytes after the last chunk.');
      if (this.state === 'data') {
        const chunk = rest.subarray(0, this.left);
        rest = rest.subarray(chunk.length);
        this.left -= chunk.length;
        this.hash?.update(chunk);
        if (this.left === 0) this.state = 'dataEnd';
        yield chunk;
      } else rest = this.readLine(rest);
    }
  }

  /** To be called at the end of the body. */
  finish(): void {
    if (this.state !== 'done') throw new S3Error('IncompleteBody');
  }

  private readLine(rest: Buffer): Buffer {
    const end = rest.indexOf(10);
    const part = end < 0 ? rest : rest.subarray(0, end);
    if (this.line.length + part.length > MAX_LINE) throw malformed();
    this.line = this.line.length === 0 ? part : Buffer.concat([this.line, part]);
    if (end < 0) {
      this.line = Buffer.from(this.line);
      return rest.subarray(rest.length);
    }
    if (this.line.at(-1) !== 13) throw malformed();
    const line = this.line.toString('latin1', 0, this.line.length - 1);
    this.line = Buffer.alloc(0);
    this.takeLine(line);
    return rest.subarray(end + 1);
  }

  private takeLine(line: string): void {
    if (this.state === 'size') this.startChunk(line);
    else if (this.state === 'dataEnd') {
      if (line !== '') throw malformed();
      this.endChunk();
      this.state = 'size';
    } else this.takeTrailer(line);
  }

  private startChunk(line: string): void {
    const match = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (!match?.[1] || (this.signing !== undefined) !== (match[2] !== undefined)) throw malformed();
    this.left = parseInt(match[1], 16);
    this.signature = match[2] ?? '';
    this.hash = this.signing && createHash('sha256');
    this.last = this.left === 0;
    this.state = this.last ? 'trailers' : 'data';
    if (this.last) this.endChunk();
  }

  private endChunk(): void {
    if (!this.signing || !this.hash) return;
    const expected = this.expect('AWS4-HMAC-SHA256-PAYLOAD', `${EMPTY_HASH}\n${this.hash.digest('hex')}`, this.signing);
    if (!sameSignature(expected, this.signature)) throw new S3Error('SignatureDoesNotMatch');
    this.previous = expected;
  }

  private takeTrailer(line: string): void {
    this.trailerBytes += line.length;
    if (this.trailerBytes > MAX_TRAILERS) throw new S3Error('MalformedTrailerError');
    if (line === '') return this.endTrailers();
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature' && this.signing) this.trailerSignature = value;
    else if (colon < 1 || !this.announced.includes(name) || Object.hasOwn(this.trailers, name)) {
      throw new S3Error('MalformedTrailerError');
    } else this.trailers[name] = value;
  }

  private endTrailers(): void {
    const missing = this.announced.some((name) => !Object.hasOwn(this.trailers, name));
    if (missing) throw new S3Error('MalformedTrailerError');
    if (this.signing && this.announced.length > 0) {
      const canonical = Object.entries(this.trailers)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}:${value}\n`)
        .join('');
      const expected = this.expect('AWS4-HMAC-SHA256-TRAILER', sha256Hex(canonical), this.signing);
      if (!sameSignature(expected, this.trailerSignature ?? '')) throw new S3Error('SignatureDoesNotMatch');
    }
    this.state = 'done';
  }

  private expect(algorithm: string, hashes: string, { key, scope, amzDate }: ChunkSigning): string {
    return sign(key, [algorithm, amzDate, scopeText(scope), this.previous, hashes].join('\n'));
  }
}

const malformed = (): S3Error => new S3Error('IncompleteBody', 'The chunked body is not well formed.');
