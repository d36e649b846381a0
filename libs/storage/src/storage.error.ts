/** Every code a `StorageError` can carry. Codes are stable: clients and dashboards may rely on them. */
export const storageErrorCodes = [
  /** No organisation, or one that is not a tenant id. */
  'invalid_org',
  /** A key or prefix that the key policy does not allow. */
  'invalid_key',
  /** An id of a place that is not one clean segment of a key. */
  'invalid_place',
  /** A file name that cannot be stored safely. */
  'invalid_file_name',
  /** Other bad input: a range, a cursor, a size, a hash. */
  'invalid_request',
  /** The declared type or the extension is not accepted here. */
  'type_not_accepted',
  /** The bytes are not what was declared. */
  'content_mismatch',
  'file_too_large',
  'file_empty',
  /** More or fewer bytes than were declared. */
  'size_mismatch',
  'hash_mismatch',
  /** The name is taken, and replacing was not asked for. */
  'already_exists',
  /** The object changed meanwhile, or another request holds it. */
  'conflict',
  /** Absent, or of another organisation: the two are never told apart. */
  'not_found',
  /** An upload token that is altered, expired, or meant for somebody or something else. */
  'invalid_token',
  'range_not_satisfiable',
  /** The caller's copy is current (`If-None-Match`). */
  'not_modified',
  /** The caller's condition (`If-Match`, `If-None-Match`) does not hold. */
  'precondition_failed',
  /** The client went away. */
  'cancelled',
  /** The store said no: credentials, their policy or the bucket policy. */
  'store_refused',
  /** The store did not answer, or failed. Worth another try. */
  'store_unavailable',
  /** An option, the bucket or a line of the application is wrong. */
  'misconfigured',
  /** This store lacks what the call needs. */
  'not_supported',
  /** The scanner found malware in the file. */
  'malware_found',
  /** The scanner gave no certain answer: nothing was stored and nothing is lost. Worth another try. */
  'scan_unavailable',
  /** The scanner has not answered yet. The same call is worth another try, after `retryAfterSeconds`. */
  'scan_pending',
  /** The file is on hold: nothing changes or removes it. */
  'on_hold',
  /** The organisation, or this place in it, is being erased: nothing is written there any more. */
  'org_frozen',
  /** A gate of the application says no. */
  'not_allowed',
  /** A gate of the application could not say yes: nothing was stored or given out. Worth another try. */
  'check_unavailable',
  /** The organisation, or this kind of its files, has no room left. Nothing was stored. */
  'quota_exceeded',
  /** This user or organisation has as much under way as it may. Worth another try, after `retryAfterSeconds`. */
  'too_many_requests',
] as const;

export type StorageErrorCode = (typeof storageErrorCodes)[number];

const secondsToWait: Partial<Record<StorageErrorCode, number>> = {
  store_unavailable: 2,
  too_many_requests: 5,
  scan_unavailable: 5,
  scan_pending: 5,
  check_unavailable: 5,
};

/** The one error this module throws. `message` is safe to show to the caller; `cause` holds the original and is for logs. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** The file's ETag, where `not_modified` was answered with it. */
  readonly etag?: string;
  /** Bytes of the file, where `range_not_satisfiable` was answered with it. */
  readonly size?: number;
  /** The name of what a scanner found, where `malware_found` was answered. */
  readonly signature?: string;
  /** Seconds after which the same call is worth another try; set where one is. */
  readonly retryAfterSeconds?: number;

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number; etag?: string; size?: number; signature?: string } = {},
  ) {
    super(message, options);
    if (options.etag !== undefined) this.etag = options.etag;
    if (options.size !== undefined) this.size = options.size;
    if (options.signature !== undefined) this.signature = options.signature;
    const retryAfterSeconds = options.retryAfterSeconds ?? secondsToWait[code];
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What several places say, in one wording. */
export const nameTaken = (cause?: unknown): StorageError =>
  new StorageError('already_exists', 'There is already a file with this name.', { cause });
export const notInThatState = (cause?: unknown): StorageError =>
  new StorageError('precondition_failed', 'The file is not in the state that the request asked for.', { cause });
export const transferCancelled = (cause?: unknown): StorageError =>
  new StorageError('cancelled', 'The transfer was cancelled.', { cause });
export const noSuchFile = (cause?: unknown): StorageError =>
  new StorageError('not_found', 'There is no such file.', { cause });
export const noSuchCursor = (cause?: unknown): StorageError =>
  new StorageError('invalid_request', 'The cursor is not one that a list gave.', { cause });
export const largerThan = (maxBytes: number): StorageError =>
  new StorageError('file_too_large', `The file is larger than ${maxBytes} bytes.`);
export const onHold = (): StorageError =>
  new StorageError('on_hold', 'The file is on hold: it can be neither changed nor removed.');
export const beingErased = (): StorageError =>
  new StorageError('org_frozen', 'Files are being erased here: nothing is written any more.');
