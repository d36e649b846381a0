import type { DeclaredUpload } from '../direct/declared-upload.js';
import type { Retention } from '../store/object-requests.js';
import { StorageError } from '../storage.error.js';

/** Who acts, for gates and events. */
export interface By {
  by?: string | undefined;
  /** Of the request that asks, for the journal: up to 128 letters, digits and `-_.:/`. Anything else is left out there. */
  requestId?: string | undefined;
}

/** The same, without what is absent. */
export const actor = ({ by, requestId }: { by?: string | undefined; requestId?: string | undefined }): By => ({
  ...(by !== undefined && { by }),
  ...(requestId !== undefined && { requestId }),
});

/** What stands beside the bytes of a file of the module's own. */
export interface Beside {
  /** In printable ASCII; whoever reads the file by URL is shown it. */
  metadata: Readonly<Record<string, string>>;
  retention?: Retention;
}

/** Streams (Node's and the web's), generators, and bytes that are in memory already. */
export type ByteSource =
  AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array | Blob;

/** Bytes on their way through the application. */
export interface IncomingBytes {
  bytes: ByteSource;
  /** Bytes, where declared: too large a file is then refused before it is read. Buffers and Blobs say it themselves. */
  size?: number | undefined;
  /** Bytes, where only a bound is known, as in a form: no more memory than that is taken for them. */
  atMost?: number | undefined;
  /** Fires when whoever sends or waits has gone. */
  signal?: AbortSignal | undefined;
}

/** The same, where the sender also says what it is. */
export interface IncomingFile extends IncomingBytes {
  /** A media type; parameters are ignored. */
  contentType: string;
}

export interface UploadOptions extends By {
  /** For kinds that replace when asked to: overwrites a file of the same name. Without it a taken name fails with `already_exists`. */
  replace?: boolean | undefined;
  /** For the module's own kinds. */
  beside?: Beside | undefined;
}

/** Where several files lie beside each other, whoever sends one says what it is. */
export type IncomingOf<Id extends string> = 'fileName' extends Id ? IncomingFile : IncomingBytes;
export type DeclaredOf<Id extends string> = 'fileName' extends Id
  ? DeclaredUpload & { contentType: string }
  : DeclaredUpload;

/** What the sender says that the bytes are; only kinds with a `fileName` ask. */
export const declaredIn = (sent: object): { contentType?: string } =>
  'contentType' in sent ? { contentType: sent.contentType as string } : {};

/** A buffer is handed on in pieces, as a stream would: who looks at them should not hold the event loop. */
const pieceBytes = 256 * 1024;

/** @throws {StorageError} `misconfigured` for what is none of these: no client has a say in it */
export function chunksOf(bytes: ByteSource): { chunks: AsyncIterable<Uint8Array>; size?: number } {
  if (bytes instanceof Uint8Array) return { chunks: piecesOf(bytes), size: bytes.length };
  if (bytes instanceof Blob) return { chunks: bytes.stream() as AsyncIterable<Uint8Array>, size: bytes.size };
  if (typeof bytes === 'object' && bytes !== null && Symbol.asyncIterator in bytes) {
    return { chunks: bytes as AsyncIterable<Uint8Array> };
  }
  if (typeof bytes === 'object' && bytes !== null && Symbol.iterator in bytes) return { chunks: eachOf(bytes) };
  throw new StorageError('misconfigured', `bytes must be a stream, a Buffer or a Blob, not ${described(bytes)}.`);
}

function described(bytes: unknown): string {
  if (typeof bytes !== 'object') return `${typeof bytes}. Of text, give Buffer.from(text)`;
  const isMulters = bytes !== null && 'fieldname' in bytes;
  if (isMulters) return "Multer's description of a file. Give its buffer, or take the request with @ReceivedFile()";
  return bytes === null ? 'null' : `an object of the class ${bytes.constructor?.name}`;
}

async function* eachOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
