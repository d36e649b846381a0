import type { ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { writeId } from '../../store/absence.js';
import type { ObjectInfo } from '../../store/object-info.js';
import { sha256At } from '../sha256-at.js';
import type { MoveSide } from './move-sides.js';

/** What is not the same on both sides, or has a key that this module does not make. */
export interface MoveDifference {
  key: string;
  what: 'missing' | 'differs' | 'only there' | 'cannot be moved';
}

/** Whether both sides have the same bytes, type and metadata, by their hashes. */
export async function isSame(
  from: MoveSide,
  to: MoveSide,
  org: OrgId,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const [here, there] = [await from.store.find(org, key), await to.store.find(org, key)];
  if (!here || !there) return here === there;
  if (!isDescribedAlike(here, there)) return false;
  return (await sha256At(from.store, org, key, here, signal)) === (await sha256At(to.store, org, key, there, signal));
}

/** Whether what is there came of the same write, as far as both say without their bytes. */
export const isOfOneWrite = (here: ObjectInfo, there: ObjectInfo): boolean =>
  here.metadata?.[writeId] !== undefined && isDescribedAlike(here, there);

function isDescribedAlike(here: ObjectInfo, there: ObjectInfo): boolean {
  const [metadata, other] = [Object.entries(here.metadata ?? {}), there.metadata ?? {}];
  // What this module did not write has got a write-id where it was not copied by the store itself.
  const more = other[writeId] !== undefined && here.metadata?.[writeId] === undefined ? 1 : 0;
  return (
    here.size === there.size &&
    here.contentType === there.contentType &&
    metadata.length + more === Object.keys(other).length &&
    metadata.every(([name, value]) => other[name] === value)
  );
}
