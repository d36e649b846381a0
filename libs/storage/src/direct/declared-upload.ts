import { largerThan, StorageError } from '../storage.error.js';
import { inHex } from '../store/writing/part-checksum.js';

/** What a client says of the bytes it is about to send straight to the store. */
export interface DeclaredUpload {
  /** Exact, in bytes. */
  size: number;
  /** SHA-256 of the bytes, hexadecimal or base64. */
  sha256?: string | undefined;
  /** How the client wants to send; default: the option `uploadMethod`. */
  method?: 'POST' | 'PUT' | undefined;
  /** In parts, each signed when its turn comes, so that an interrupted upload goes on where it stopped. */
  multipart?: boolean | undefined;
}

interface TicketBase {
  /** Completes, signs steps of, or abandons this upload; for its user only. */
  token: string;
  /** When the request stops working; for parts, until when steps are signed, each for five minutes. */
  expiresAt: Date;
}

/** A request to follow as it is: every part of it is signed. */
export type UploadTicket = TicketBase &
  (
    | { method: 'PUT'; url: string; headers: Record<string, string> }
    /** A form: `fields` first, the bytes last, as `file`. */
    | { method: 'POST'; url: string; fields: Record<string, string> }
    /** `partSize` bytes a part, the last one shorter. */
    | { method: 'MULTIPART'; partSize: number; partCount: number }
  );

/** Characters of a user's id as a header carries it. */
const longestUser = 1024;

/**
 * Refuses a user's id that no header, token or log can carry: `by` is often what a token says.
 *
 * @throws {StorageError} `invalid_request`
 */
export function requireUser(by: unknown): void {
  if (by === undefined) return;
  const fits = typeof by === 'string' && by.isWellFormed() && encodeURIComponent(by).length <= longestUser;
  if (!fits) throw new StorageError('invalid_request', `by must be well-formed text of at most ${longestUser} bytes.`);
}

/**
 * What was declared, checked; `sha256` in hexadecimal. It often is the body of a request, so nothing is taken for granted.
 *
 * @throws {StorageError} `invalid_request`, `file_too_large`
 */
export function admitted(declared: DeclaredUpload, maxBytes: number): { size: number; sha256?: string } {
  if (typeof declared !== 'object' || declared === null) {
    throw new StorageError('invalid_request', 'An upload has to declare its bytes: { size }, in bytes.');
  }
  const { size, sha256, method, multipart } = declared;
  if (!Number.isInteger(size) || size < 1) {
    throw new StorageError('invalid_request', 'size must be the exact number of bytes, 1 or more.');
  }
  if (size > maxBytes) throw largerThan(maxBytes);
  if (!['POST', 'PUT'].includes(method ?? 'PUT')) {
    throw new StorageError('invalid_request', 'method must be POST or PUT.');
  }
  if (typeof (multipart ?? false) !== 'boolean') {
    throw new StorageError('invalid_request', 'multipart must be true or false.');
  }
  if (sha256 === undefined) return { size };
  if (typeof sha256 !== 'string') throw new StorageError('invalid_request', 'sha256 must be text.');
  if (/^[0-9a-f]{64}$/i.test(sha256)) return { size, sha256: sha256.toLowerCase() };
  if (/^[A-Za-z0-9+/]{43}=$/.test(sha256)) return { size, sha256: inHex(sha256) };
  throw new StorageError('invalid_request', 'sha256 must be 64 hexadecimal digits, or base64.');
}
