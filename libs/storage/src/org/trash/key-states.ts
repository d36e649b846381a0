import type { KeyPrefix, ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Behind, StoredVersion } from '../../store/versions/version-list.js';
import type { VersionStore } from '../../store/versions/version-store.js';

/** All that is kept of one object, the latest first: versions, and marks that it was deleted. */
export interface KeyStates {
  key: string;
  states: StoredVersion[];
}

/** An object of more states shows its latest ones. */
const mostStates = 1_000;

/** The objects of a folder with all their states, one after the other; behind `after`, if given. */
export async function* statesIn(
  versions: Pick<VersionStore, 'versions'>,
  org: OrgId,
  prefix: KeyPrefix,
  after?: string,
): AsyncGenerator<KeyStates, void, undefined> {
  let behind: Behind | undefined = after === undefined ? undefined : { key: after };
  let current: KeyStates | undefined;
  do {
    const page = await versions.versions(org, prefix, { ...(behind && { behind }) });
    for (const state of page.items) {
      if (current && current.key !== state.key) {
        yield current;
        current = undefined;
      }
      current ??= { key: state.key, states: [] };
      if (current.states.length < mostStates) current.states.push(state);
    }
    behind = page.next;
  } while (behind);
  if (current) yield current;
}

/** All that is kept of one object, one after the other. */
export async function* eachStateOf(
  versions: Pick<VersionStore, 'versions'>,
  org: OrgId,
  key: ObjectKey,
): AsyncGenerator<StoredVersion, void, undefined> {
  let behind: Behind | undefined;
  do {
    const page = await versions.versions(org, key, { ...(behind && { behind }) });
    for (const state of page.items) {
      // Its own name comes before all that begin with it.
      if (state.key !== key) return;
      yield state;
    }
    behind = page.next;
  } while (behind);
}

/** The latest of them; empty where nothing is kept. */
export async function statesOf(
  versions: Pick<VersionStore, 'versions'>,
  org: OrgId,
  key: ObjectKey,
): Promise<StoredVersion[]> {
  const states: StoredVersion[] = [];
  for await (const state of eachStateOf(versions, org, key)) {
    if (states.push(state) === mostStates) break;
  }
  return states;
}
