import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { StorageError } from '../storage.error.js';
import { maxFileBytes } from '../storage.policy.js';
import type { ContentScanner } from './content-scanner.js';
import { eicar } from './eicar.js';

/** Whether a scanner looks as far as the largest file is long. */
export interface ScannerReach {
  /** Of the file that was tried. */
  bytes: number;
  found: boolean;
  /** The scanner's own words, where it gave no verdict. */
  detail?: string;
  /** Lines for clamd.conf that are enough. */
  settings: readonly string[];
}

const MiB = 1024 * 1024;

/**
 * clamd answers `OK` to what lies beyond its limits, and its limits are not to be asked for. So the scanner is shown a
 * stored ZIP of the largest accepted size whose last entry is the EICAR test file, and has to find that.
 */
export async function reachOf(scanner: ContentScanner, bytes = maxFileBytes): Promise<ScannerReach> {
  const answer = { bytes, settings: settingsFor(bytes) };
  try {
    const scan = await scanner.begin();
    try {
      for await (const chunk of lateEicar(bytes)) await scan.write(chunk);
      const { kind } = await scan.verdict();
      return { ...answer, found: kind === 'malware' };
    } catch (error) {
      scan.abort();
      throw error;
    }
  } catch (error) {
    return { ...answer, found: false, detail: error instanceof Error ? error.message : 'it failed' };
  }
}

/** The same, for a start or a health check. @throws {StorageError} `misconfigured` */
export async function requireReach(scanner: ContentScanner, bytes = maxFileBytes): Promise<void> {
  const reach = await reachOf(scanner, bytes);
  if (!reach.found) throw new StorageError('misconfigured', reachText(scanner.name, reach));
}

export const reachText = (name: string, { found, bytes, detail, settings }: ScannerReach): string =>
  found
    ? `The scanner ${name} looks at every byte of files up to ${bytes} bytes.`
    : `The scanner ${name} did not find the EICAR test at the end of an archive of ${bytes} bytes` +
      `${detail === undefined ? ': it called it clean' : ` (${detail})`}. Set in clamd.conf, and restart clamd: ${settings.join(', ')}.`;

/** What is scanned is the file and all that comes out of it: twice its size for what is only stored. */
function settingsFor(bytes: number): string[] {
  const size = Math.ceil((bytes * 1.2) / (50 * MiB)) * 50;
  return [`StreamMaxLength ${size}M`, `MaxScanSize ${2 * size}M`, `MaxFileSize ${size}M`, 'AlertExceedsMax yes'];
}

/** A ZIP of so many bytes: a long entry, and EICAR in a short one behind it. All is stored, nothing deflated. */
export async function* lateEicar(bytes: number): AsyncGenerator<Buffer, void, undefined> {
  const names = ['filler.txt', 'eicar.com'] as const;
  const last = Buffer.from(eicar);
  const around = names.reduce((sum, name) => sum + 30 + 46 + 2 * name.length, 22);
  const filler = bytes - around - last.length;
  if (filler < 0) throw new StorageError('invalid_request', 'So short an archive has no room for an entry.');
  const block = Buffer.alloc(Math.min(filler, MiB), 'page after page after page\n');
  let sum = 0;
  for (const part of repeated(block, filler)) {
    sum = crc32(part, sum);
    await nextTurn();
  }
  const entries = [
    { name: names[0], size: filler, sum, at: 0 },
    { name: names[1], size: last.length, sum: crc32(last), at: 30 + names[0].length + filler },
  ] as const;
  yield header(entries[0], false);
  yield* repeated(block, filler);
  yield Buffer.concat([header(entries[1], false), last]);
  const directory = Buffer.concat(entries.map((entry) => header(entry, true)));
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(2, 8);
  end.writeUInt16LE(2, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(bytes - directory.length - 22, 16);
  yield Buffer.concat([directory, end]);
}

function* repeated(block: Buffer, bytes: number): Generator<Buffer, void, undefined> {
  for (let left = bytes; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
}

interface Entry {
  name: string;
  size: number;
  sum: number;
  at: number;
}

/** APPNOTE.TXT of PKWARE, 4.3.7 and 4.3.12. */
function header({ name, size, sum, at }: Entry, isDirectory: boolean): Buffer {
  const start = Buffer.alloc(isDirectory ? 46 : 30);
  start.write(isDirectory ? 'PK\u0001\u0002' : 'PK\u0003\u0004', 'latin1');
  const common = isDirectory ? 6 : 4;
  start.writeUInt16LE(20, common);
  start.writeUInt32LE(sum, common + 10);
  start.writeUInt32LE(size, common + 14);
  start.writeUInt32LE(size, common + 18);
  start.writeUInt16LE(name.length, common + 22);
  if (isDirectory) start.writeUInt32LE(at, 42);
  return Buffer.concat([start, Buffer.from(name)]);
}
