import type { KeyPrefix } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { mostListed } from '../storage.policy.js';
import type { ObjectPage } from './object-requests.js';
import type { ObjectStore } from './object-store.js';

/** Every object of a folder in key order, in memory of one page; the next one is asked for when this one is done with. */
export async function* objectsIn(
  store: Pick<ObjectStore, 'list'>,
  org: OrgId,
  folder: KeyPrefix,
): AsyncGenerator<ObjectPage['objects'][number], void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await store.list(org, folder, { limit: mostListed, ...(cursor !== undefined && { cursor }) });
    yield* page.objects;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
