import { StorageError } from '../storage.error.js';

declare const brand: unique symbol;

/** A proven tenant: a decimal string from 1 to 2^63-1 in its one canonical form. Only {@link parseOrgId} makes one. */
export type OrgId = string & { readonly [brand]: 'OrgId' };

const maxOrgId = 2n ** 63n - 1n;

/** Whether a value is a canonical organisation id already, without converting anything. */
export function isCanonicalOrgId(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[1-9][0-9]{0,18}$/.test(value) && (value.length < 19 || BigInt(value) <= maxOrgId)
  );
}

/**
 * Proves a tenant. Takes a canonical decimal string, a safe integer or a bigint; whatever else a claim can hold
 * (`'01'`, `'1e1'`, `[1]`, `true`, a number that JSON has rounded) would be another tenant's id to some reader.
 *
 * @throws {StorageError} `invalid_org`
 */
export function parseOrgId(value: unknown): OrgId {
  const text = typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : value;
  if (!isCanonicalOrgId(text)) {
    throw new StorageError('invalid_org', 'The organisation id must be a whole number from 1 to 9223372036854775807.');
  }
  return text as OrgId;
}
