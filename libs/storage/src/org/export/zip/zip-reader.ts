import { open, type FileHandle } from 'node:fs/promises';
import { StorageError } from '../../../storage.error.js';
import { printable } from '../../printable.js';
import { most16, most32, signatures, type ZipEntry } from './zip-format.js';

const chunkBytes = 256 * 1024;

type Kept = Pick<ZipEntry, 'size' | 'offset'>;

/** Reads an archive of files as they are. Of each it keeps the name and two numbers. */
export class ZipReader {
  private constructor(
    private readonly archive: FileHandle,
    private readonly files: ReadonlyMap<string, Kept>,
  ) {}

  /** @throws {StorageError} `invalid_request` */
  static async open(path: string): Promise<ZipReader> {
    const archive = await open(path, 'r');
    try {
      return new ZipReader(archive, await filesIn(archive));
    } catch (error) {
      await archive.close();
      throw error;
    }
  }

  names(): Iterable<string> {
    return this.files.keys();
  }

  /** @throws {StorageError} `invalid_request` */
  async read(name: string): Promise<{ size: number; body: AsyncIterable<Uint8Array> } | undefined> {
    const kept = this.files.get(name);
    if (!kept) return undefined;
    const { size, offset } = kept;
    const header = await bytesAt(this.archive, offset, 30);
    if (header.readUInt32LE(0) !== signatures.local) throw broken();
    const nameLength = header.readUInt16LE(26);
    // Else another program would show these bytes under another name.
    const local = await bytesAt(this.archive, offset + 30, nameLength);
    if (local.toString('utf8') !== name) throw broken();
    const start = offset + 30 + nameLength + header.readUInt16LE(28);
    return { size, body: bytesFrom(this.archive, start, size) };
  }

  close(): Promise<void> {
    return this.archive.close();
  }
}

const mistake = (what: string) => new StorageError('invalid_request', what);
const broken = () => mistake('The archive cannot be read: it is cut short, or no ZIP.');

async function filesIn(archive: FileHandle): Promise<Map<string, Kept>> {
  const { size } = await archive.stat();
  const { entries, begin, end } = await directoryIn(archive, size);
  const files = new Map<string, Kept>();
  let at = begin;
  let page: Buffer = Buffer.alloc(0);
  for (let left = entries; left > 0; left--) {
    // An entry has three texts of 64 KiB at most.
    if (page.length < Math.min(46 + 3 * most16, end - at))
      page = await bytesAt(archive, at, Math.min(1024 * 1024, end - at));
    if (page.length < 46 || page.readUInt32LE(0) !== signatures.central) throw broken();
    const [name, extra, comment] = [28, 30, 32].map((field) => page.readUInt16LE(field)) as [number, number, number];
    const length = 46 + name + extra + comment;
    if (page.length < length) throw broken();
    const { path, ...kept } = entryOf(page.subarray(0, length), name, extra);
    if (kept.offset + kept.size > begin) throw broken();
    if (files.has(path)) throw mistake(`The archive has ${printable(path)} twice.`);
    if (!path.endsWith('/')) files.set(path, kept);
    page = page.subarray(length);
    at += length;
  }
  if (at !== end) throw broken();
  requireApart(files);
  return files;
}

/** The bytes of one file are those of no other: a small archive does not become a large import. */
function requireApart(files: ReadonlyMap<string, Kept>): void {
  let free = 0;
  for (const { offset, size } of [...files.values()].sort((a, b) => a.offset - b.offset)) {
    if (offset < free) throw mistake('The archive has files that overlap.');
    free = offset + 30 + size;
  }
}

function entryOf(header: Buffer, nameLength: number, extraLength: number): Kept & { path: string } {
  const path = header.toString('utf8', 46, 46 + nameLength);
  const isPlain = header.readUInt16LE(10) === 0 && (header.readUInt16LE(8) & 1) === 0;
  if (!isPlain)
    throw mistake(`${printable(path)} is compressed or encrypted, which no export is: unpack it and take the folder.`);
  let [size, offset] = [header.readUInt32LE(24), header.readUInt32LE(42)];
  const extra = header.subarray(46 + nameLength, 46 + nameLength + extraLength);
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 0x0001) {
      const wide = extra.subarray(at + 4, at + 4 + length);
      let next = 0;
      if (size === most32) size = wideAt(wide, 8 * next++);
      if (header.readUInt32LE(20) === most32) next++;
      if (offset === most32) offset = wideAt(wide, 8 * next);
    }
    at += 4 + length;
  }
  return { path, size, offset };
}

async function directoryIn(archive: FileHandle, fileBytes: number) {
  const tail = await bytesAt(archive, Math.max(0, fileBytes - 22 - most16), Math.min(fileBytes, 22 + most16));
  let at = tail.length - 22;
  while (at >= 0 && !(tail.readUInt32LE(at) === signatures.end && at + 22 + tail.readUInt16LE(at + 20) === tail.length))
    at--;
  if (at < 0) throw broken();
  let [entries, size, begin] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  let end = fileBytes - tail.length + at;
  if (at >= 20 && tail.readUInt32LE(at - 20) === signatures.locator64) {
    const at64 = wideAt(tail, at - 12);
    const record = at64 + 56 <= fileBytes ? await bytesAt(archive, at64, 56) : Buffer.alloc(56);
    if (record.readUInt32LE(0) !== signatures.end64) throw broken();
    [entries, size, begin] = [wideAt(record, 32), wideAt(record, 40), wideAt(record, 48)];
    end = at64;
  }
  if (begin + size !== end) throw broken();
  return { entries, begin, end };
}

function wideAt(bytes: Buffer, at: number): number {
  const value = at + 8 <= bytes.length ? bytes.readBigUInt64LE(at) : -1n;
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken();
  return Number(value);
}

async function bytesAt(archive: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await archive.read(bytes, 0, length, at);
  if (bytesRead < length) throw broken();
  return bytes;
}

/** No stream of Node's own: each would listen to the file until that is closed. */
async function* bytesFrom(archive: FileHandle, start: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += chunkBytes) yield bytesAt(archive, start + at, Math.min(chunkBytes, size - at));
}
