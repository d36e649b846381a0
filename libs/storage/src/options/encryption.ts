import type { OrgId } from '../keys/org-id.js';

/** Server-side encryption as one write asks for it; `none` for stores without it, such as MinIO without a KMS. */
export type WriteEncryption = 'AES256' | 'none' | { kmsKeyId: string };

/**
 * The key of KMS that an organisation's files are encrypted with: on AWS its ARN (`arn:aws:kms:…:key/…`), for policies compare
 * nothing else. It is asked for each write, so it should answer from memory. Whatever is no key refuses the write.
 */
export type KmsKeyOf = (org: OrgId) => string | Promise<string>;

/** The same for every write; or each organisation's own key, whose deletion makes its files unreadable wherever they are. */
export type Encryption = WriteEncryption | { kmsKeyOf: KmsKeyOf };

/** Each organisation has a key of its own. */
export const hasKeys = (encryption: Encryption): encryption is { kmsKeyOf: KmsKeyOf } =>
  typeof encryption === 'object' && 'kmsKeyOf' in encryption;

export function* mistakesInEncryption(encryption: unknown): Generator<string> {
  if (encryption === undefined || encryption === 'AES256' || encryption === 'none') return;
  const { kmsKeyId, kmsKeyOf } = Object(encryption) as Record<string, unknown>;
  if (kmsKeyOf === undefined && typeof kmsKeyId === 'string' && kmsKeyId !== '') return;
  if (kmsKeyId === undefined && typeof kmsKeyOf === 'function') return;
  yield `encryption must be 'AES256', 'none', { kmsKeyId } or { kmsKeyOf: (org) => key }.`;
}
