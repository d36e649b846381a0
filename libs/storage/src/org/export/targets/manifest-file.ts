import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, open, stat, truncate } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { sha256Of } from '../../hashed.js';
import { linesIn } from '../lines.js';
import { lineOf, readEntry, sumOf, type ManifestEntry } from '../manifest.js';

/** A manifest that grows by a line for each file. */
export class ManifestFile {
  constructor(readonly path: string) {}

  append(entry: ManifestEntry): Promise<void> {
    return appendFile(this.path, lineOf(entry));
  }

  /** What was written of the last line when a process died is cut off before. */
  async *mended(): AsyncGenerator<ManifestEntry> {
    const file = await open(this.path, 'r+');
    try {
      const { size } = await file.stat();
      const tail = Buffer.alloc(Math.min(size, 65_536));
      await file.read(tail, 0, tail.length, size - tail.length);
      const end = tail.lastIndexOf('\n') + 1;
      if (end < tail.length) await truncate(this.path, size - tail.length + end);
    } finally {
      await file.close();
    }
    yield* this.entries();
  }

  async *entries(): AsyncGenerator<ManifestEntry> {
    for await (const line of linesIn(this.bytes())) yield readEntry(line);
  }

  /** @returns their size in bytes */
  async writeSums(to: string): Promise<number> {
    await pipeline(this.#sums(), createWriteStream(to, { mode: 0o600 }));
    return (await stat(to)).size;
  }

  sha256(): Promise<string> {
    return sha256Of(this.bytes());
  }

  bytes(): AsyncIterable<Uint8Array> {
    return createReadStream(this.path);
  }

  async *#sums(): AsyncGenerator<string> {
    for await (const entry of this.entries()) yield sumOf(entry);
  }
}
