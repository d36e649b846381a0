import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { nameTaken, notInThatState, StorageError, type StorageErrorCode } from '../storage.error.js';
import type { Looks, ObjectInfo } from './object-info.js';

/** Metadata that names one write, so that it is known again. It says nothing else: whoever reads the object sees it. */
export const writeId = 'write-id';

const maybeStored = new Set<StorageErrorCode>([
  'already_exists',
  'not_found',
  'precondition_failed',
  'store_unavailable',
]);

/** An answer can be lost, and the try after it then meets what the lost one has stored: that is a success. */
export async function storedAllTheSame(
  store: Pick<Looks, 'head'>,
  org: OrgId,
  key: ObjectKey,
  id: string,
  failure: unknown,
): Promise<ObjectInfo> {
  if (!(failure instanceof StorageError) || !maybeStored.has(failure.code)) throw failure;
  const info = await store.head(org, key).catch(() => undefined);
  if (info?.metadata?.[writeId] === id) return info;
  if (failure.code !== 'not_found') throw failure;
  throw new StorageError('store_unavailable', 'The store has lost what was sent. Send it again.', { cause: failure });
}

/** Saves the bytes of a write that cannot succeed, and stands in for stores without conditional writes. */
export async function requireAbsent(store: Pick<Looks, 'find'>, org: OrgId, key: ObjectKey): Promise<void> {
  if (await store.find(org, key)) {
    throw nameTaken();
  }
}

/** The same for a write that is to replace one state of an object. */
export async function requireUnchanged(
  store: Pick<Looks, 'find'>,
  org: OrgId,
  key: ObjectKey,
  etag: string,
): Promise<void> {
  if ((await store.find(org, key))?.etag !== etag) {
    throw notInThatState();
  }
}
