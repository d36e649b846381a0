import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectStore } from '../store/object-store.js';
import { StorageError } from '../storage.error.js';
import { createUrlSeconds, openUploadsOfOne, writeUrlSeconds } from '../storage.policy.js';
import type { UploadStep } from './upload-requests.js';
import type { Opened } from './upload-token.js';

const isCreation = ({ method, uploadId }: UploadStep) => method === 'POST' && uploadId === undefined;

/** The two steps after which the bytes are there as one object. */
const isLast = ({ method, uploadId }: UploadStep) =>
  (method === 'POST' && uploadId !== undefined) || (method === 'PUT' && uploadId === undefined);

/** Seconds. What can be sent again and again, each time for another open upload, can be so for a short time only. */
export const lifeOf = (step: UploadStep): number => (isCreation(step) ? createUrlSeconds : writeUrlSeconds);

/** A ticket for a single request is for now. One for parts lasts as long as its token, so that a phone may lose its connection. */
export function requireInTime({ multipart, begunAt }: Opened): void {
  if (multipart || Date.now() < begunAt + writeUrlSeconds * 1000) return;
  throw new StorageError('invalid_token', 'The five minutes of this ticket are over. Begin the upload again.');
}

/** Throws `already_exists` where the step has been done, and `too_many_requests` where it was done too often. */
export async function requireSignable(
  store: ObjectStore,
  org: OrgId,
  incoming: ObjectKey,
  step: UploadStep,
): Promise<void> {
  if (isLast(step) && (await store.has(org, incoming))) {
    throw new StorageError('already_exists', 'The store has these bytes already. Complete the upload.');
  }
  if (isCreation(step) && (await store.hasIncomplete(org, incoming, openUploadsOfOne))) {
    throw new StorageError(
      'too_many_requests',
      'This upload was begun too often. Abandon it, or go on with one of them.',
    );
  }
}

/** As HTTP has it, quoted; a client that took it from a document may have lost the quotes. */
export function sentEtag(etag: unknown): string | undefined {
  if (etag === undefined) return undefined;
  const [, tag] = (typeof etag === 'string' && /^"?([!#-~]{1,256})"?$/.exec(etag)) || [];
  if (tag === undefined) throw new StorageError('invalid_request', 'etag must be the one that the store answered.');
  return `"${tag}"`;
}
