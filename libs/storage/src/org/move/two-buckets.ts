import { belongsToOrg, type KeyPrefix } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import { objectsIn } from '../../store/objects-in.js';
import type { MoveSide } from './move-sides.js';

interface Looking {
  org: OrgId;
  folders: readonly KeyPrefix[];
  signal: AbortSignal | undefined;
}

/**
 * One bucket under two names would be the same as itself, and then be erased as moved. Names prove nothing (hosts, proxies,
 * access points have many), so one file must: here it is the very same object before and after a look at the other side, and
 * there it is another object, or none. Nothing is written for this. A whole organisation without such a file is no move.
 *
 * @throws {StorageError} `misconfigured`
 */
export async function requireTwoBuckets(from: MoveSide, to: MoveSide, { org, folders, signal }: Looking) {
  let isSeen = false;
  for (const folder of folders) {
    for await (const { key } of objectsIn(from.store, org, folder)) {
      signal?.throwIfAborted();
      if (!belongsToOrg(key, org)) continue;
      isSeen = true;
      const [before, there, after] = [
        await from.versions.currentOne(org, key),
        await to.versions.currentOne(org, key),
        await from.versions.currentOne(org, key),
      ];
      // What changes meanwhile says nothing.
      if (before !== undefined && before === after && before !== there) return;
    }
  }
  if (!isSeen) return;
  throw new StorageError(
    'misconfigured',
    'Nothing tells the two buckets apart: no file has another version or time there, so most likely they are one bucket under two names. Nothing was copied; do not erase it.',
  );
}
