import type { OrgId } from '../keys/org-id.js';
import type { Place } from '../keys/place.js';
import type { StorageErrorCode } from '../storage.error.js';

/**
 * One line of the trail: who did what with which file, in ids alone. No person's name, file name, key, URL or token is in
 * it, so that a line which nobody can erase any more tells nothing that should have been erased.
 */
export interface JournalRecord {
  /** Of this record and no other: a sink that is given it twice may keep one. */
  readonly id: string;
  /** ISO 8601 in UTC with milliseconds: `2026-11-27T09:00:00.000Z`. */
  readonly at: string;
  readonly org: OrgId;
  /** The acting user, as the application named it; absent for calls made without one. */
  readonly by?: string;
  /** The kind of file: its `purpose`. */
  readonly kind: string;
  /** Where the file belongs, in the ids of its kind, without `fileName`. */
  readonly place: Place;
  /** Which of the files there: HMAC-SHA-256 of its name, 43 characters of base64url. Absent without `journal.nameSecret`. */
  readonly file?: string;
  readonly verb: JournalVerb;
  readonly outcome: JournalOutcome;
  /** Why it was refused. */
  readonly code?: StorageErrorCode;
  /** What all records of one upload have in common: the `id` of its `upload-completed` event. */
  readonly upload?: string;
  /** Of the request that asked, as the application named it. */
  readonly requestId?: string;
  /** Of a read URL. */
  readonly grantId?: string;
  /** ISO 8601: until when a read URL works. */
  readonly expiresAt?: string;
}

/** `url` hands a read URL out, `read` the bytes, `list` the names of a folder, `stat` what is known of a file. */
export type JournalVerb = 'upload' | 'url' | 'read' | 'list' | 'stat' | 'delete' | 'restore' | 'purge';

/**
 * `begun`: an upload or a removal is about to happen, so that it is recorded whatever comes after. `done`: a file was stored
 * or removed, or is about to be given out. `refused`: nothing was, for the reason in `code`. `abandoned`: an upload was
 * given up or cut off.
 */
export type JournalOutcome = 'begun' | 'done' | 'refused' | 'abandoned';

/** Where records go, in the order in which they are given. */
export interface JournalSink {
  /** Resolves when all of them are kept for good, in one piece; throws where that is not certain. */
  append(records: readonly JournalRecord[]): Promise<unknown> | unknown;
  /** When the application ends. */
  close?(): Promise<unknown> | unknown;
}
