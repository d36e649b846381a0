import { parseOrgId } from '../../keys/org-id.js';
import { importExport, notImported } from '../../org/import/import.js';
import { shortcomings } from '../../org/shortcomings.js';
import { openSource } from './export-where.js';
import type { Arguments } from '../arguments.js';
import { retentionFrom, settingsFrom } from '../inputs.js';
import { UsageError, type ExitCode, type Io } from '../io.js';
import { stopped } from './stopped.js';
import { openStore } from '../store.js';

/** Brings an export back into a bucket where the organisation has nothing. */
export async function importCommand(args: Arguments, io: Io): Promise<ExitCode> {
  if (args.rest.length > 0) throw new UsageError('import takes flags only.');
  const settings = settingsFrom(args, io.env);
  const org = parseOrgId(args.required('org'));
  const retention = retentionIn(args);
  const source = await openSource(args.required('from'), args, io, org);
  const { store, versions, close } = openStore(args, io);
  try {
    for (const line of shortcomings('import', await versions.keeping(), settings.store)) io.err(`Note: ${line}`);
    const { summary, written, there } = await importExport(source, store, {
      org,
      retention,
      onProgress: ({ doing, files, of }) => io.progress(`${doing}: ${files} of ${of}`),
      signal: io.signal,
    });
    io.progress('');
    io.out(`${summary.files} files of organisation ${org}: ${written} written, ${there} were there already.`);
    for (const line of notImported) io.out(`Note: ${line}`);
    return 0;
  } catch (error) {
    return stopped(error, io);
  } finally {
    await source.close();
    close();
  }
}

function retentionIn(args: Arguments) {
  const retention = retentionFrom(args);
  if (!retention) return undefined;
  const until = new Date(Date.now() + retention.days * 86_400_000);
  return { mode: retention.mode === 'compliance' ? ('COMPLIANCE' as const) : ('GOVERNANCE' as const), until };
}
