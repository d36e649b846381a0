import { createHash } from 'node:crypto';
import { belongsToOrg, type ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import { isExportPath } from '../export/export-paths.js';
import { linesIn } from '../export/lines.js';
import { manifestName, readEntry, type ExportSummary, type ManifestEntry } from '../export/manifest.js';
import { bytesIn, type ExportSource } from '../export/sources/export-source.js';
import { fileFoldersOf } from '../folders.js';
import { inBytes } from '../joined.js';

export interface CheckedEntry extends ManifestEntry {
  key: ObjectKey;
}

/**
 * The lines of a manifest as they may be imported: each key is one that this module could have made for this organisation, in
 * an area that is exported; none comes twice, for they are in the order of an export. The manifest may be anybody's. Throws at
 * the first line that is otherwise, and at the end where it is not the manifest that the summary names.
 *
 * @throws {StorageError} `invalid_request`
 */
export async function* checkedEntries(
  source: ExportSource,
  summary: ExportSummary,
  org: OrgId,
): AsyncGenerator<CheckedEntry, void, undefined> {
  const folders = fileFoldersOf(org);
  const hash = createHash('sha256');
  let line = 0;
  let last = { folder: 0, key: '' };
  for await (const text of linesIn(hashedBy(hash, bytesIn(source, manifestName)))) {
    line++;
    const entry = entryIn(text, line);
    const { key, path } = entry;
    const folder = folders.findIndex(({ prefix }) => key.startsWith(prefix));
    if (folder < 0 || !belongsToOrg(key, org)) throw refusal(line, `its key is none of organisation ${org}`);
    if (!isExportPath(path)) throw refusal(line, 'its path is none of an export');
    if (!isPlain(entry)) throw refusal(line, 'its type or metadata is none that a store gives');
    const isNext = folder > last.folder || (folder === last.folder && inBytes(last.key, key) < 0);
    if (!isNext) throw refusal(line, 'its key comes twice, or not in order');
    last = { folder, key };
    yield { ...entry, key };
  }
  if (line === summary.files && hash.digest('hex') === summary.manifestSha256) return;
  throw new StorageError(
    'invalid_request',
    `${manifestName} was altered: it is not the one that the export ended with.`,
  );
}

function entryIn(text: string, line: number): ManifestEntry {
  try {
    return readEntry(text);
  } catch {
    throw refusal(line, 'it is no line of a manifest');
  }
}

/** As headers that a store takes and gives back the same: else a file in the middle would end the import. */
const isPlain = ({ contentType = '', metadata = {} }: ManifestEntry): boolean =>
  /^[\x20-\x7e]{0,1024}$/.test(contentType) && Object.keys(metadata).every((name) => name === name.toLowerCase());

/** Names no key: it is not known whose it is. */
const refusal = (line: number, why: string) =>
  new StorageError('invalid_request', `Line ${line} of ${manifestName} is refused: ${why}.`);

async function* hashedBy(hash: ReturnType<typeof createHash>, bytes: AsyncIterable<Uint8Array>) {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
