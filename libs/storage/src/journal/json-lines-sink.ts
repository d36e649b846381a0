import { open, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { JournalRecord, JournalSink } from './journal-record.js';

const linesOf = (records: readonly JournalRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Writes each record as a line of JSON to a stream of yours, which has to be one that takes it all: `process.stdout`, a socket. */
export function jsonLinesSink(stream: Writable): JournalSink {
  return {
    append: (records) =>
      new Promise<void>((resolve, reject) => {
        stream.write(linesOf(records), (error) => (error ? reject(error) : resolve()));
      }),
  };
}

export interface FileSinkOptions {
  /**
   * Whether a record counts as kept only when the disk has it, so that it outlives a loss of power. Default true. Records
   * that come while the disk is busy are written together.
   */
  sync?: boolean;
}

/** Appends each record as a line of JSON to a file, which several processes of one machine may share. */
export function fileSink(path: string, { sync = true }: FileSinkOptions = {}): JournalSink {
  let file: Promise<FileHandle> | undefined;
  let waiting: { text: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        // Opened again where that failed before.
        file ??= open(path, 'a', 0o600);
        const handle = await file.catch((error: unknown) => {
          file = undefined;
          throw error;
        });
        await appendWhole(handle, Buffer.from(batch.map(({ text }) => text).join('')));
        if (sync) await handle.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    writing = undefined;
  }

  return {
    append: (records) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ text: linesOf(records), resolve, reject });
        writing ??= write();
      }),
    async close() {
      await writing;
      await (await file)?.close();
      file = undefined;
    },
  };
}

/** One write, so that the lines of another process never fall between: what is cut short is ended before anything follows. */
async function appendWhole(handle: FileHandle, bytes: Buffer): Promise<void> {
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten === bytes.length) return;
  await handle.write('\n');
  throw new Error(`${bytesWritten} of ${bytes.length} bytes were written: is the disk full?`);
}
