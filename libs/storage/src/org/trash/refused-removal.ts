import type { OrgId } from '../../keys/org-id.js';
import { onHold, StorageError } from '../../storage.error.js';
import type { RefusedVersion, VersionStore } from '../../store/versions/version-store.js';

/** @throws {StorageError} for what was not removed, with the reason that the store gives when it is asked for one */
export async function requireRemoved(
  versions: VersionStore,
  org: OrgId,
  [refused]: readonly RefusedVersion[],
): Promise<void> {
  if (!refused) return;
  const { legalHold, retention } = await versions.locks(org, refused);
  if (legalHold) throw onHold();
  if (retention) {
    throw new StorageError('not_allowed', `The file must be kept until ${retention.until.toISOString()}.`);
  }
  throw new StorageError('store_refused', `The store did not remove a version (${refused.code}).`);
}
