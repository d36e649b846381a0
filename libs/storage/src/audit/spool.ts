import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { largerThan, StorageError } from '../storage.error.js';

/** What is kept in memory; more goes to a file. */
const memoryBytes = 8 * 1024 * 1024;
const pieceBytes = 256 * 1024;

export interface SpoolOptions {
  /** For what is more than 8 MiB. Default: that of the operating system. */
  folder?: string | undefined;
  /** The byte after this one fails with `file_too_large`. */
  maxBytes: number;
}

/**
 * Keeps the bytes of a stream until something is known that has to be said before them. The file that takes what is more
 * than a little has no name any more when the first byte is in it, so that nothing of it is left by a process that dies.
 */
export class Spool {
  #size = 0;
  #pieces: Uint8Array[] = [];
  #file: FileHandle | undefined;

  private constructor(private readonly folder: string) {}

  static async of(bytes: AsyncIterable<Uint8Array>, { folder = tmpdir(), maxBytes }: SpoolOptions): Promise<Spool> {
    const spool = new Spool(folder);
    try {
      for await (const chunk of bytes) {
        if (spool.#size + chunk.length > maxBytes) throw largerThan(maxBytes);
        await spool.#add(chunk);
      }
      return spool;
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    if (!this.#file) {
      yield* this.#pieces;
      return;
    }
    for (let at = 0; at < this.#size;) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, at);
      if (bytesRead === 0) throw new Error('The temporary file has lost its end.');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    this.#pieces = [];
    await this.#file?.close();
    this.#file = undefined;
  }

  async #add(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.length;
    this.#pieces.push(chunk);
    if (this.#size <= memoryBytes) return;
    this.#file ??= await namelessFile(this.folder);
    for (const piece of this.#pieces.splice(0)) await this.#file.appendFile(piece);
  }
}

async function namelessFile(folder: string): Promise<FileHandle> {
  const path = join(folder, `nest-tenant-storage-${randomUUID()}`);
  let file: FileHandle;
  try {
    file = await open(path, 'wx+', 0o600);
  } catch (error) {
    const message = `A month of more than 8 MiB needs a temporary file, and none can be made in ${folder}: set audit.tempFolder.`;
    throw new StorageError('misconfigured', message, { cause: error });
  }
  await rm(path);
  return file;
}
