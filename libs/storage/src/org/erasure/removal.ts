import type { AreaName } from '../../keys/areas.js';
import { layout } from '../../keys/layout.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { RefusedVersion, VersionStore } from '../../store/versions/version-store.js';
import { sha256 } from '../control/closures.js';
import { fileOf, HoldRecords } from '../control/hold-records.js';
import type { Folder } from '../folders.js';
import type { OfficerStore } from '../officer.js';
import { walkPages, type Found, type FoundKind } from '../walk.js';

/**
 * Why something stays. `hold` and `retention`: the store keeps it. `held`: it is on hold here. `hold-record` says why, and
 * `closure` that nothing is written any more. `covers` is the mark of a deletion over something that stays, which without it
 * would be current again. `refused`: the store would not remove it, and says of no lock.
 */
export type Why = 'hold' | 'held' | 'retention' | 'hold-record' | 'closure' | 'covers' | 'refused';

export interface Left {
  area: AreaName;
  kind: FoundKind;
  found: Found;
  why: Why;
  until?: string;
  mode?: string;
  /** The store's word. */
  code?: string;
}

export interface Pass {
  removed: number;
  left: Left[];
}

export interface RemovalOptions {
  folders: readonly Folder[];
  /** The record of this erasure. */
  closure: string;
  bypassGovernance: boolean;
  /** Fails where it was opened again: what was written since then is not to be removed. Asked after a page was listed. */
  requireClosed(): Promise<void>;
  onRemoved(count: number): void;
  signal?: AbortSignal;
}

const abortsAtOnce = 8;
/** The store's, and worth another pass. */
const passing = new Set(['InternalError', 'SlowDown', 'ServiceUnavailable', 'OperationAborted', 'RequestTimeout']);

/**
 * Removes everything once: first what has bytes, then the marks of deletion that cover nothing any more, where some were seen.
 * What comes meanwhile is for the next pass.
 */
export async function removeAll(officer: OfficerStore, org: OrgId, options: RemovalOptions): Promise<Pass> {
  const holds = new HoldRecords(officer.store);
  const pass: Pass = { removed: 0, left: [] };
  const covered = new Set<string>();
  let { folders } = options;
  for (const areMarks of [false, true]) {
    const marked = new Set<AreaName>();
    let before: Found[] = [];
    const remove = async () => {
      const items = before.filter(({ kind }) => (kind === 'marker') === areMarks);
      if (items.length === 0) return;
      const [held] = await Promise.all([heldFiles(holds, org), options.requireClosed()]);
      const { gone, left } = await removePage(officer.versions, org, items, held, covered, options);
      pass.removed += gone;
      pass.left.push(...left);
      if (!areMarks) for (const { found } of left) covered.add(found.key);
      if (gone > 0) options.onRemoved(gone);
    };
    // The next page is listed before this one goes.
    for await (const { items } of walkPages(officer.versions, org, { ...options, folders })) {
      await remove();
      for (const { area, kind } of items) if (kind === 'marker') marked.add(area);
      before = items;
    }
    await remove();
    folders = folders.filter(({ area }) => marked.has(area));
  }
  return pass;
}

/** Read for each page that has something to remove: a hold may come at any time. */
async function heldFiles(holds: HoldRecords, org: OrgId): Promise<Set<string>> {
  const held = new Set<string>();
  for await (const id of holds.ids(org)) held.add(fileOf(id));
  return held;
}

async function removePage(
  versions: VersionStore,
  org: OrgId,
  items: Found[],
  held: Set<string>,
  covered: Set<string>,
  { closure, bypassGovernance }: RemovalOptions,
): Promise<{ gone: number; left: Left[] }> {
  const left: Left[] = [];
  const stays = (found: Found, why: Why, more: Partial<Left> = {}) =>
    void left.push({ area: found.area, kind: found.kind, found, why, ...more });
  const holdsFolder = layout.holds(org);
  const doomed = items.filter((found) => {
    const { key, kind } = found;
    if (kind === 'current' && key === closure) stays(found, 'closure');
    else if (kind === 'current' && key.startsWith(holdsFolder)) stays(found, 'hold-record');
    else if (kind !== 'upload' && held.has(sha256(key))) stays(found, 'held');
    else if (kind === 'marker' && covered.has(key)) stays(found, 'covers');
    else return true;
    return false;
  });
  const uploads = doomed.filter(({ kind }) => kind === 'upload');
  const named = doomed.filter(({ kind }) => kind !== 'upload');
  const byName = new Map(named.map((found) => [JSON.stringify([found.key, found.id]), found]));
  const refused = await versions.remove(
    org,
    named.map(({ key, id }) => ({ key, versionId: id })),
    { bypassGovernance },
  );
  for (const one of refused) {
    const found = byName.get(JSON.stringify([one.key, one.versionId]));
    if (found && !passing.has(one.code)) stays(found, ...(await reasonFor(versions, org, one)));
  }
  const aborted = await abortAll(versions, org, uploads, stays);
  return { gone: named.length - refused.length + aborted, left };
}

async function reasonFor(versions: VersionStore, org: OrgId, refused: RefusedVersion): Promise<[Why, Partial<Left>]> {
  const locks = await versions.locks(org, refused).catch(() => undefined);
  if (locks?.legalHold) return ['hold', {}];
  const { retention } = locks ?? {};
  if (retention) return ['retention', { until: retention.until.toISOString(), mode: retention.mode }];
  return ['refused', { code: refused.code }];
}

async function abortAll(
  versions: VersionStore,
  org: OrgId,
  uploads: Found[],
  stays: (found: Found, why: Why, more?: Partial<Left>) => void,
): Promise<number> {
  const waiting = [...uploads];
  let aborted = 0;
  const abortNext = async () => {
    for (let found = waiting.pop(); found; found = waiting.pop()) {
      try {
        await versions.abort(org, { key: found.key, uploadId: found.id });
        aborted++;
      } catch (error) {
        if (!(error instanceof StorageError) || error.code === 'store_unavailable') throw error;
        stays(found, 'refused', { code: error.code });
      }
    }
  };
  await Promise.all(Array.from({ length: abortsAtOnce }, abortNext));
  return aborted;
}
