import { readSync } from 'node:fs';

const CHUNK = 1024 * 1024;
const END_OF_LINE = 0x0a;

/** A line without its end, and where in the file the next one begins. */
export interface Line {
  readonly text: string;
  readonly end: number;
}

/** The whole lines of a file of any size, a chunk of it at a time. What follows the last end of line is left out. */
export function* readLines(fd: number): Generator<Line> {
  let pieces: Buffer[] = [];
  for (let offset = 0; ;) {
    const chunk = readBytes(fd, offset, offset + CHUNK);
    if (chunk.length === 0) return;
    let from = 0;
    for (;;) {
      const to = chunk.indexOf(END_OF_LINE, from);
      if (to < 0) break;
      const last = chunk.subarray(from, to);
      const text = pieces.length === 0 ? last.toString('utf8') : Buffer.concat([...pieces, last]).toString('utf8');
      pieces = [];
      yield { text, end: offset + to + 1 };
      from = to + 1;
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
    offset += chunk.length;
  }
}

/** Bytes `from` to `to` (exclusive) of the file: a chunk at most, and fewer where the file ends. */
export function readBytes(fd: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.min(to - from, CHUNK));
  let read = 0;
  while (read < bytes.length) {
    const count = readSync(fd, bytes, read, bytes.length - read, from + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
