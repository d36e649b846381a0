import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError, type StorageErrorCode } from '../storage.error.js';
import type { ObjectInfo } from './object-info.js';
import type { ObjectStore } from './object-store.js';

/** Metadata that names one write, so that it is known again. */
export const writeId = 'write-id';

const maybeStored = new Set<StorageErrorCode>(['already_exists', 'not_found', 'store_unavailable']);

/** An answer can be lost, and the try after it then meets what the lost one has stored: that is a success. */
export async function storedAllTheSame(
  store: Pick<ObjectStore, 'head'>,
  org: OrgId,
  key: ObjectKey,
  id: string,
  failure: unknown,
): Promise<ObjectInfo> {
  if (failure instanceof StorageError && maybeStored.has(failure.code)) {
    const info = await store.head(org, key).catch(() => undefined);
    if (info?.metadata?.[writeId] === id) return info;
  }
  throw failure;
}

/** Saves the bytes of a write that cannot succeed, and stands in for stores without conditional writes. */
export async function requireAbsent(
  store: Pick<ObjectStore, 'head'>,
  org: OrgId,
  key: ObjectKey,
  isAsked: boolean,
): Promise<void> {
  if (!isAsked) return;
  const present = await store.head(org, key).catch((error: StorageError) => {
    if (error.code === 'not_found') return undefined;
    throw error;
  });
  if (present) throw new StorageError('already_exists', 'There is already a file with this name.');
}
