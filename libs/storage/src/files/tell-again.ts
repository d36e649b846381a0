import { belongsToOrg, type KeyPrefix } from '../keys/object-key.js';
import { eventIdOf } from '../s3/file-metadata.js';
import type { ObjectStore } from '../s3/object-store.js';
import { mostListed } from '../storage.policy.js';
import type { StorageEvents } from './events.js';
import type { FileSubject } from './gate.js';

/** Tells of each file in a folder that was stored since then, by the id that it was told by. Who uploaded it is not known any more. */
export async function tellAgain(
  store: ObjectStore,
  events: StorageEvents,
  { org, purpose, place }: FileSubject,
  prefix: KeyPrefix,
  since: Date,
): Promise<number> {
  let told = 0;
  let cursor: string | undefined;
  do {
    const page = await store.list(org, prefix, { limit: mostListed, ...(cursor && { cursor }) });
    for (const { key, lastModified } of page.objects) {
      // The store tells time in whole seconds.
      if (!belongsToOrg(key, org) || !lastModified || lastModified.getTime() + 1000 <= since.getTime()) continue;
      const info = await store.find(org, key);
      const id = info && eventIdOf(info);
      if (!info || id === undefined) continue;
      const subject = { org, purpose, place: { ...place, fileName: key.slice(prefix.length) } };
      const { contentType = '', size } = info;
      events.emit({ kind: 'upload-completed', id, ...subject, contentType, size });
      told += 1;
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return told;
}
