import { createHash } from 'node:crypto';
import { layout } from '../../keys/layout.js';
import type { KeyPrefix, ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { ObjectStore } from '../../store/object-store.js';
import { objectsIn } from '../../store/objects-in.js';

/** What is closed: the whole organisation, or what lies under a folder or key of its own. */
export type Scope = KeyPrefix | ObjectKey | 'all';

export const scopeId = (scope: Scope): string => (scope === 'all' ? scope : sha256(scope));

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Whether something that covers this key is closed. Read from the bucket each time, where every process writes it. */
export async function isClosed(store: Pick<ObjectStore, 'list'>, org: OrgId, key: ObjectKey): Promise<boolean> {
  const folder = layout.closures(org);
  let covering: Set<string> | undefined;
  for await (const closed of objectsIn(store, org, folder)) {
    covering ??= scopesOver(key);
    if (covering.has(closed.key.slice(folder.length))) return true;
  }
  return false;
}

/** By their ids: everything, each folder that the key lies in, and the key itself. */
function scopesOver(key: ObjectKey): Set<string> {
  const folders = [...key.matchAll(/\//g)].map(({ index }) => key.slice(0, index + 1));
  return new Set(['all', ...folders.map(sha256), sha256(key)]);
}
