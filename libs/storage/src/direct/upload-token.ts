import { createHash } from 'node:crypto';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { Place } from '../keys/place.js';

/** What was declared and settled when an upload began. */
export interface UploadTerms {
  uploadId: string;
  org: OrgId;
  by: string;
  purpose: string;
  place: Place;
  /** The final key without its organisation. */
  path: string;
  fileName: string;
  nameInKey: string;
  contentType: string;
  size: number;
  /** Hexadecimal. */
  sha256?: string;
  replaces: boolean;
  /** ETag of the file that stood at the final key, where one did and is replaced. */
  replacing?: string;
  multipart: boolean;
  /** The trace that the upload began in, where there is one. */
  trace?: string;
}

/** The terms as a token gives them back. */
export interface Opened extends UploadTerms {
  /** Milliseconds since 1970. */
  begunAt: number;
}

/**
 * An upload may be completed as long as its bytes are kept: `incoming/` expires after a day. The marker of its end is
 * written later than its token and kept as long, so it outlives it.
 */
export const tokenSeconds = 24 * 3600;
const audience = 'nest-tenant-storage:upload';

/** Loaded with the first token: a start should not wait for it. */
const jose = () => import('jose');

/**
 * Upload tokens: encrypted and authenticated (JWE, RFC 7516, `dir` with A256GCM), so that a client can neither change nor
 * read what was declared. The first secret seals, every one opens: put a new one first, drop the old one a day later.
 */
export class UploadTokens {
  readonly #keys: readonly Uint8Array[];

  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map((secret) => createHash('sha256').update(`${audience}\n${secret}`).digest());
  }

  async seal(terms: UploadTerms): Promise<string> {
    const [key] = this.#keys;
    if (key === undefined) {
      throw new StorageError(
        'misconfigured',
        'Direct uploads need the option tokenSecrets: [one secret of 32 bytes or more] (try: openssl rand -base64 48).',
      );
    }
    const { EncryptJWT } = await jose();
    return new EncryptJWT({ promised: terms })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${tokenSeconds}s`)
      .encrypt(key);
  }

  /** Throws `invalid_token` for anything this application did not seal within the last day. */
  async open(token: unknown): Promise<Opened> {
    if (typeof token === 'string' && token.length < 16_384) {
      const { jwtDecrypt } = await jose();
      for (const key of this.#keys) {
        const opened = await jwtDecrypt<{ promised: UploadTerms }>(token, key, {
          audience,
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          requiredClaims: ['exp', 'iat'],
        }).catch(() => undefined);
        if (opened) return { ...opened.payload.promised, begunAt: (opened.payload.iat ?? 0) * 1000 };
      }
    }
    throw new StorageError('invalid_token', 'The upload token is invalid or has expired. Begin the upload again.');
  }
}
