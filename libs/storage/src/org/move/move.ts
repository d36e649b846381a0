import { layout } from '../../keys/layout.js';
import { belongsToOrg, type KeyPrefix } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { PartSizes } from '../../store/copy-across.js';
import { objectsIn } from '../../store/objects-in.js';
import { HoldRecords } from '../control/hold-records.js';
import { fileFoldersOf } from '../folders.js';
import { joined } from '../joined.js';
import { isSame, type MoveDifference } from './compare.js';
import { FileMover } from './move-file.js';
import type { MoveSide } from './move-sides.js';
import { requireTwoBuckets } from './two-buckets.js';

export interface MoveOptions {
  org: OrgId;
  /** Compares what both buckets have, and writes nothing. */
  verifyOnly?: boolean;
  /** What is copied in parts, and of which size. */
  parts?: PartSizes | undefined;
  onProgress?(progress: Omit<MoveReport, 'differences'>): void;
  onDifference?(difference: MoveDifference): void;
  signal?: AbortSignal | undefined;
}

export interface MoveReport {
  /** Files and holds that are the same on both sides. */
  same: number;
  /** Of them, those that were copied now. */
  copied: number;
  /** Bytes of those. */
  bytes: number;
  differences: number;
}

/** What stays behind in the first bucket. */
export const notMoved = [
  'Earlier states and the trash, tags, and uploads under way stay behind; version ids and times are new.',
  'A catalog has the old ETags: run catalog reconcile --repair with the new bucket.',
];

/**
 * Copies what is current of an organisation into another bucket, its holds first, never over anything that is there, and
 * compares the hashes of both sides. Nothing is removed: an erasure of the first bucket does that, with a certificate.
 * Interrupted anywhere, the same call goes on. `verifyOnly` compares every byte.
 *
 * @throws {StorageError} `org_frozen` where the organisation is being erased on one of the sides, `misconfigured` where nothing
 * shows that they are two buckets
 */
export async function moveOrg(from: MoveSide, to: MoveSide, options: MoveOptions): Promise<MoveReport> {
  const { org, verifyOnly = false, onProgress = () => {}, onDifference = () => {}, signal } = options;
  const requireOpen = async () => {
    for (const side of [from, to]) await requireOpenOn(side, org);
  };
  await requireOpen();
  const folders = movedFolders(org);
  await requireTwoBuckets(from, to, { org, folders, signal });
  const isLocked = await hasLock(to);
  const locks = { from: isLocked && (await hasLock(from)), to: isLocked };
  const mover = new FileMover(from, to, locks, { ...options, requireOpen });
  const holds = new HoldRecords(from.store);
  const hasHolds = locks.to && !(await holds.ids(org).next()).done;
  const report: MoveReport = { same: 0, copied: 0, bytes: 0, differences: 0 };
  const differ = (key: string, what: MoveDifference['what']) => {
    report.differences++;
    onDifference({ key, what });
  };
  for (const folder of folders) {
    for await (const { key, left, right } of joined(
      objectsIn(from.store, org, folder),
      objectsIn(to.store, org, folder),
    )) {
      signal?.throwIfAborted();
      if (!left) differ(key, 'only there');
      else if (!belongsToOrg(key, org)) differ(key, 'cannot be moved');
      else if (verifyOnly && !right) differ(key, 'missing');
      else if (verifyOnly) {
        if (await isSame(from, to, org, key, signal)) report.same++;
        else differ(key, 'differs');
      } else {
        // An erasure may have begun meanwhile, and what is copied now would be there after it.
        if (!right) await requireOpen();
        const outcome = await mover.move(key, async () => hasHolds && holds.isHeld(org, key));
        if (outcome === 'differs') differ(key, 'differs');
        else if (outcome !== 'gone') report.same++;
        if (outcome === 'copied') {
          report.copied++;
          report.bytes += left.size;
        }
      }
      onProgress({ ...report });
    }
  }
  return report;
}

/** Holds before what they stand on. */
export const movedFolders = (org: OrgId): KeyPrefix[] => [
  layout.holds(org),
  ...fileFoldersOf(org).map(({ prefix }) => prefix),
];

async function requireOpenOn({ store }: MoveSide, org: OrgId): Promise<void> {
  for await (const _closed of objectsIn(store, org, layout.closures(org))) {
    throw new StorageError('org_frozen', 'The organisation, or a part of it, is being erased: nothing of it is moved.');
  }
}

const hasLock = async ({ versions }: MoveSide): Promise<boolean> => (await versions.keeping()).objectLock === 'on';
