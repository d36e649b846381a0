import { StorageError } from '../storage.error.js';

/** Who looked, with what knowledge, and when: kept with the file and told in events. */
export interface ScannedBy {
  /** The engine with its version, such as `clamav/1.4.3`. */
  engine: string;
  /** The version of its database of signatures, where it has one. */
  database?: string;
  at: Date;
}

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
  /** Rejects where no scan can begin, now or within its bound. */
  begin(): Promise<Scan>;
  /** For health checks: who would scan. Rejects where nobody would. */
  state(): Promise<Omit<ScannedBy, 'at'>>;
}

/** Nothing certain can be said of a file: it is neither stored nor lost, and worth another try. */
export const scanUnavailable = (why: string, cause?: unknown): StorageError =>
  new StorageError('scan_unavailable', `The file could not be scanned for malware (${why}). Try again later.`, {
    cause,
  });
