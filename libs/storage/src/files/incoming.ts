import { StorageError } from '../storage.error.js';

/** Who acts, for gates and events. */
export interface By {
  by?: string;
}

/** Streams (Node's and the web's), generators, and bytes that are in memory already. */
export type ByteSource =
  AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array | Blob;

/** Bytes on their way through the application. */
export interface IncomingBytes {
  bytes: ByteSource;
  /** Bytes, where declared: too large a file is then refused before it is read. Buffers and Blobs say it themselves. */
  size?: number;
  /** Bytes, where only a bound is known, as in a form: no more memory than that is taken for them. */
  atMost?: number;
  /** Fires when whoever sends or waits has gone. */
  signal?: AbortSignal;
}

/** The same, where the sender also says what it is. */
export interface IncomingFile extends IncomingBytes {
  /** A media type; parameters are ignored. */
  contentType: string;
}

/** A buffer is handed on in pieces, as a stream would: who looks at them should not hold the event loop. */
const pieceBytes = 256 * 1024;

/** @throws {StorageError} `invalid_request` for what is none of these */
export function chunksOf(bytes: ByteSource): { chunks: AsyncIterable<Uint8Array>; size?: number } {
  if (bytes instanceof Uint8Array) return { chunks: piecesOf(bytes), size: bytes.length };
  if (bytes instanceof Blob) return { chunks: bytes.stream() as AsyncIterable<Uint8Array>, size: bytes.size };
  if (typeof bytes === 'object' && bytes !== null && Symbol.asyncIterator in bytes) {
    return { chunks: bytes as AsyncIterable<Uint8Array> };
  }
  if (typeof bytes === 'object' && bytes !== null && Symbol.iterator in bytes) return { chunks: eachOf(bytes) };
  const found = bytes === null ? 'null' : typeof bytes;
  throw new StorageError('invalid_request', `bytes must be a stream, a Buffer or a Blob of bytes, not ${found}.`);
}

async function* eachOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
