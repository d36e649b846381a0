import type { OrgId } from '../keys/org-id.js';
import type { StorageErrorCode } from '../storage.error.js';
import type { Inspection } from '../direct/inspection.js';
import type { ObjectKey } from '../keys/object-key.js';
import type { Place } from '../keys/place.js';

/** Who does something with a file, or is about to. Nothing secret is in it: no URL, no token. */
export interface FileSubject {
  readonly org: OrgId;
  /** The kind of file. */
  readonly purpose: string;
  readonly place: Place;
  /** The acting user, as the application named it; absent for calls made without one. */
  readonly by?: string;
}

/** An upload from the moment it is asked for. */
export interface UploadSubject extends FileSubject {
  /** Of this upload and no other: the same in every process. */
  readonly id: string;
  /** The `id` of the event that tells of its file. */
  readonly eventId: string;
  /** Where the file will lie. */
  readonly key: ObjectKey;
  readonly contentType: string;
  /** Bytes, exactly; absent where a sender through the application did not say. */
  readonly size?: number;
  /** No more bytes than this will be taken. */
  readonly maxBytes: number;
  /** Straight to the store, by a ticket. */
  readonly direct: boolean;
}

export type { Inspection };

export interface AccessSubject extends FileSubject {
  /** `url` hands a read URL out, `read` the bytes, `list` the names of a folder, `stat` what is known of a file. */
  readonly verb: 'read' | 'url' | 'list' | 'stat';
}

/** How an upload ended. */
export type UploadEnding =
  | { readonly outcome: 'stored'; readonly size: number; readonly etag: string; readonly sha256?: string }
  | { readonly outcome: 'refused'; readonly code: StorageErrorCode }
  /** Given up, expired, or cut off: nothing was stored. */
  | { readonly outcome: 'abandoned' };

/**
 * Who has a say in the life of a file, at the one seam that all files pass: a scanner, a quota, a hold, a journal, or an
 * application's own rule. Gates are asked in their order. A `StorageError` refuses as it says; anything else that is thrown
 * refuses with `check_unavailable` (503) and is logged: a gate that fails lets nothing pass.
 *
 *     const weekdays: FileGate = {
 *       name: 'weekdays',
 *       admit() {
 *         if (new Date().getDay() === 0) throw new StorageError('not_allowed', 'No uploads on Sundays.');
 *       },
 *     };
 */
export interface FileGate {
  /** In logs. */
  readonly name: string;
  /** Before a byte is taken or a ticket given. */
  admit?(upload: UploadSubject): unknown;
  /** Once for each upload that was admitted: shows its bytes. Undefined where this gate need not see them. */
  inspect?(upload: UploadSubject): Promise<Inspection | undefined> | Inspection | undefined;
  /** Before bytes, a URL, names or facts are given out. */
  beforeAccess?(access: AccessSubject): unknown;
  /** Before a file is removed. */
  beforeRemoval?(file: FileSubject): unknown;
  /**
   * After an upload that was admitted has ended; once or more, also in another process than the one that admitted it. What
   * is thrown is logged, and told again where `unsettled` still names the upload.
   */
  ended?(upload: UploadSubject, ending: UploadEnding): unknown;
  /**
   * Uploads of an organisation that this gate admitted and was not told the end of, though they must be over: asked before
   * the organisation's next upload. Their end is read from the bucket and told by `ended`.
   */
  unsettled?(org: OrgId): Promise<readonly UploadSubject[]> | readonly UploadSubject[];
}
