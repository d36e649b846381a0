import type { AreaName } from '../keys/areas.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { Behind } from '../store/versions/version-list.js';
import type { VersionStore } from '../store/versions/version-store.js';
import { foldersOf, type Folder } from './folders.js';

/**
 * What one thing is: what everybody reads, a state before it, the mark that it was deleted, or a multipart upload that was
 * never ended.
 */
export type FoundKind = 'current' | 'earlier' | 'marker' | 'upload';

export interface Found {
  area: AreaName;
  kind: FoundKind;
  key: string;
  /** Of the version, or of the upload. */
  id: string;
  /** Bytes; 0 for what has none. */
  size: number;
  etag: string;
  at?: Date;
}

export interface FoundPage {
  items: Found[];
  /** Where to go on behind this page; absent on the last. */
  cursor?: string;
}

export interface WalkOptions {
  /** What to walk through; default: everything that the organisation has, in every area. */
  folders?: readonly Folder[];
  /** Of the page after which an earlier walk ended. */
  cursor?: string;
  signal?: AbortSignal;
}

interface Position {
  folder: number;
  what: 'versions' | 'uploads';
  behind?: Behind;
}

/**
 * Everything that an organisation has in the bucket, in every area: what is current, what was before it, what was deleted, and
 * what was begun. In the order of the areas, of the keys' bytes, and of one key the latest first; open uploads follow the
 * versions of their area. A page of at most 1,000 is all that is held. A list goes on behind the last thing that it showed, so
 * whoever removes what a page shows asks for the next page first.
 */
export async function* walkPages(
  versions: Pick<VersionStore, 'versions' | 'openUploads'>,
  org: OrgId,
  { folders = foldersOf(org), cursor, signal }: WalkOptions = {},
): AsyncGenerator<FoundPage, void, undefined> {
  let at: Position | undefined = cursor === undefined ? { folder: 0, what: 'versions' } : positionOf(cursor);
  while (at) {
    signal?.throwIfAborted();
    const folder = folders[at.folder];
    if (!folder) return;
    const page =
      at.what === 'versions'
        ? await versionsIn(versions, org, folder, at.behind)
        : await uploadsIn(versions, org, folder, at.behind);
    at = after(at, page.next, folders.length);
    const isOne = !folder.prefix.endsWith('/');
    yield {
      items: isOne ? page.items.filter(({ key }) => key === folder.prefix) : page.items,
      ...(at && { cursor: cursorOf(at) }),
    };
  }
}

/** The same, one by one. */
export async function* walk(...args: Parameters<typeof walkPages>): AsyncGenerator<Found, void, undefined> {
  for await (const { items } of walkPages(...args)) yield* items;
}

async function versionsIn(
  store: Pick<VersionStore, 'versions'>,
  org: OrgId,
  { area, prefix }: Folder,
  behind: Behind | undefined,
) {
  const { items, next } = await store.versions(org, prefix, { ...(behind && { behind }) });
  const found = items.map(({ key, versionId, isLatest, isMarker, size, etag, at }): Found => {
    const kind = isMarker ? 'marker' : isLatest ? 'current' : 'earlier';
    return { area, kind, key, id: versionId, size, etag, ...(at && { at }) };
  });
  return { items: found, next };
}

async function uploadsIn(
  store: Pick<VersionStore, 'openUploads'>,
  org: OrgId,
  { area, prefix }: Folder,
  behind: Behind | undefined,
) {
  const { items, next } = await store.openUploads(org, prefix, behind);
  const found = items.map(({ key, uploadId, at }): Found => {
    return { area, kind: 'upload', key, id: uploadId, size: 0, etag: '', ...(at && { at }) };
  });
  return { items: found, next };
}

function after({ folder, what }: Position, behind: Behind | undefined, folders: number): Position | undefined {
  if (behind) return { folder, what, behind };
  if (what === 'versions') return { folder, what: 'uploads' };
  return folder + 1 < folders ? { folder: folder + 1, what: 'versions' } : undefined;
}

const cursorOf = (at: Position): string => Buffer.from(JSON.stringify(at)).toString('base64url');

function positionOf(cursor: string): Position {
  try {
    const { folder, what, behind } = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Position;
    const isKnown = what === 'versions' || what === 'uploads';
    if (Number.isInteger(folder) && folder >= 0 && isKnown && (behind === undefined || typeof behind.key === 'string'))
      return { folder, what, ...(behind && { behind }) };
  } catch {
    // Falls through: it is none of ours.
  }
  throw new StorageError('invalid_request', 'The cursor is not one that a walk gave.');
}
