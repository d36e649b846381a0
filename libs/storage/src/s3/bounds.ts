import type { KeyPrefix, ObjectKey } from '../keys/object-key.js';
import { StorageError } from '../storage.error.js';
import type { Lifetime } from './presigner.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const mostListed = 1_000;

const isWhole = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;

export const isArchive = (key: ObjectKey | KeyPrefix): boolean => key.startsWith('audit-archive/');

/** The archive is written once, by a `put` that asks for absence. */
export function requireChangeable(key: ObjectKey): void {
  if (isArchive(key)) throw new StorageError('not_supported', 'The audit archive is written once and never changed.');
}

export function requireLife({ expiresIn }: Lifetime, most: number): void {
  if (isWhole(expiresIn, 1, most)) return;
  throw new StorageError('invalid_request', `A URL of this kind lives from 1 to ${most} whole seconds.`);
}

export function requireLimit(limit: number): void {
  if (isWhole(limit, 1, mostListed)) return;
  throw new StorageError('invalid_request', `limit must be a whole number from 1 to ${mostListed}.`);
}
