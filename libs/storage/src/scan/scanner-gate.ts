import type { FileGate } from '../files/gate.js';
import { StorageError } from '../storage.error.js';
import { scanUnavailable, type ContentScanner, type ScannedBy } from './content-scanner.js';

/**
 * The gate that shows a scanner every byte of a file before the file becomes readable. What the scanner finds is refused
 * with `malware_found`; anything but a certain answer with `scan_unavailable`, and nothing is lost: a direct upload can be
 * completed again. Who scanned a file, with which database and when, is kept with it and answered as `scanned`.
 *
 *     StorageModule.forRoot({ …, gates: [scannerGate(clamd({ host: 'clamd' }))] })
 */
export function scannerGate(scanner: ContentScanner): FileGate {
  return {
    name: `scanner ${scanner.name}`,
    async inspect() {
      const scan = await certain(() => scanner.begin());
      return {
        metadata: { scan: scanText({ ...scan.by, at: new Date() }) },
        write: (chunk) => certain(() => scan.write(chunk)),
        async verdict() {
          const verdict = await certain(() => scan.verdict());
          if (verdict.kind === 'clean') return;
          throw new StorageError('malware_found', `The file holds malware: ${verdict.signature}.`);
        },
        abort: () => scan.abort(),
      };
    },
  };
}

/** Kept with a file that was found clean: `clamav/1.4.3/27800@2026-11-27T09:00:00.000Z`. */
const scanText = ({ engine, database, at }: ScannedBy): string =>
  `${database === undefined ? engine : `${engine}/${database}`}@${at.toISOString()}`;

async function certain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw scanUnavailable('the scanner failed', error);
  }
}
