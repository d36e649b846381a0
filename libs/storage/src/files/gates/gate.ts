import type { OrgId } from '../../keys/org-id.js';
import type { StorageErrorCode } from '../../storage.error.js';
import type { Examined, Inspection, SentObject } from '../../direct/inspection.js';
import type { ObjectKey } from '../../keys/object-key.js';
import type { Place } from '../../keys/place.js';

/** Who does something with a file, or is about to. Nothing secret is in it: no URL, no token. */
export interface FileSubject {
  readonly org: OrgId;
  /** The kind of file. */
  readonly purpose: string;
  readonly place: Place;
  /** The acting user, as the application named it; absent for calls made without one. */
  readonly by?: string;
  /** Of the request that asks, where the application named it. */
  readonly requestId?: string;
}

/** An upload from the moment it is asked for. */
export interface UploadSubject extends FileSubject {
  /** Of this upload and no other: the same in every process. */
  readonly id: string;
  /** The `id` of the event that tells of its file. */
  readonly eventId: string;
  /** Where the file will lie. */
  readonly key: ObjectKey;
  /** The name that its person gave it, for showing. */
  readonly fileName: string;
  readonly contentType: string;
  /** Bytes, exactly; absent where a sender through the application did not say. */
  readonly size?: number;
  /** No more bytes than this will be taken. */
  readonly maxBytes: number;
  /** Whether a file that is there is replaced by this one. */
  readonly replaces: boolean;
  /** Straight to the store, by a ticket. */
  readonly direct: boolean;
}

export type { Examined, Inspection, SentObject };

export interface AccessSubject extends FileSubject {
  /** `url` hands a read URL out, `read` the bytes, `list` the names of a folder, `stat` what is known of a file. */
  readonly verb: 'read' | 'url' | 'list' | 'stat';
}

/** A file that is about to be removed, or to be what it was before. */
export interface RemovalSubject extends FileSubject {
  /** Where the file lies. */
  readonly key: ObjectKey;
}

/** A file whose bytes or whose URL goes out. */
export interface GivenFile {
  readonly place: Place;
  /** Of a URL. */
  readonly expiresAt?: Date;
  /** Of a URL: by which the store's access log names it. */
  readonly grant?: string;
}

/** What was refused: an upload, or any access. */
export interface RefusedSubject extends FileSubject {
  readonly verb: AccessSubject['verb'] | 'upload' | 'delete' | 'restore' | 'purge';
  readonly code: StorageErrorCode;
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
  /** When the application starts, before it takes requests: what is thrown ends the start. */
  start?(): unknown;
  /** Before a byte is taken or a ticket given. */
  admit?(upload: UploadSubject): unknown;
  /** Once for each upload that was admitted: shows its bytes. Undefined where this gate need not see them. */
  inspect?(upload: UploadSubject): Promise<Inspection | undefined> | Inspection | undefined;
  /**
   * For a look from outside at what lies in the bucket: asked before anything of it is read, and names the version that was
   * found good; `scan_pending` where that is not known yet. Where a gate has it, an upload through the application is
   * written to `incoming/` first.
   */
  examine?(upload: UploadSubject, sent: SentObject): Promise<Examined>;
  /**
   * Once all gates have found the bytes good, and right before they are put in place: for what may have changed while others
   * looked. Where a stream goes to `incoming/` first, before that and again before the copy.
   */
  beforeWrite?(upload: UploadSubject): unknown;
  /** Before a further step of an upload that was admitted is signed, and before one is given up. */
  beforeStep?(upload: UploadSubject): unknown;
  /** Before bytes, a URL, names or facts are given out. */
  beforeAccess?(access: AccessSubject): unknown;
  /**
   * Once what was asked for is at hand, and before it leaves: `files` are those whose bytes or URLs go out, none for `list`
   * without URLs and for `stat`.
   */
  beforeHandover?(access: AccessSubject, files: readonly GivenFile[]): unknown;
  /** Before a file is removed, and before what is left of it in the trash is removed for good. */
  beforeRemoval?(file: RemovalSubject): unknown;
  /** After a file was removed: the same object that `beforeRemoval` was asked with. What is thrown is logged. */
  removed?(file: RemovalSubject): unknown;
  /** Before an earlier state of a file becomes current again. */
  beforeRestore?(file: RemovalSubject): unknown;
  /**
   * The same once it is known what comes back, as an upload of that state would be: what will be there, its size, and whether
   * it takes the place of a file. Whoever has this is told by `ended` how it ended.
   */
  restoring?(file: UploadSubject): unknown;
  /**
   * After all that an organisation has in these folders (files, where they do not end in a slash) was erased, save the keys
   * in `left`; again where it is not certain that it was told. What is thrown ends the erasure before its certificate.
   */
  erased?(org: OrgId, folders: readonly string[], left: readonly string[]): unknown;
  /** After something was refused that no `ended` tells of, by whatever check. What is thrown is logged. */
  refused?(subject: RefusedSubject): unknown;
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
