import type { KeyPrefix } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Place } from '../../keys/place.js';
import type { ObjectStore } from '../../store/object-store.js';
import { ownTurn } from '../../own-turn.js';
import { mostListed, mostListedWithUrls, readUrlSeconds } from '../../storage.policy.js';
import type { By } from '../incoming.js';
import type { ReadUrl } from './outgoing.js';
import { safeHeaders, storedFile, type StoredFile } from './stored-file.js';

export interface ListOptions {
  /** At most 1,000, with `urls` 200; as many by default. */
  limit?: number | undefined;
  /** Of the page before. */
  cursor?: string | undefined;
  /** Adds a read URL to each file. */
  urls?: boolean | undefined;
}

export interface FilePage {
  items: (StoredFile & Partial<ReadUrl>)[];
  /** Opaque; gives the next page to the next call. */
  nextCursor?: string;
}

/**
 * What is signed in one turn of the event loop: 250 ordinary names. A name of 80 foreign letters takes 70 µs, ten times an
 * ordinary one, and its uploader chose it; a page of ordinary names is signed at once, for each turn that it waits for is
 * one of everybody's requests.
 */
const mostInOneTurn = 250;
const effortOf = (name: string) => (/^[\x20-\x7e]*$/.test(name) ? 1 : 10);

/** One page of a folder. What stands there under no name of this module is shown and gets no URL; the folder itself is not shown. */
export async function listFolder(
  store: ObjectStore,
  org: OrgId,
  prefix: KeyPrefix,
  { limit: asked, cursor, urls, by }: ListOptions & By,
): Promise<FilePage> {
  const most = urls ? mostListedWithUrls : mostListed;
  // NaN and 1.5 go on as they are, and are refused.
  const limit = asked === undefined ? most : Number.isInteger(asked) ? Math.max(1, Math.min(asked, most)) : asked;
  const { objects, nextCursor } = await store.list(org, prefix, { limit, ...(cursor !== undefined && { cursor }) });
  const sign = urls ? await store.readSigner(org, prefix, readUrlSeconds, by) : undefined;
  if (sign) await ownTurn(org);
  const items: FilePage['items'] = [];
  let effort = 0;
  for (const object of objects) {
    if (object.key === prefix) continue;
    const file: FilePage['items'][number] = storedFile(object, object.key.slice(prefix.length));
    items.push(Object.assign(file, sign?.(object.key, safeHeaders(file, 'inline'))));
    if (!sign || (effort += effortOf(object.key)) < mostInOneTurn) continue;
    await ownTurn(org);
    effort = 0;
  }
  return { items, ...(nextCursor && { nextCursor }) };
}

/** What of a page goes out: the files that it has URLs of. */
export const givenIn = ({ items }: FilePage, folder: Place) =>
  items.flatMap(({ fileName, expiresAt, grant }) =>
    expiresAt && grant ? [{ place: { ...folder, fileName }, expiresAt, grant }] : [],
  );
