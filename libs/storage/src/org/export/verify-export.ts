import { createHash } from 'node:crypto';
import { isExportPath } from './export-paths.js';
import { sha256Of } from '../hashed.js';
import { printable } from '../printable.js';
import { linesIn } from './lines.js';
import { manifestName, ownNames, readEntry, sumOf, sumsName, type ExportSummary } from './manifest.js';
import { bytesIn, type ExportSource } from './sources/export-source.js';
import { summaryIn } from './summary-in.js';

/**
 * What is wrong with a finished export: a line for each. None for one that is whole.
 *
 * @throws {StorageError} as `summaryIn`; `invalid_request` for a manifest that no export wrote
 */
export async function* exportMistakes(
  source: ExportSource,
  { onProgress = () => {}, signal }: { onProgress?(files: number): void; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<string, ExportSummary, undefined> {
  const summary = await summaryIn(source);
  if ((await sha256Of(bytesIn(source, manifestName))) !== summary.manifestSha256) {
    yield `${manifestName} was altered.`;
    return summary;
  }
  const known = new Set<string>(ownNames);
  const sums = createHash('sha256');
  let files = 0;
  for await (const line of linesIn(bytesIn(source, manifestName))) {
    const entry = readEntry(line);
    const { path, size, sha256 } = entry;
    signal?.throwIfAborted();
    onProgress(++files);
    sums.update(sumOf(entry));
    const name = printable(path);
    if (known.has(path)) yield `${name} is in the manifest twice.`;
    known.add(path);
    if (!isExportPath(path)) {
      yield `${name} is no path of an export.`;
      continue;
    }
    const found = await source.open(path);
    if (!found) yield `${name} is missing.`;
    else if ((await sha256Of(found.bytes, signal)) !== sha256 || found.size !== size) yield `${name} was altered.`;
  }
  if (files !== summary.files) yield `The manifest has ${files} files, not ${summary.files}.`;
  if ((await sha256Of(bytesIn(source, sumsName))) !== sums.digest('hex')) yield `${sumsName} was altered.`;
  for await (const path of source.names()) {
    if (!known.has(path)) yield `${printable(path)} is not in the manifest.`;
  }
  return summary;
}
