import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { StorageError } from '../storage.error.js';
import { hashOf, leafHashOf, MerkleTree } from './merkle.js';
import { sealLine, sealText, type Seal } from './seal.js';
import type { NoteSigner } from './signer.js';

export type Records = Iterable<unknown> | AsyncIterable<unknown>;

/** How much is handed to gzip at once: less costs a turn of the event loop for every few lines. */
const batchCharacters = 64 * 1024;

/**
 * One month as gzip JSON lines, its seal last. Nothing is read from `records` before the first bytes are asked for, and
 * whatever fails in them fails the reader. `sealed` is the seal's line once the bytes have been read to their end.
 */
export class SealedMonth {
  readonly #tree = new MerkleTree();
  #note: string | undefined;

  constructor(
    private readonly of: Pick<Seal, 'org' | 'month' | 'prev'>,
    private readonly records: Records,
    private readonly signer: NoteSigner,
  ) {}

  /** The signed note; undefined before the end. */
  get note(): string | undefined {
    return this.#note;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    const gzip = createGzip();
    const written = pipeline(this.#lines(), gzip);
    // The reader of `gzip` meets the same error.
    written.catch(() => {});
    yield* gzip as AsyncIterable<Uint8Array>;
    await written;
  }

  async *#lines(): AsyncGenerator<string> {
    let batch = '';
    for await (const lines of this.#batches()) {
      if (batch !== '') yield batch;
      batch = lines;
    }
    const marks = this.#tree.marks();
    this.#note = await this.signer.sign(sealText(this.#seal(marks)));
    yield `${batch}${sealLine(this.#note, marks)}\n`;
  }

  /** Each with its newlines. Records that are there at once are not awaited one by one. */
  async *#batches(): AsyncGenerator<string> {
    let batch = '';
    const take = (record: unknown): boolean => {
      const line = jsonLine(record);
      this.#tree.add(leafHashOf(line));
      batch += `${line}\n`;
      return batch.length >= batchCharacters;
    };
    const give = (): string => {
      const lines = batch;
      batch = '';
      return lines;
    };
    if (Symbol.asyncIterator in this.records) {
      for await (const record of this.records) if (take(record)) yield give();
    } else {
      for (const record of this.records) if (take(record)) yield give();
    }
    yield give();
  }

  #seal(marks: Buffer): Seal {
    const { size: count, step } = this.#tree;
    return { ...this.of, origin: this.signer.name, count, root: this.#tree.root(), step, marks: hashOf(marks) };
  }
}

function jsonLine(record: unknown): string {
  const line = JSON.stringify(record) as string | undefined;
  if (line === undefined) throw new StorageError('invalid_request', 'An audit record must be JSON.');
  return line;
}
