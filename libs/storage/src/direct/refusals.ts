import { isArchived } from '../store/client/s3-error.js';
import { nameTaken, StorageError } from '../storage.error.js';

/** The client's faults: after these an upload is over, and what was sent is removed. After any other it can be completed again. */
const refusals = new Set([
  'size_mismatch',
  'content_mismatch',
  'hash_mismatch',
  'already_exists',
  'conflict',
  'malware_found',
  'not_allowed',
]);

export const isRefusal = (error: unknown): error is StorageError =>
  error instanceof StorageError && refusals.has(error.code);

export const noUpload = () => new StorageError('not_found', 'There is no such upload.');

export const isNotFound = (error: unknown) => error instanceof StorageError && error.code === 'not_found';

/** For another try, which finds how it ended. */
export const overMeanwhile = (cause?: unknown) =>
  new StorageError('store_unavailable', 'The upload changed meanwhile. Try again.', { cause });

export const changed = () =>
  new StorageError('conflict', 'The bytes changed while they were verified. Begin the upload again.');

/** What a failed promotion means to the client. */
export function meaningOf(error: unknown, isTaken: boolean): unknown {
  const code = error instanceof StorageError ? error.code : undefined;
  if (code === 'not_found') return noUpload();
  if (isArchived(error)) {
    const message = 'A rule of the bucket archives what was just sent: take incoming/ out of it.';
    return new StorageError('misconfigured', message, { cause: error });
  }
  if (code !== 'precondition_failed' && code !== 'already_exists') return error;
  return isTaken ? nameTaken() : changed();
}
