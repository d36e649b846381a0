import { parseOrgId, type OrgId } from '../../keys/org-id.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { exportPlace } from '../../org/export/export-place.js';
import { exportTo } from '../../org/export/export.js';
import { BucketTarget } from '../../org/export/targets/bucket-target.js';
import type { ExportSource } from '../../org/export/sources/export-source.js';
import type { ExportTarget } from '../../org/export/targets/export-target.js';
import { FolderTarget } from '../../org/export/targets/folder-target.js';
import { ZipTarget } from '../../org/export/targets/zip-target.js';
import { exportMistakes } from '../../org/export/verify-export.js';
import { isOneStore } from '../../org/move/move-sides.js';
import { officerStore } from '../../org/officer.js';
import { printable } from '../../org/printable.js';
import { shortcomings } from '../../org/shortcomings.js';
import { StorageError } from '../../storage.error.js';
import { createS3Client } from '../../store/client/s3-client.js';
import { openSource, whereIn, type Where } from './export-where.js';
import type { Arguments } from '../arguments.js';
import { otherSettings, settingsFrom } from '../inputs.js';
import { UsageError, type ExitCode, type Io } from '../io.js';
import { stopped } from './stopped.js';

/** Copies what an organisation has into a folder, a ZIP archive or another bucket; `verify` checks one. */
export async function exportCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const [what, where, ...more] = args.rest;
  if (what === 'verify' && where !== undefined && more.length === 0) return verify(where, args, io);
  if (what !== undefined) throw new UsageError('export takes flags only, or verify WHERE.');
  const settings = settingsFrom(args, io.env);
  const org = parseOrgId(args.required('org'));
  const to = args.required('to');
  const place = whereIn(to);
  const target = targetAt(place, { settings, org, args, io });
  const client = createS3Client(settings);
  const officer = officerStore(settings, client);
  try {
    for (const line of shortcomings('export', await officer.versions.keeping())) io.err(`Note: ${line}`);
    if (place.kind === 'zip') io.err('Note: A ZIP file cannot be gone on with: interrupted, it begins anew.');
    const leftOut = { count: 0, first: '' };
    const { files, bytes, notIncluded } = await exportTo(target, officer, {
      bucket: settings.bucket,
      org,
      onProgress: ({ files, bytes }) => io.progress(`${files} files, ${bytes} bytes`),
      onLeftOut: (key) => {
        if (leftOut.count++ === 0) leftOut.first = printable(key);
      },
      ...(io.signal && { signal: io.signal }),
    });
    io.progress('');
    io.out(`${to}: ${files} files, ${bytes} bytes.`);
    for (const line of notIncluded) io.out(`Not included: ${line}`);
    if (leftOut.count > 0)
      io.out(`Not included: ${leftOut.count} objects under keys that this module does not make, as ${leftOut.first}`);
    return 0;
  } catch (error) {
    return stopped(error, io, place.kind === 'zip' ? 'Stopped: what was written is removed.' : undefined);
  } finally {
    client.destroy();
  }
}

interface Exporting {
  settings: StorageSettings;
  org: OrgId;
  args: Arguments;
  io: Io;
}

function targetAt(where: Where, { settings, org, args, io }: Exporting): ExportTarget {
  if (where.kind === 'folder') return new FolderTarget(where.path);
  if (where.kind === 'zip') return new ZipTarget(where.path);
  const other = otherSettings(args, io.env, where.bucket);
  const isOne = isOneStore(settings, other);
  if (isOne && other.bucket === settings.bucket)
    throw new UsageError('An export does not go into the bucket that it comes from.');
  const copiesFrom = isOne ? settings.bucket : undefined;
  return new BucketTarget(exportPlace(other, where.prefix, copiesFrom), { org, copiesFrom, signal: io.signal });
}

async function verify(where: string, args: Arguments, io: Io): Promise<ExitCode> {
  let source: ExportSource | undefined;
  try {
    source = await openSource(where, args, io);
    const mistakes = exportMistakes(source, {
      onProgress: (files) => io.progress(`${files} files`),
      signal: io.signal,
    });
    let count = 0;
    for (let next = await mistakes.next(); ; next = await mistakes.next()) {
      if (next.done) {
        io.progress('');
        if (count === 0) io.out(`Whole: ${next.value.files} files of organisation ${next.value.organisation}.`);
        return count === 0 ? 0 : 1;
      }
      count++;
      io.out(next.value);
    }
  } catch (error) {
    if (io.signal?.aborted) {
      io.progress('');
      io.err('Stopped.');
      return 2;
    }
    if (!(error instanceof StorageError) || error.code !== 'invalid_request') throw error;
    io.progress('');
    io.out(error.message);
    return 1;
  } finally {
    await source?.close();
  }
}
