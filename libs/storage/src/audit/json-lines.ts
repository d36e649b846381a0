import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { StorageError } from '../storage.error.js';
import { LineBatch } from './line-batch.js';
import type { Hash } from './merkle.js';

/** Each is written as one line of JSON. */
export type Records = Iterable<unknown> | AsyncIterable<unknown>;

/** Batches that wait for gzip, which works in another thread: while it does, more are made. */
const highWaterMark = 16;

/**
 * Gzip of lines. Nothing is read from them before the first bytes are asked for, and whatever fails in them fails the
 * reader.
 */
export async function* gzipped(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ chunkSize: 64 * 1024 });
  const written = pipeline(Readable.from(lines, { highWaterMark }), gzip);
  // The reader of `gzip` meets the same error.
  written.catch(() => {});
  yield* gzip as AsyncIterable<Uint8Array>;
  await written;
}

/** Records as lines, many at once. Those that are there at once are not awaited one by one. */
export async function* jsonLines(records: Records, onLine: (leaf: Hash) => void = () => {}): AsyncGenerator<Buffer> {
  const batch = new LineBatch();
  if (Symbol.asyncIterator in records) {
    for await (const record of records) {
      onLine(batch.add(jsonLine(record)));
      if (batch.isFull) yield batch.take();
    }
  } else {
    for (const record of records) {
      onLine(batch.add(jsonLine(record)));
      if (batch.isFull) yield batch.take();
    }
  }
  yield batch.take();
}

function jsonLine(record: unknown): string {
  const line = JSON.stringify(record) as string | undefined;
  if (line === undefined) throw new StorageError('invalid_request', 'An audit record must be JSON.');
  return line;
}
