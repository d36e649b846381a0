import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../store/object-info.js';
import type { ObjectStore } from '../store/object-store.js';
import { inHex } from '../store/writing/part-checksum.js';
import { sha256Of } from './hashed.js';

/**
 * Hexadecimal, of the bytes that an object has: as the store says where it knows, else by reading them, on condition of the
 * ETag where there is one.
 */
export async function sha256At(
  store: Pick<ObjectStore, 'readAtOnce'>,
  org: OrgId,
  key: ObjectKey,
  info: Partial<Pick<ObjectInfo, 'etag' | 'sha256'>>,
  signal?: AbortSignal,
): Promise<string> {
  if (info.sha256 !== undefined) return inHex(info.sha256);
  return sha256Of((await store.readAtOnce(org, key, { ifMatch: info.etag, signal })).body);
}
