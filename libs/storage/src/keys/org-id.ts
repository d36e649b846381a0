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
 * Holds a caller without types to what `OrgId` promises: an id that somebody has proved already.
 *
 * @throws {StorageError} `invalid_org`
 */
export function requireOrg(org: unknown): asserts org is OrgId {
  if (isCanonicalOrgId(org)) return;
  throw new StorageError(
    'invalid_org',
    `An organisation is what parseOrgId or @CurrentOrg() gives, and this is ${described(org)}: ${whatAnOrgIs}.`,
  );
}

const whatAnOrgIs = 'it must be a whole number from 1 to 9223372036854775807, as text without leading zeros';

/** What somebody gave in place of an id, without its value: it may be another tenant's, or a secret. */
function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'number') return 'a number';
  if (typeof value !== 'string') return `of the type ${Array.isArray(value) ? 'array' : typeof value}`;
  if (value.trim() === '') return 'empty text';
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)) return 'a UUID';
  return /^\d+$/.test(value) ? 'a number in another form, or too large' : 'other text';
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
    const found = typeof value === 'number' ? 'a number that is none, or too large for JSON' : described(value);
    throw new StorageError('invalid_org', `This is no id of an organisation, but ${found}: ${whatAnOrgIs}.`);
  }
  return text as OrgId;
}
