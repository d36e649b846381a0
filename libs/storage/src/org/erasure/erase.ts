import { setTimeout as sleepFor } from 'node:timers/promises';
import type { AuditSigner } from '../../audit/signer.js';
import type { OrgId } from '../../keys/org-id.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { hasKeys } from '../../options/encryption.js';
import { StorageError } from '../../storage.error.js';
import { keyOf } from '../../store/writing/protection.js';
import { writeUrlSeconds } from '../../storage.policy.js';
import type { Scope } from '../control/closures.js';
import { foldersOf, folderOf, type Folder } from '../folders.js';
import type { OfficerStore } from '../officer.js';
import { certificateSigner, signCertificate, type ErasureStatement } from './certificate.js';
import { ErasureRecords, type StandingRecord } from './erasure-record.js';
import { digestAlgorithm, leafOf, takeInventory } from './inventory.js';
import { notCovered } from './not-covered.js';
import { removeAll, type Left, type Pass } from './removal.js';

export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<unknown>;
}

export interface ErasureProgress {
  doing: 'waiting' | 'counting' | 'removing' | 'looking again';
  /** Milliseconds to wait, or things done. */
  count: number;
}

export interface ErasureOptions {
  /** In the certificate. */
  reason: string;
  /** Who orders it. */
  by: string;
  /** Ed25519: the officer's private key as PEM, or what signs elsewhere. */
  signer: AuditSigner | readonly AuditSigner[];
  /** Keeps the certificate. What was closed for a part of an organisation is opened again after it resolves. */
  keep(certificate: string): Promise<void> | void;
  /** Told what was erased and what stays, as keys, before the certificate is made: whoever has rows of it. */
  erased?(org: OrgId, folders: readonly string[], left: readonly string[]): Promise<void>;
  /** A folder (with its slash) or a file of the organisation, as a whole key. Default: everything that it has. */
  prefix?: string;
  /** Also what governance retention keeps, where the credentials may. Default false. */
  bypassGovernance?: boolean;
  onProgress?(progress: ErasureProgress): void;
  signal?: AbortSignal;
  /** For tests. */
  clock?: Clock;
}

/**
 * Every URL and form that could still write has ended by then, and every write under way has ended too. It is counted by the
 * process that waits, and anew where that was interrupted: two clocks need not agree.
 */
export const waitMs = (writeUrlSeconds + 60) * 1_000;
/** Between the two lists that show nothing but what stays. */
const betweenLooksMs = 300_000;
const mostPasses = 50;

const realClock: Clock = { now: Date.now, sleep: (ms, signal) => sleepFor(ms, undefined, { signal }) };

export const scopeOf = (org: OrgId, prefix: string | undefined): Scope =>
  prefix === undefined ? 'all' : folderOf(org, prefix).prefix;

export const foldersIn = (org: OrgId, scope: Scope): Folder[] =>
  scope === 'all' ? foldersOf(org) : [folderOf(org, scope)];

/**
 * Erases everything in a scope. What was done is read from the bucket, so that it can die anywhere and go on: first the scope is
 * closed, in every process; then it waits for what may still write; counts; removes; and looks twice.
 */
export async function erase(
  settings: StorageSettings,
  officer: OfficerStore,
  org: OrgId,
  options: ErasureOptions,
): Promise<ErasureStatement> {
  const { reason, by, clock = realClock, signal, onProgress = () => {}, bypassGovernance = false } = options;
  const scope = scopeOf(org, options.prefix);
  const records = new ErasureRecords(officer.store);
  const folders = foldersIn(org, scope);
  if (scope !== 'all' && folders[0]?.area !== 'own')
    throw new StorageError('invalid_key', 'A part of an organisation is a folder or a file among its own files.');
  const signer = await certificateSigner([options.signer].flat());
  const closure = records.keyOf(org, scope);
  let standing = await records.open(org, scope, { reason, by, now: new Date(clock.now()) });
  if (!standing.record.inventory) {
    onProgress({ doing: 'waiting', count: waitMs });
    await clock.sleep(waitMs, signal);
    const counting = { folders, closure, ...standing.record, onProgress, signal };
    standing = await records.note(org, standing, await takeInventory(officer, org, counting));
  }
  const requireClosed = async () => {
    const now = await records.find(org, scope);
    if (now?.record.id === standing.record.id) return;
    throw new StorageError('conflict', 'It was opened again meanwhile: nothing more is removed, nothing is certified.');
  };
  const removal = { folders, closure, bypassGovernance, requireClosed, ...(signal && { signal }) };
  let removed = 0;
  const pass = () =>
    removeAll(officer, org, {
      ...removal,
      onRemoved: (count) => onProgress({ doing: 'removing', count: (removed += count) }),
    });
  const { left } = await untilTwiceEmpty(pass, async () => {
    onProgress({ doing: 'looking again', count: betweenLooksMs });
    await clock.sleep(betweenLooksMs, signal);
  });
  const key = await keyIn(settings, org, scope);
  await options.erased?.(
    org,
    folders.map(({ prefix }) => prefix),
    left.map(({ found }) => found.key),
  );
  await requireClosed();
  const statement = await statementOf(settings, officer, org, standing, left, new Date(clock.now()), key);
  await options.keep(await signCertificate(statement, signer));
  if (scope !== 'all') await records.remove(org, scope);
  return statement;
}

/** Of all that an organisation has. It is not needed to erase: one that is not known any more is not named. */
export const keyIn = async (settings: StorageSettings, org: OrgId, scope: Scope): Promise<string | undefined> =>
  scope === 'all' && hasKeys(settings.encryption) ? keyOf(settings, org).catch(() => undefined) : undefined;

/** Each pass removes whatever it finds: a list that shows nothing to remove counts once. */
async function untilTwiceEmpty(pass: () => Promise<Pass>, pause: () => Promise<void>): Promise<Pass> {
  let wasEmpty = false;
  for (let passes = 0; passes < mostPasses; passes++) {
    const done = await pass();
    const isEmpty = done.removed === 0;
    if (isEmpty && wasEmpty) return done;
    wasEmpty = isEmpty;
    if (isEmpty) await pause();
  }
  throw new StorageError(
    'conflict',
    'Something keeps writing here, behind this module: the erasure cannot end. Find it, and go on.',
  );
}

async function statementOf(
  { bucket }: StorageSettings,
  { versions }: OfficerStore,
  org: OrgId,
  { record: { id, scope, reason, by, closedAt, salt, inventory } }: StandingRecord,
  left: Left[],
  finished: Date,
  key: string | undefined,
): Promise<ErasureStatement> {
  return {
    type: 'nest-tenant-storage/erasure/1',
    id,
    organisation: org,
    bucket,
    scope,
    folders: foldersIn(org, scope).map(({ prefix }) => prefix),
    ...(key !== undefined && { encryptionKey: key }),
    reason,
    by,
    closedAt,
    finishedAt: finished.toISOString(),
    found: inventory?.areas ?? {},
    digest: { value: inventory?.digest ?? '', salt, algorithm: digestAlgorithm },
    left: left.map(({ found, ...entry }) => ({
      ...entry,
      leaf: leafOf(salt, found),
      size: found.size,
    })),
    bucketKeeps: await versions.keeping(),
    notCovered: notCovered(scope),
  };
}
