import { randomUUID } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writevSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Segment } from './records.js';

const WRITE_BYTES = 1024 * 1024;
const READ_BYTES = 512 * 1024;

/**
 * Bytes of objects in files of random names; keys never become names. A file stays while a record or an open reader
 * refers to it, and may be referred to more than once: a copy costs nothing.
 */
export class DataFiles {
  private readonly dir: string;
  private readonly uses = new Map<string, number>();
  /** false while history is replayed: a file it lets go of may be taken up again later in it */
  private removing = false;

  constructor(dir: string) {
    this.dir = join(dir, 'data');
    mkdirSync(this.dir, { recursive: true });
  }

  /** Writes all chunks to a new file. The caller keeps it with `retain`, or the file is removed by `release`. On an error nothing stays. */
  async write(chunks: AsyncIterable<Buffer>): Promise<Segment> {
    const file = randomUUID();
    this.retain([{ file }]);
    try {
      return { file, start: 0, size: await writeFile(join(this.dir, file), chunks) };
    } catch (error) {
      this.release([{ file }]);
      throw error;
    }
  }

  /** Bytes `from` to `to` (inclusive) of the segments laid end to end. */
  read(segments: readonly Segment[], from: number, to: number): Readable {
    this.retain(segments);
    const stream = Readable.from(this.pieces(segments, from, to), { objectMode: false, highWaterMark: READ_BYTES });
    stream.once('close', () => this.release(segments));
    return stream;
  }

  private async *pieces(segments: readonly Segment[], from: number, to: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { file, start, size } of segments) {
      const first = Math.max(from - offset, 0);
      const last = Math.min(to - offset, size - 1);
      offset += size;
      if (first > last) continue;
      yield* createReadStream(join(this.dir, file), {
        start: start + first,
        end: start + last,
        highWaterMark: READ_BYTES,
      });
    }
  }

  retain(segments: readonly Pick<Segment, 'file'>[]): void {
    for (const { file } of segments) this.uses.set(file, (this.uses.get(file) ?? 0) + 1);
  }

  release(segments: readonly Pick<Segment, 'file'>[]): void {
    for (const { file } of segments) {
      const left = (this.uses.get(file) ?? 0) - 1;
      if (left > 0) this.uses.set(file, left);
      else {
        this.uses.delete(file);
        if (this.removing) rmSync(join(this.dir, file), { force: true });
      }
    }
  }

  /** To be called once the history is replayed. Removes files nothing refers to, such as a killed process left half written. */
  sweep(): void {
    this.removing = true;
    for (const file of readdirSync(this.dir)) if (!this.uses.has(file)) unlinkSync(join(this.dir, file));
  }
}

/**
 * One write is under way while the next batch is being collected. What fits one batch is written without leaving the
 * thread: three trips to another one take longer than the writing.
 */
async function writeFile(path: string, chunks: AsyncIterable<Buffer>): Promise<number> {
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
      writing = writeBatch(handle, batch);
      // the loop awaits it later: a failure meanwhile must not count as unhandled
      writing.catch(() => undefined);
      batch = [];
      batched = 0;
    }
    await writing;
    if (!handle) writeNow(path, batch, batched);
    else if (batched > 0) await writeBatch(handle, batch);
  } finally {
    await writing.catch(() => undefined);
    await handle?.close();
  }
  return size;
}

function writeNow(path: string, batch: readonly Buffer[], bytes: number): void {
  const file = openSync(path, 'wx');
  try {
    const written = batch.length > 0 ? writevSync(file, batch) : 0;
    if (written !== bytes) writeFileSync(file, Buffer.concat(batch).subarray(written));
  } finally {
    closeSync(file);
  }
}

async function writeBatch(handle: FileHandle, batch: readonly Buffer[]): Promise<void> {
  const expected = batch.reduce((sum, chunk) => sum + chunk.length, 0);
  const { bytesWritten } = await handle.writev(batch);
  if (bytesWritten !== expected) await handle.writev([Buffer.concat(batch).subarray(bytesWritten)]);
}
