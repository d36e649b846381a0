import { createHash } from 'node:crypto';
import { S3Error } from '../errors/s3-error.js';
import type { Checksum } from '../store/records.js';
import { checkDigest, digestOf, headerOf, type ChecksumAlgorithm } from './algorithms.js';
import type { ExpectedChecksums } from './expected.js';

export interface ContentDigests {
  /** hex MD5, without quotes */
  etag: string;
  checksum?: Checksum;
}

/** Watches a body go by, and compares it with what its sender said about it. */
export class ContentDigest {
  private readonly md5 = createHash('md5');
  private readonly algorithm: ChecksumAlgorithm | undefined;
  private readonly digest;

  /**
   * @param algorithm computed although the sender gave none
   * @param verified the SHA-256 in hex, where whoever reads the body compares it: the same is not computed twice
   */
  constructor(
    private readonly expected: ExpectedChecksums,
    algorithm?: ChecksumAlgorithm,
    verified?: string,
  ) {
    this.algorithm = expected.algorithm ?? algorithm;
    this.digest = this.algorithm && !isVerified(expected, verified) ? digestOf(this.algorithm) : undefined;
  }

  async *watch(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.update(chunk);
      yield chunk;
    }
  }

  update(chunk: Buffer): void {
    this.md5.update(chunk);
    this.digest?.update(chunk);
  }

  /**
   * To be called once, after the last byte.
   *
   * @param trailers of the body, names in lower case
   * @throws S3Error BadDigest when the content is another than announced, InvalidRequest for a trailer that is no digest
   */
  finish(trailers: Readonly<Record<string, string>> = {}): ContentDigests {
    const md5 = this.md5.digest();
    if (this.expected.md5 !== undefined && this.expected.md5 !== md5.toString('base64'))
      throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    const etag = md5.toString('hex');
    if (!this.algorithm) return { etag };
    const value = this.digest?.digest().toString('base64') ?? this.announced(this.algorithm, trailers);
    if (this.expected.algorithm && value !== this.announced(this.expected.algorithm, trailers))
      throw new S3Error('BadDigest', `The ${this.algorithm} you specified did not match the calculated checksum.`);
    return { etag, checksum: { algorithm: this.algorithm, value, type: 'FULL_OBJECT' } };
  }

  private announced(algorithm: ChecksumAlgorithm, trailers: Readonly<Record<string, string>>): string {
    return this.expected.value ?? checkDigest(algorithm, trailers[headerOf(algorithm)] ?? '');
  }
}

const isVerified = ({ algorithm, value }: ExpectedChecksums, sha256: string | undefined): boolean =>
  algorithm === 'SHA256' && sha256 !== undefined && value === Buffer.from(sha256, 'hex').toString('base64');
