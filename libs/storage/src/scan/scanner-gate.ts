import { Logger } from '@nestjs/common';
import type { FileGate } from '../files/gates/gate.js';
import { scanName, scanText } from '../files/reads/scanned-by.js';
import { StorageError } from '../storage.error.js';
import { malwareFound, scanUnavailable, type ContentScanner } from './content-scanner.js';
import { reachOf, reachText, requireReach } from './reach.js';

export interface ScannerGateOptions {
  /**
   * Shows the scanner a file of the largest size when the application starts, and sees whether it looks as far as that:
   * `fail` ends the start where it does not, `warn` lets it go on meanwhile and logs. Default `off`.
   */
  checkOnBoot?: 'off' | 'warn' | 'fail';
}

/**
 * The gate that shows a scanner every byte of a file before the file becomes readable. What the scanner finds is refused
 * with `malware_found`; anything but a certain answer with `scan_unavailable`, and nothing is lost: a direct upload can be
 * completed again. Who scanned a file, with which database and when, is kept with it and answered as `scannedBy`.
 *
 *     StorageModule.forRoot({ …, gates: [scannerGate(clamd({ host: 'clamd' }))] })
 */
export function scannerGate(scanner: ContentScanner, { checkOnBoot = 'off' }: ScannerGateOptions = {}): FileGate {
  return {
    name: `scanner ${scanner.name}`,
    async start() {
      if (checkOnBoot === 'fail') await requireReach(scanner);
      if (checkOnBoot === 'warn') void warnOfReach(scanner);
    },
    async inspect({ org }) {
      const scan = await certain(() => scanner.begin(org));
      return {
        metadata: { [scanName]: scanText({ ...scan.by, at: new Date() }) },
        write: (chunk) => certain(() => scan.write(chunk)),
        async verdict() {
          const verdict = await certain(() => scan.verdict());
          if (verdict.kind === 'malware') throw malwareFound(verdict.signature);
          // Whatever a scanner of others may answer.
          if (verdict.kind !== 'clean') throw scanUnavailable('the scanner gave no verdict');
        },
        abort: () => scan.abort(),
      };
    },
  };
}

async function warnOfReach(scanner: ContentScanner): Promise<void> {
  const reach = await reachOf(scanner);
  if (!reach.found) new Logger('Scanner').warn(reachText(scanner.name, reach));
}

async function certain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw scanUnavailable('the scanner failed', error);
  }
}
