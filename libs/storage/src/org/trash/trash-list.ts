import { locate, locateFolder, type FileKind, type PlaceOf } from '../../files/file-kind.js';
import { belongsToFolder, type KeyPrefix, type ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Place } from '../../keys/place.js';
import { noSuchCursor } from '../../storage.error.js';
import { requireLimit } from '../../store/bounds.js';
import type { StoredVersion } from '../../store/versions/version-list.js';
import type { VersionStore } from '../../store/versions/version-store.js';
import { statesIn, statesOf, type KeyStates } from './key-states.js';

export interface FileVersion {
  /** Opaque; names this state to `restore` and `purge`. */
  version: string;
  /** Bytes. */
  size: number;
  /** Quoted, as in HTTP. */
  etag: string;
  storedAt?: Date;
  /** It is what everybody reads. */
  isCurrent: boolean;
}

/** A file that was deleted. */
export interface TrashedFile {
  /** As it stands in the key: `restore` takes it as `fileName` of the place, where the kind has one. */
  fileName: string;
  deletedAt?: Date;
  /** The latest first; the first one is what `restore` brings back. */
  versions: FileVersion[];
}

export interface TrashPage {
  items: TrashedFile[];
  /** Opaque; gives the next page to the next call. */
  nextCursor?: string;
}

interface Asked {
  limit?: number;
  cursor?: string;
}

/** Where trash is looked for, and how. */
export interface TrashPlace {
  place: Place;
  list(versions: VersionStore, org: OrgId, asked: Asked): Promise<TrashPage>;
}

const mostListed = 200;
/** Of a folder where little was deleted, one page looks at so many files. */
const mostLookedAt = 5_000;

/** The trash of a folder. */
export function trashIn<Id extends string>(kind: FileKind<Id>, org: OrgId, given: PlaceOf<string>): TrashPlace {
  const { prefix, place } = locateFolder(kind, org, given);
  return { place, list: (versions, org, asked) => listFolder(versions, org, prefix, asked) };
}

/** The trash of one file. */
export function trashOf<Id extends string>(kind: FileKind<Id>, org: OrgId, given: PlaceOf<string>): TrashPlace {
  const { key, place, nameInKey } = locate(kind, org, given);
  const list: TrashPlace['list'] = async (versions, org) => {
    const trashed = trashedFile({ key, states: await statesOf(versions, org, key) }, nameInKey);
    return { items: trashed ? [trashed] : [] };
  };
  return { place, list };
}

async function listFolder(
  versions: VersionStore,
  org: OrgId,
  prefix: KeyPrefix,
  { limit = mostListed, cursor }: Asked,
): Promise<TrashPage> {
  requireLimit(limit, mostListed);
  const items: TrashedFile[] = [];
  let lookedAt = 0;
  const belongs = belongsToFolder(org, prefix);
  for await (const found of statesIn(versions, org, prefix, cursor && keyIn(cursor, prefix, belongs))) {
    const trashed = belongs(found.key) ? trashedFile(found, found.key.slice(prefix.length)) : undefined;
    if (trashed) items.push(trashed);
    if (items.length >= limit || ++lookedAt >= mostLookedAt) {
      return { items, nextCursor: Buffer.from(found.key.slice(prefix.length)).toString('base64url') };
    }
  }
  return { items };
}

/** A page ends behind one file of the folder, whose name is the cursor. */
function keyIn(cursor: string, prefix: KeyPrefix, belongs: (key: string) => key is ObjectKey): string {
  const key = prefix + Buffer.from(cursor, 'base64url').toString('utf8');
  if (belongs(key)) return key;
  throw noSuchCursor();
}

/** Undefined for a file that is there, and where the mark of the deletion is all that is left. */
function trashedFile({ states }: KeyStates, fileName: string): TrashedFile | undefined {
  const [latest] = states;
  const versions = states.filter(({ isMarker }) => !isMarker).map(fileVersion);
  if (!latest?.isMarker || versions.length === 0) return undefined;
  return { fileName, ...(latest.at && { deletedAt: latest.at }), versions };
}

export const fileVersion = ({ versionId, size, etag, at, isLatest }: StoredVersion): FileVersion => ({
  version: versionId,
  size,
  etag,
  ...(at && { storedAt: at }),
  isCurrent: isLatest,
});
