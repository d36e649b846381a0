import { eicarScanner, type ContentScanner } from 'nest-tenant-storage';
import { clamd } from 'nest-tenant-storage/clamav';
import type { Settings } from './settings.js';

/** The clamd of `CLAMD`; without one a scanner that anybody can see refuse something. */
export function readScanner(settings: Settings): ContentScanner {
  const where = settings.text('CLAMD');
  if (where === undefined) return eicarScanner();
  try {
    return clamd(where);
  } catch {
    settings.mistake('CLAMD must be where clamd listens: 127.0.0.1:3310, or the path of its socket.');
    return eicarScanner();
  }
}
