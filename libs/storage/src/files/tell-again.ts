import { belongsToOrg, type KeyPrefix } from '../keys/object-key.js';
import { eventIdOf } from '../store/file-metadata.js';
import type { ObjectStore } from '../store/object-store.js';
import { objectsIn } from '../store/objects-in.js';
import type { StorageEvents } from './events.js';
import type { FileSubject } from './gates/gate.js';
import { scannedByOf } from './reads/scanned-by.js';

/** Tells of each file in a folder that was stored since then, by the id that it was told by. Who uploaded it is not known any more. */
export async function tellAgain(
  store: ObjectStore,
  events: StorageEvents,
  { org, purpose, place }: FileSubject,
  prefix: KeyPrefix,
  since: Date,
): Promise<number> {
  let told = 0;
  for await (const { key, lastModified } of objectsIn(store, org, prefix)) {
    // The store tells time in whole seconds.
    if (!belongsToOrg(key, org) || !lastModified || lastModified.getTime() + 1000 <= since.getTime()) continue;
    const info = await store.find(org, key);
    const id = info && eventIdOf(info);
    if (!info || id === undefined) continue;
    const subject = { org, purpose, place: { ...place, fileName: key.slice(prefix.length) } };
    const { contentType = '', size } = info;
    const scannedBy = scannedByOf(info);
    events.emit({ kind: 'upload-completed', id, ...subject, contentType, size, ...(scannedBy && { scannedBy }) });
    told += 1;
  }
  return told;
}
