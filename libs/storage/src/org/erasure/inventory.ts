import { createHash } from 'node:crypto';
import type { AreaName } from '../../keys/areas.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Folder } from '../folders.js';
import type { OfficerStore } from '../officer.js';
import { walk, type Found, type FoundKind } from '../walk.js';

/** What one area of an organisation had. */
export type AreaCounts = Record<FoundKind, number> & {
  /** Of all versions. */
  bytes: number;
};

export interface Inventory {
  areas: Partial<Record<AreaName, AreaCounts>>;
  /** Of everything that was there, hexadecimal. */
  digest: string;
}

export const digestAlgorithm =
  'SHA-256 over the leaves in the order of areas, versions before uploads, keys in byte order, and of one key in byte order ' +
  'of the leaves. A leaf is the SHA-256 of the salt, as text, and the JSON [key, id, size, etag].';

/** One thing, hashed with the salt of one erasure: keys tell of people. */
export const leafOf = (salt: string, { key, id, size, etag }: Pick<Found, 'key' | 'id' | 'size' | 'etag'>): string =>
  createHash('sha256')
    .update(salt)
    .update(JSON.stringify([key, id, size, etag]))
    .digest('hex');

/** Counts and hashes what a walk finds, in its order. */
class InventoryTaker {
  readonly #areas: Inventory['areas'] = {};
  readonly #digest = createHash('sha256');
  readonly #salt: string;
  #group = '';
  #leaves: string[] = [];

  constructor(salt: string) {
    this.#salt = salt;
  }

  add(found: Found): void {
    const { area, kind, key, size } = found;
    const counts = (this.#areas[area] ??= { current: 0, earlier: 0, marker: 0, upload: 0, bytes: 0 });
    counts[kind]++;
    counts.bytes += size;
    const group = JSON.stringify([area, kind === 'upload', key]);
    if (group !== this.#group) this.#endGroup(group);
    this.#leaves.push(leafOf(this.#salt, found));
  }

  end(): Inventory {
    this.#endGroup('');
    return { areas: this.#areas, digest: this.#digest.digest('hex') };
  }

  #endGroup(next: string): void {
    for (const leaf of this.#leaves.toSorted()) this.#digest.update(Buffer.from(leaf, 'hex'));
    this.#leaves = [];
    this.#group = next;
  }
}

interface Taking {
  folders: readonly Folder[];
  salt: string;
  /** Of this erasure itself: it was not there before. */
  closure?: string;
  onProgress?(progress: { doing: 'counting'; count: number }): void;
  signal?: AbortSignal;
}

/** What is there now. Told of every thousand things. */
export async function takeInventory(
  { versions }: Pick<OfficerStore, 'versions'>,
  org: OrgId,
  { folders, salt, closure, onProgress, signal }: Taking,
): Promise<Inventory> {
  const taker = new InventoryTaker(salt);
  let count = 0;
  for await (const found of walk(versions, org, { folders, ...(signal && { signal }) })) {
    if (found.key === closure) continue;
    taker.add(found);
    if (++count % 1_000 === 0) onProgress?.({ doing: 'counting', count });
  }
  return taker.end();
}
