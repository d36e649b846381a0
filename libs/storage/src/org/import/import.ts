import { areaOf } from '../../keys/areas.js';
import type { OrgId } from '../../keys/org-id.js';
import { beingErased, StorageError } from '../../storage.error.js';
import { closuresFreshMs } from '../../storage.policy.js';
import type { Retention } from '../../store/object-requests.js';
import type { ObjectStore } from '../../store/object-store.js';
import { objectsIn } from '../../store/objects-in.js';
import { Closures } from '../control/closures.js';
import { hashed } from '../hashed.js';
import type { ExportSummary } from '../export/manifest.js';
import type { ExportSource } from '../export/sources/export-source.js';
import { summaryIn } from '../export/summary-in.js';
import { fileFoldersOf } from '../folders.js';
import { joined } from '../joined.js';
import { sha256At } from '../sha256-at.js';
import { checkedEntries, type CheckedEntry } from './checked-manifest.js';

export interface ImportOptions {
  org: OrgId;
  /** Of archived months, in a bucket with object lock. */
  retention?: Retention | undefined;
  onProgress?(progress: { doing: 'checking' | 'importing'; files: number; of: number }): void;
  signal?: AbortSignal | undefined;
}

export interface ImportReport {
  summary: ExportSummary;
  /** Files that were there already, with the same bytes, from an import that was interrupted. */
  there: number;
  written: number;
}

/** What an import does not bring back. */
export const notImported = [
  'Version ids and times are new; so are ETags of files that were uploaded in parts.',
  'Holds, retention and tags are not in an export. Files that this module did not write get a write-id.',
  'Files are not scanned on this way, whatever they say of a scan: run rescan without --older-than. A catalog has no rows of them: run catalog reconcile --repair.',
];

/**
 * Brings an export back into a bucket where the organisation has nothing, or a part of the same export. The whole manifest is
 * checked before the first byte is written; each file is written on condition of absence, and becomes readable only when all
 * its bytes have come with the hash of the manifest. Interrupted anywhere, the same call goes on.
 *
 * @throws {StorageError} `not_found` (no export), `invalid_request` (the export), `conflict` (something else is there), `org_frozen`, `hash_mismatch`
 */
export async function importExport(
  source: ExportSource,
  store: ObjectStore,
  { org, retention, onProgress = () => {}, signal }: ImportOptions,
): Promise<ImportReport> {
  const summary = await summaryIn(source);
  if (summary.organisation !== org)
    throw new StorageError('invalid_request', `The export is not one of organisation ${org}.`);
  let [checked, same] = [0, 0];
  for await (const { entry, isThere } of withWhatIsThere(source, summary, store, org)) {
    signal?.throwIfAborted();
    if (isThere) await requireSame(store, org, entry, signal);
    same += Number(isThere);
    onProgress({ doing: 'checking', files: ++checked, of: summary.files });
  }
  const report = { summary, there: 0, written: 0 };
  const closures = new Closures(store, closuresFreshMs);
  for await (const { entry, isThere } of withWhatIsThere(source, summary, store, org)) {
    signal?.throwIfAborted();
    if (!isThere) await write(source, store, org, entry, { retention, signal, closures });
    report[isThere ? 'there' : 'written']++;
    onProgress({ doing: 'importing', files: report.there + report.written, of: summary.files });
  }
  if (report.there === same) return report;
  throw new StorageError('conflict', 'Somebody else wrote files of the export meanwhile: the same call looks at them.');
}

async function* withWhatIsThere(source: ExportSource, summary: ExportSummary, store: ObjectStore, org: OrgId) {
  for await (const { left: entry, right } of joined(checkedEntries(source, summary, org), present(store, org))) {
    if (entry) yield { entry, isThere: right !== undefined };
    else throw new StorageError('conflict', 'The organisation has files that are not in the export: nothing is mixed.');
  }
}

/** In the order of an export. */
async function* present(store: ObjectStore, org: OrgId) {
  for (const { prefix } of fileFoldersOf(org)) yield* objectsIn(store, org, prefix);
}

async function requireSame(store: ObjectStore, org: OrgId, entry: CheckedEntry, signal: AbortSignal | undefined) {
  const info = await store.find(org, entry.key);
  const isSame = info?.size === entry.size && (await sha256At(store, org, entry.key, info, signal)) === entry.sha256;
  if (!isSame) throw new StorageError('conflict', `The organisation has another file than the export: ${entry.path}.`);
}

async function write(
  source: ExportSource,
  store: ObjectStore,
  org: OrgId,
  entry: CheckedEntry,
  { retention, signal, closures }: Pick<ImportOptions, 'retention' | 'signal'> & { closures: Closures },
): Promise<void> {
  const { key, path, size, contentType = 'binary/octet-stream', metadata = {} } = entry;
  const requireOpen = async () => {
    if (await closures.cover(org, key)) throw beingErased();
  };
  await requireOpen();
  const found = await source.open(path);
  if (!found) throw new StorageError('invalid_request', `The export lacks ${path}.`);
  await store.put(org, key, verified(found.bytes, entry, requireOpen), {
    ...{ contentType, metadata, size, ifAbsent: true },
    ...(retention && areaOf(key).writtenOnce && { retention }),
    ...(signal && { signal }),
  });
}

/** Fails at its end where the bytes are others, or an erasure has begun while they came, and what fails is not stored. */
async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  { path, size, sha256 }: CheckedEntry,
  requireOpen: () => Promise<void>,
) {
  const passed = hashed(bytes);
  for await (const chunk of passed.bytes) {
    if (passed.size > size) break;
    yield chunk;
  }
  if (passed.size === size && passed.sha256 === sha256) return requireOpen();
  throw new StorageError('hash_mismatch', `${path} is not what the manifest says: it was altered.`);
}
