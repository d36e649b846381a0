import { belongsToOrg, type ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { ObjectInfo } from '../../store/object-info.js';
import type { ObjectStore } from '../../store/object-store.js';
import { fileFoldersOf } from '../folders.js';
import type { OfficerStore } from '../officer.js';
import { statesIn } from '../trash/key-states.js';
import type { ExportPaths } from './export-paths.js';

/** A file to export; both look at the bucket when they are called, and find nothing where it was deleted meanwhile. */
export interface ExportedFile {
  org: OrgId;
  /** In the export. */
  path: string;
  key: ObjectKey;
  stat(): Promise<ObjectInfo | undefined>;
  open(): Promise<(ObjectInfo & { bytes: AsyncIterable<Uint8Array> }) | undefined>;
}

interface From {
  org: OrgId;
  /** Of the last file that was exported already. */
  after: string | undefined;
  paths: ExportPaths;
  /** Is told of what lies under a key that this module does not make, and is left out. */
  onLeftOut?: ((key: string) => void) | undefined;
  signal: AbortSignal | undefined;
}

/** Everything current of an organisation, in the order of the areas and of the keys' bytes. */
export async function* exportedFiles(
  { store, versions }: OfficerStore,
  { org, after, paths, onLeftOut, signal }: From,
): AsyncGenerator<ExportedFile, void, undefined> {
  const folders = fileFoldersOf(org);
  const begun = Math.max(
    0,
    folders.findIndex(({ prefix }) => after?.startsWith(prefix)),
  );
  for (const { area, prefix } of folders.slice(begun)) {
    const behind = after?.startsWith(prefix) ? after : undefined;
    for await (const { key, states } of statesIn(versions, org, prefix, behind)) {
      signal?.throwIfAborted();
      if (!states[0]?.isLatest || states[0].isMarker) continue;
      if (!belongsToOrg(key, org)) {
        onLeftOut?.(key);
        continue;
      }
      const path = area === 'own' ? paths.of('files', key, key.slice(prefix.length)) : key;
      const stat = () => store.find(org, key);
      yield { org, path, key, stat, open: () => open(store, org, key, signal).catch(unlessGone) };
    }
  }
}

async function open(store: ObjectStore, org: OrgId, key: ObjectKey, signal: AbortSignal | undefined) {
  const { body, ...info } = await store.readAtOnce(org, key, { signal });
  return { ...info, bytes: unbroken(store, org, key, { body, info, signal }) };
}

/** Tries in a row that bring nothing. */
const mostTries = 3;

/** Goes on where a connection broke, as long as the file is the same one. */
async function* unbroken(
  store: ObjectStore,
  org: OrgId,
  key: ObjectKey,
  { body, info, signal }: { body: AsyncIterable<Uint8Array>; info: ObjectInfo; signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  let [at, tries, bytes] = [0, 0, body];
  for (;;) {
    try {
      for await (const chunk of bytes) {
        at += chunk.length;
        tries = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      if (signal?.aborted || at >= info.size || ++tries > mostTries) throw error;
      bytes = (await store.readAtOnce(org, key, { range: `bytes=${at}-`, ifMatch: info.etag, signal })).body;
    }
  }
}

/** Deleted meanwhile. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.code !== 'not_found') throw error;
}
