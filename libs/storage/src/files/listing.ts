import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeyPrefix } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectStore } from '../s3/object-store.js';
import { mostListed, mostListedWithUrls, readUrlSeconds } from '../storage.policy.js';
import type { ReadUrl } from './outgoing.js';
import { safeHeaders, storedFile, type StoredFile } from './stored-file.js';

export interface ListOptions {
  /** At most 1,000, with `urls` 200; as many by default. */
  limit?: number;
  /** Of the page before. */
  cursor?: string;
  /** Adds a read URL to each file. */
  urls?: boolean;
}

export interface FilePage {
  items: (StoredFile & Partial<ReadUrl>)[];
  /** Opaque; gives the next page to the next call. */
  nextCursor?: string;
}

/** A name of 80 foreign letters takes 70 µs to sign, ten times an ordinary one: its uploader chose it. */
const signedInOneTurn = 25;

/** One page of a folder. What stands there under no name of this module is shown and gets no URL; the folder itself is not shown. */
export async function listFolder(
  store: ObjectStore,
  org: OrgId,
  prefix: KeyPrefix,
  { limit: asked, cursor, urls }: ListOptions,
): Promise<FilePage> {
  const most = urls ? mostListedWithUrls : mostListed;
  // NaN and 1.5 go on as they are, and are refused.
  const limit = asked === undefined ? most : Number.isInteger(asked) ? Math.max(1, Math.min(asked, most)) : asked;
  const { objects, nextCursor } = await store.list(org, prefix, { limit, ...(cursor !== undefined && { cursor }) });
  const sign = urls ? await store.readSigner(org, prefix, readUrlSeconds) : undefined;
  const items: FilePage['items'] = [];
  for (const object of objects) {
    if (object.key === prefix) continue;
    const file: FilePage['items'][number] = storedFile(object, object.key.slice(prefix.length));
    items.push(Object.assign(file, sign?.(object.key, safeHeaders(file, 'inline'))));
    if (sign && items.length % signedInOneTurn === 0) await nextTurn();
  }
  return { items, ...(nextCursor && { nextCursor }) };
}
