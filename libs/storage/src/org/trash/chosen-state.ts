import { StorageError } from '../../storage.error.js';
import type { StoredVersion } from '../../store/versions/version-list.js';

/** What a restore brings back. */
export function chosenOf(states: StoredVersion[], version: string | undefined): StoredVersion {
  if (version !== undefined) {
    return states.find(({ versionId, isMarker }) => versionId === version && !isMarker) ?? absent();
  }
  if (states[0] && !states[0].isMarker) throw isThere();
  return states.find(({ isMarker }) => !isMarker) ?? absent();
}

/** What a purge removes. */
export function goneOf(states: StoredVersion[], version: string | undefined): StoredVersion[] {
  if (version === undefined) {
    if (states.length === 0) return absent();
    if (states[0]?.isMarker) return states;
    throw new StorageError('conflict', 'The file is not in the trash: delete it first.');
  }
  const named = states.find(({ versionId }) => versionId === version) ?? absent();
  if (!named.isLatest) return [named];
  throw new StorageError('conflict', 'This is the current version: delete the file first.');
}

function absent(): never {
  throw new StorageError('not_found', 'There is no such file in the trash.');
}

export const isThere = () => new StorageError('already_exists', 'The file is there: it is not in the trash.');
