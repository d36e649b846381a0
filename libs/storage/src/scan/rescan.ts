import { createHash } from 'node:crypto';
import { scannedByOf } from '../files/reads/scanned-by.js';
import { belongsToOrg, orgScopedKey, prefixInOrg, type ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../store/object-info.js';
import type { ObjectStore } from '../store/object-store.js';
import { objectsIn } from '../store/objects-in.js';
import type { ContentScanner } from './content-scanner.js';

/** What a scanner says today of a file that is there already. */
export type Rescanned = { key: ObjectKey; size: number } & (
  | { verdict: 'clean' }
  | { verdict: 'malware'; signature: string; movedTo?: ObjectKey }
  /** Nothing certain: the file could not be read, scanned or moved, or changed meanwhile. */
  | { verdict: 'unknown'; why: string }
);

export interface RescanOptions {
  /** Leaves out what was scanned since then. Default: everything is scanned. */
  before?: Date;
  /** Takes what was found out of reads: to `custom/quarantine/…` of its organisation. */
  quarantine?: boolean;
  signal?: AbortSignal;
}

const quarantine = 'custom/quarantine/';

/**
 * Every file of an organisation that can be read today, with today's knowledge, one after the other. What is in the archive,
 * on its way in, or in quarantine already is left out. By the list that every store and every role of the application has: a
 * walk through all versions shows what nobody reads, and needs the rights to it.
 */
export async function* rescan(
  store: ObjectStore,
  scanner: ContentScanner,
  org: OrgId,
  { before, quarantine: moves = false, signal }: RescanOptions = {},
): AsyncGenerator<Rescanned, void, undefined> {
  for await (const { key } of objectsIn(store, org, prefixInOrg(org)``)) {
    signal?.throwIfAborted();
    if (!belongsToOrg(key, org) || key.startsWith(`${org}/${quarantine}`)) continue;
    const info = await store.find(org, key);
    const last = info && scannedByOf(info);
    if (!info || (before && last && last.at >= before)) continue;
    yield await lookAt(store, scanner, org, key, info, moves);
  }
}

async function lookAt(
  store: ObjectStore,
  scanner: ContentScanner,
  org: OrgId,
  key: ObjectKey,
  info: ObjectInfo,
  moves: boolean,
): Promise<Rescanned> {
  const { size, etag } = info;
  try {
    const scan = await scanner.begin(org);
    try {
      const { body } = await store.readAtOnce(org, key, { ifMatch: etag });
      for await (const chunk of body as AsyncIterable<Uint8Array>) await scan.write(chunk);
      const verdict = await scan.verdict();
      if (verdict.kind === 'clean') return { key, size, verdict: 'clean' };
      const { signature } = verdict;
      return {
        key,
        size,
        verdict: 'malware',
        signature,
        ...(moves && { movedTo: await move(store, org, key, info, signature) }),
      };
    } finally {
      scan.abort();
    }
  } catch (error) {
    return { key, size, verdict: 'unknown', why: error instanceof Error ? error.message : 'it failed' };
  }
}

/** A copy first, and then the removal of what was copied: nothing is lost wherever it stops. */
async function move(
  store: ObjectStore,
  org: OrgId,
  key: ObjectKey,
  { etag, contentType = 'application/octet-stream', metadata }: ObjectInfo,
  signature: string,
): Promise<ObjectKey> {
  const to = quarantineKey(org, key);
  const told = { ...metadata, 'gate-malware': encodeURIComponent(signature) };
  await store.copy(org, key, to, { sourceEtag: etag, ifAbsent: true, contentType, metadata: told });
  await store.delete(org, key, { ifMatch: etag });
  return to;
}

function quarantineKey(org: OrgId, key: ObjectKey): ObjectKey {
  const folder = `${quarantine}${Date.now()}/`;
  const path = key.slice(org.length + 1);
  try {
    return orgScopedKey(org, folder + path);
  } catch {
    // Too long with the folder before it.
    return orgScopedKey(org, folder + createHash('sha256').update(path).digest('hex'));
  }
}
