import { StorageError } from '../../storage.error.js';
import { readSummary, summaryName, type ExportSummary } from './manifest.js';
import { textIn, type ExportSource } from './sources/export-source.js';

/**
 * What an export says of itself at its end.
 *
 * @throws {StorageError} `not_found` where nothing lies at all, `invalid_request` where what lies there is no finished export
 */
export async function summaryIn(source: ExportSource): Promise<ExportSummary> {
  const summary = readSummary((await textIn(source, summaryName)) ?? '');
  if (summary) return summary;
  for await (const _name of source.names())
    throw new StorageError('invalid_request', `${summaryName} does not say that the export is complete.`);
  throw new StorageError('not_found', 'There is no export: nothing lies there.');
}
