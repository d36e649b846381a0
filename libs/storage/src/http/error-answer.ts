import type { StorageError, StorageErrorCode } from '../storage.error.js';

/** Everything that a caller can mend is 4xx; the store's and the configuration's faults are 5xx. */
const statusOf: Record<StorageErrorCode, number> = {
  invalid_org: 403,
  invalid_key: 400,
  invalid_place: 400,
  invalid_file_name: 400,
  invalid_request: 400,
  type_not_accepted: 415,
  content_mismatch: 422,
  file_too_large: 413,
  file_empty: 400,
  size_mismatch: 422,
  hash_mismatch: 422,
  already_exists: 409,
  conflict: 409,
  not_found: 404,
  invalid_token: 400,
  range_not_satisfiable: 416,
  not_modified: 304,
  precondition_failed: 412,
  cancelled: 400,
  store_refused: 502,
  store_unavailable: 503,
  misconfigured: 500,
  not_supported: 501,
  malware_found: 422,
  scan_unavailable: 503,
  scan_pending: 409,
  on_hold: 423,
  org_frozen: 423,
  not_allowed: 403,
  check_unavailable: 503,
  too_many_requests: 429,
  quota_exceeded: 507,
};

/** 5xx all the same: what they say is for the caller. */
const spoken: ReadonlySet<StorageErrorCode> = new Set(['not_supported', 'quota_exceeded']);

const storeTrouble = 'The file store does not answer as it should. Try again later.';
const checkTrouble = 'A check that comes before this cannot be made now. Try again later.';
const troubles: Partial<Record<StorageErrorCode, string>> = {
  check_unavailable: checkTrouble,
  scan_unavailable: checkTrouble,
};

export interface ErrorAnswer {
  statusCode: number;
  code: StorageErrorCode;
  /** For people; says nothing of the store or the configuration. */
  message: string;
}

/** What a client is told of an error: what `StorageErrorFilter` answers, and one of several files in an answer of your own. */
export function answerOf({ code, message }: StorageError): ErrorAnswer {
  const statusCode = statusOf[code];
  return {
    statusCode,
    code,
    message: statusCode >= 500 && !spoken.has(code) ? (troubles[code] ?? storeTrouble) : message,
  };
}
