import { randomUUID } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { writeAll, writeAllSync, type Disk } from './disk.js';
import type { Segment } from './records.js';

const WRITE_BYTES = 1024 * 1024;
const READ_BYTES = 512 * 1024;
/** No more than that is read without leaving the thread: each trip to another one takes longer than the reading. */
const READ_NOW_BYTES = 64 * 1024;

/**
 * Bytes of objects in files of random names; keys never become names. A file stays while a record or an open reader
 * refers to it, and may be referred to more than once: a copy costs nothing.
 */
export class DataFiles {
  private readonly dir: string;
  /** how often a file is referred to, where that is not once */
  private readonly uses = new Map<string, number>();
  /** false while history is replayed: a file it lets go of may be taken up again later in it */
  private removing = false;

  constructor(
    dir: string,
    private readonly disk: Disk,
  ) {
    this.dir = join(dir, 'data');
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
  }

  /** Writes all chunks to a new file. The caller has it until it calls `release`. On an error nothing stays. */
  async write(chunks: AsyncIterable<Buffer>): Promise<Segment> {
    const file = randomUUID();
    try {
      return { file, start: 0, size: await writeFile(this.disk, join(this.dir, file), chunks) };
    } catch (error) {
      this.release([{ file }]);
      throw error;
    }
  }

  /**
   * Bytes `from` to `to` (inclusive) of the segments laid end to end.
   * @throws Error when the first file is missing or shorter than its record says; a later one breaks the stream
   */
  read(segments: readonly Segment[], from: number, to: number): Readable {
    const pieces = piecesOf(segments, from, to);
    const [first] = pieces;
    if (first) checkSize(first, this.pathOf(first));
    this.retain(segments);
    const stream = Readable.from(this.bytesOf(pieces), { objectMode: false, highWaterMark: READ_BYTES });
    stream.once('close', () => this.release(segments));
    return stream;
  }

  private async *bytesOf(pieces: readonly Piece[]): AsyncGenerator<Buffer> {
    for (const [index, piece] of pieces.entries()) {
      const path = this.pathOf(piece);
      // `read` has checked the first.
      if (index > 0) checkSize(piece, path);
      if (piece.last - piece.first < READ_NOW_BYTES) yield readNow(path, piece);
      else yield* createReadStream(path, { start: piece.first, end: piece.last, highWaterMark: READ_BYTES });
    }
  }

  private pathOf({ file }: Pick<Segment, 'file'>): string {
    return join(this.dir, file);
  }

  retain(segments: readonly Pick<Segment, 'file'>[]): void {
    for (const { file } of segments) this.count(file, 1);
  }

  release(segments: readonly Pick<Segment, 'file'>[]): void {
    for (const { file } of segments) {
      if (this.count(file, -1) <= 0 && this.removing) rmSync(join(this.dir, file), { force: true });
    }
  }

  private count(file: string, change: number): number {
    const normal = this.removing ? 1 : 0;
    const uses = (this.uses.get(file) ?? normal) + change;
    if (uses <= 0 || uses === normal) this.uses.delete(file);
    else this.uses.set(file, uses);
    return uses;
  }

  /** To be called once the history is replayed. Removes files nothing refers to, such as a killed process left half written. */
  sweep(): void {
    this.removing = true;
    for (const file of readdirSync(this.dir)) if (!this.uses.has(file)) unlinkSync(join(this.dir, file));
    for (const [file, uses] of this.uses) if (uses === 1) this.uses.delete(file);
  }
}

/** Bytes `first` to `last` of one file. */
interface Piece {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

function piecesOf(segments: readonly Segment[], from: number, to: number): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const { file, start, size } of segments) {
    const first = Math.max(from - offset, 0);
    const last = Math.min(to - offset, size - 1);
    offset += size;
    if (first <= last) pieces.push({ file, first: start + first, last: start + last });
  }
  return pieces;
}

function checkSize({ file, last }: Piece, path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size !== undefined && size > last) return;
  const found = size === undefined ? 'is missing' : `has ${size} bytes`;
  throw new Error(`The data file ${file} ${found}; the store has a record of at least ${last + 1} bytes in it.`);
}

function readNow(path: string, { first, last }: Piece): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(last - first + 1);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, first));
  } finally {
    closeSync(file);
  }
}

/**
 * One write is under way while the next batch is being collected. What fits one batch is written without leaving the
 * thread: three trips to another one take longer than the writing.
 */
async function writeFile(disk: Disk, path: string, chunks: AsyncIterable<Buffer>): Promise<number> {
  let handle: FileHandle | undefined;
  let size = 0;
  let batch: Buffer[] = [];
  let batched = 0;
  let writing: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of chunks) {
      batch.push(chunk);
      batched += chunk.length;
      size += chunk.length;
      if (batched < WRITE_BYTES) continue;
      handle ??= await open(path, 'wx');
      await writing;
      writing = writeAll(disk, handle.fd, batch);
      // the loop awaits it later: a failure meanwhile must not count as unhandled
      writing.catch(() => undefined);
      batch = [];
      batched = 0;
    }
    await writing;
    if (!handle) writeNow(disk, path, batch);
    else if (batched > 0) await writeAll(disk, handle.fd, batch);
  } finally {
    await writing.catch(() => undefined);
    await handle?.close();
  }
  return size;
}

function writeNow(disk: Disk, path: string, batch: readonly Buffer[]): void {
  const file = openSync(path, 'wx');
  try {
    writeAllSync(disk, file, batch);
  } finally {
    closeSync(file);
  }
}
