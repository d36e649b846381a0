import type { ObjectInfo } from '../s3/object-info.js';
import { StorageError } from '../storage.error.js';
import { fromMetadata } from './stored-file.js';
import type { Promised } from './upload-token.js';

/** After these an upload is over, and what was sent is removed. */
export const refusals = new Set(['size_mismatch', 'content_mismatch', 'hash_mismatch', 'already_exists', 'conflict']);

export const noUpload = () => new StorageError('not_found', 'There is no such upload.');

/** The final object names the upload it came from. */
export const isFrom = ({ uploadId }: Promised, info: ObjectInfo | undefined): info is ObjectInfo =>
  info !== undefined && fromMetadata(info.metadata).uploadId === uploadId;

/** What a failed promotion means to the client. */
export function meaningOf(error: unknown, isTaken: boolean): unknown {
  const code = error instanceof StorageError ? error.code : undefined;
  if (code === 'not_found') return noUpload();
  if (code !== 'precondition_failed' && code !== 'already_exists') return error;
  return isTaken
    ? new StorageError('already_exists', 'There is already a file with this name.')
    : new StorageError('conflict', 'The bytes changed while they were verified. Begin the upload again.');
}
