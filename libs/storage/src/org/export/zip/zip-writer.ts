import { open, rm, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { centralHeader, crcAt, endOf, localHeader, type ZipEntry } from './zip-format.js';

/** A file as large as that is written as it comes; what is smaller is gathered, with the headers. */
const smallBytes = 256 * 1024;

/**
 * Writes a ZIP archive of files as they are, one after the other, in memory of a chunk: its directory is kept in a file beside
 * it until the end. Sizes are known before, so no reader has to look behind a file for its size.
 */
export class ZipWriter {
  #entries = 0;
  readonly #archive: GrowingFile;
  readonly #directory: GrowingFile;

  private constructor(
    archive: FileHandle,
    directory: FileHandle,
    private readonly directoryPath: string,
  ) {
    this.#archive = new GrowingFile(archive);
    this.#directory = new GrowingFile(directory);
  }

  /** Fails where one of its two files is there already. */
  static async create(path: string): Promise<ZipWriter> {
    const archive = await open(path, 'wx', 0o600);
    const directoryPath = `${path}.directory`;
    try {
      return new ZipWriter(archive, await open(directoryPath, 'w+', 0o600), directoryPath);
    } catch (error) {
      await archive.close();
      throw error;
    }
  }

  /** @throws {RangeError} where the bytes are not as many as was said: the archive is then of no use */
  async add(file: { name: string; size: number; at?: Date }, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const entry = { ...file, crc: 0, offset: this.#archive.size };
    await (file.size <= smallBytes ? this.#addSmall(entry, bytes) : this.#addLarge(entry, bytes));
    this.#entries++;
    await this.#directory.append(centralHeader(entry));
  }

  async #addSmall(entry: ZipEntry, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > entry.size) break;
      entry.crc = crc32(chunk, entry.crc);
      chunks.push(chunk);
    }
    if (size !== entry.size) throw otherSize(entry);
    await this.#archive.append(Buffer.concat([localHeader(entry), ...chunks]));
  }

  async #addLarge(entry: ZipEntry, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#archive.append(localHeader(entry));
    const begin = this.#archive.size;
    for await (const chunk of bytes) {
      entry.crc = crc32(chunk, entry.crc);
      await this.#archive.append(chunk);
    }
    if (this.#archive.size - begin !== entry.size) throw otherSize(entry);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(entry.crc);
    await this.#archive.replace(crc, entry.offset + crcAt);
  }

  async finish(): Promise<void> {
    await this.#directory.flush();
    const [offset, size] = [this.#archive.size, this.#directory.size];
    for await (const chunk of this.#directory.file.createReadStream({ start: 0, autoClose: false })) {
      await this.#archive.append(chunk as Buffer);
    }
    await this.#archive.append(endOf({ entries: this.#entries, offset, size }));
    await this.#archive.flush();
    await this.#archive.file.sync();
  }

  async close(): Promise<void> {
    await this.#archive.file.close();
    await this.#directory.file.close();
    await rm(this.directoryPath, { force: true });
  }
}

/** A file that is written from its beginning, some hundred KiB at once: a call for each small piece costs more than the piece. */
class GrowingFile {
  /** With what is still gathered. */
  size = 0;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;

  constructor(readonly file: FileHandle) {}

  async append(bytes: Uint8Array): Promise<void> {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    this.size += bytes.length;
    if (this.#gatheredBytes >= smallBytes) await this.flush();
  }

  async replace(bytes: Uint8Array, at: number): Promise<void> {
    await this.flush();
    await write(this.file, bytes, at);
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#gathered);
    [this.#gathered, this.#gatheredBytes] = [[], 0];
    await write(this.file, bytes, this.size - bytes.length);
  }
}

const otherSize = ({ name }: ZipEntry) => new RangeError(`${name} has another size than was said.`);

async function write(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
