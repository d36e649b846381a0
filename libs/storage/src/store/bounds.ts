import { areaOf } from '../keys/areas.js';
import type { ObjectKey } from '../keys/object-key.js';
import { StorageError } from '../storage.error.js';
import { mostListed } from '../storage.policy.js';
import type { Lifetime } from './signing/presigner.js';

const isWhole = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;

/** What is written once is written by a `put` that asks for absence. */
export function requireChangeable(key: ObjectKey): void {
  if (areaOf(key).writtenOnce)
    throw new StorageError('not_supported', 'The audit archive is written once and never changed.');
}

export function requireLife({ expiresIn }: Lifetime, most: number): void {
  if (isWhole(expiresIn, 1, most)) return;
  throw new StorageError('invalid_request', `A URL of this kind lives from 1 to ${most} whole seconds.`);
}

export function requireLimit(limit: number, most = mostListed): void {
  if (isWhole(limit, 1, most)) return;
  throw new StorageError('invalid_request', `limit must be a whole number from 1 to ${most}.`);
}
