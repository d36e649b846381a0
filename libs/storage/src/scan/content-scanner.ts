import type { ScannedBy } from '../files/reads/scanned-by.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';

export type { ScannedBy };

export type Verdict =
  | ({ kind: 'clean' } & ScannedBy)
  /** `signature` names what was found, such as `Eicar-Test-Signature`. */
  | ({ kind: 'malware'; signature: string } & ScannedBy);

/** One look at one file, which is shown every byte of it once, in order. */
export interface Scan {
  /** Who looks. */
  readonly by: Omit<ScannedBy, 'at'>;
  /** Resolves when more may come. */
  write(chunk: Uint8Array): Promise<void>;
  /** After the last byte. Rejects where nothing certain can be said: that is never taken for clean. */
  verdict(): Promise<Verdict>;
  /** The file will not be stored: nothing is waited for any more. */
  abort(): void;
}

/** What looks for malware in files before anybody can read them. */
export interface ContentScanner {
  readonly name: string;
  /** `org`: whose file it is, for a scanner that shares its places out. Rejects where no scan can begin, now or within its bound. */
  begin(org?: OrgId): Promise<Scan>;
  /** For health checks: who would scan. Rejects where nobody would. */
  state(): Promise<Omit<ScannedBy, 'at'>>;
}

/** Nothing certain can be said of a file: it is neither stored nor lost, and worth another try. */
export const scanUnavailable = (why: string, cause?: unknown): StorageError =>
  new StorageError('scan_unavailable', `The file could not be scanned for malware (${why}). Try again later.`, {
    cause,
  });

/** What an upload is refused with that holds malware. */
export const malwareFound = (signature: string): StorageError =>
  new StorageError('malware_found', `The file holds malware: ${signature}.`, { signature });
