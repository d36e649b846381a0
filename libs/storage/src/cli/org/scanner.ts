import { clamd } from '../../scan/clamd.js';
import type { ContentScanner } from '../../scan/content-scanner.js';
import type { Arguments } from '../arguments.js';

/** The clamd of `--clamd`; none where it is not given. @throws {StorageError} `misconfigured` */
export function scannerFrom(args: Arguments): ContentScanner | undefined {
  const where = args.text('clamd');
  return where === undefined ? undefined : clamd(where);
}
