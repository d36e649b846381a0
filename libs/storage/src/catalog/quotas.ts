import { StorageError } from '../storage.error.js';

/** Null and absent: no limit. */
export interface Limit {
  bytes?: number | null;
  /** How many. */
  files?: number | null;
}

/** What an organisation may have, in all and of each kind (by its `purpose`). */
export interface QuotaLimits extends Limit {
  kinds?: Readonly<Record<string, Limit>>;
}

export interface Usage {
  /** Of files that are stored. */
  usedBytes: number;
  usedFiles: number;
  /** Of uploads under way: theirs until they end. */
  reservedBytes: number;
  reservedFiles: number;
  limit: { bytes?: number; files?: number };
}

export interface OrgUsage extends Usage {
  /** By purpose; kinds of which there was nothing yet are absent. */
  kinds: Record<string, Usage>;
}

/** Room is getting short, or is gone. Told once each time that usage rises to the mark, after the fact. */
export interface UsageEvent {
  org: string;
  /** A kind; absent for all kinds together. */
  purpose?: string;
  of: 'bytes' | 'files';
  /** 100 too for an upload that was refused because nothing fits any more. */
  percent: 80 | 100;
  /** Used and reserved. */
  taken: number;
  limit: number;
}

/** @throws {StorageError} `misconfigured` */
export function requireLimits(limits: QuotaLimits, code: 'misconfigured' | 'invalid_request' = 'misconfigured'): void {
  for (const [name, limit] of [['limits', limits] as const, ...Object.entries(limits.kinds ?? {})]) {
    for (const what of ['bytes', 'files'] as const) {
      const value = limit[what];
      if (value === undefined || value === null || (Number.isSafeInteger(value) && value >= 0)) continue;
      throw new StorageError(code, `${name}.${what} must be a whole number from 0 on.`);
    }
  }
}
