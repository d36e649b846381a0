import { writev, writevSync } from 'node:fs';
import { promisify } from 'node:util';

/** What the store asks of the system to write bytes. A write may take fewer bytes than it was given. */
export interface Disk {
  /** @param position in the file; absent: behind what was written last */
  writeSync(fd: number, chunks: readonly Buffer[], position?: number): number;
  write(fd: number, chunks: readonly Buffer[]): Promise<number>;
}

const writevAsync = promisify(writev);

export const systemDisk: Disk = {
  writeSync: (fd, chunks, position) => writevSync(fd, chunks, position),
  write: async (fd, chunks) => (await writevAsync(fd, chunks as Buffer[])).bytesWritten,
};

/** Writes everything or throws. A disk that fills up takes a part first and says so only when asked to take the rest. */
export function writeAllSync(disk: Disk, fd: number, chunks: readonly Buffer[], position?: number): void {
  let [rest, at] = [nonEmpty(chunks), position];
  while (rest.length > 0) {
    const written = progress(disk.writeSync(fd, rest, at));
    rest = without(rest, written);
    if (at !== undefined) at += written;
  }
}

export async function writeAll(disk: Disk, fd: number, chunks: readonly Buffer[]): Promise<void> {
  let rest = nonEmpty(chunks);
  while (rest.length > 0) rest = without(rest, progress(await disk.write(fd, rest)));
}

const nonEmpty = (chunks: readonly Buffer[]): readonly Buffer[] => chunks.filter(({ length }) => length > 0);

function progress(written: number): number {
  if (written <= 0) throw new Error('The disk takes no bytes and does not say why.');
  return written;
}

function without(chunks: readonly Buffer[], written: number): readonly Buffer[] {
  let left = written;
  let i = 0;
  for (; i < chunks.length; i++) {
    const { length } = chunks[i]!;
    if (left < length) break;
    left -= length;
  }
  return left === 0 ? chunks.slice(i) : [chunks[i]!.subarray(left), ...chunks.slice(i + 1)];
}
