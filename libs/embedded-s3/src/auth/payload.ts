import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from '../errors/s3-error.js';
import type { ChunkDecoder } from './chunk-decoder.js';

export interface PayloadOptions {
  /** bytes the sender announced, without aws-chunked framing; absent when it announced none */
  readonly length?: number;
  /** hex, when the request signs the hash of its body */
  readonly sha256?: string;
  /** present when the body is framed as aws-chunked */
  readonly decoder?: ChunkDecoder;
  /** the whole body, when it had to be read before */
  readonly prefetched?: Buffer;
  /** called before the first byte is read (`100 Continue`) */
  readonly onStart?: () => void;
  /** sees the size of everything that arrives */
  readonly onBytes?: (count: number) => void;
}

/** The content a request carries. Can be read once. */
export interface Payload {
  /** bytes the sender announced, without framing; absent when it announced none */
  readonly length?: number;
  /** hex, when the request signs the hash of its body: what `chunks` has given to its end has it */
  readonly sha256?: string;
  /** trailing headers, names in lower case; complete once all chunks are read */
  readonly trailers: Readonly<Record<string, string>>;
  /** Ends with an error when the content is not what was announced or signed; then nothing may be kept. */
  chunks(): AsyncIterable<Buffer>;
  /** All of it, for documents. @throws S3Error MaxMessageLengthExceeded */
  read(limit: number): Promise<Buffer>;
}

/** The body of a request, verified against what was signed while it is read. */
export class RequestBody implements Payload {
  constructor(
    private readonly message: IncomingMessage,
    private readonly options: PayloadOptions,
  ) {}

  get length(): number | undefined {
    return this.options.length;
  }

  get sha256(): string | undefined {
    return this.options.sha256;
  }

  get trailers(): Readonly<Record<string, string>> {
    return this.options.decoder?.trailers ?? {};
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const { decoder, length, sha256, onStart, onBytes } = this.options;
    const hash = sha256 === undefined ? undefined : createHash('sha256');
    let size = 0;
    onStart?.();
    for await (const received of this.received()) {
      onBytes?.(received.length);
      for (const chunk of decoder ? decoder.decode(received) : [received]) {
        size += chunk.length;
        if (length !== undefined && size > length) throw new S3Error('IncompleteBody');
        hash?.update(chunk);
        yield chunk;
      }
    }
    decoder?.finish();
    if (length !== undefined && size !== length) throw new S3Error('IncompleteBody');
    if (hash && hash.digest('hex') !== sha256) throw new S3Error('XAmzContentSHA256Mismatch');
  }

  async read(limit: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunks()) {
      size += chunk.length;
      if (size > limit) throw new S3Error('MaxMessageLengthExceeded');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** Stopping early must leave the connection open: the sender is still to be told why. */
  private received(): AsyncIterable<Buffer> | Buffer[] {
    if (this.options.prefetched) return [this.options.prefetched];
    return { [Symbol.asyncIterator]: () => this.message.iterator({ destroyOnReturn: false }) };
  }
}
