import { parseOrgId } from '../../keys/org-id.js';
import { rescan, type Rescanned } from '../../scan/rescan.js';
import type { Arguments } from '../arguments.js';
import { UsageError, type ExitCode, type Io } from '../io.js';
import { scannerFrom } from './scanner.js';
import { openStore } from '../store.js';

/** Every file of an organisation with today's signatures. 1 where something was found, 2 where something could not be looked at. */
export async function rescanCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const org = parseOrgId(args.required('org'));
  args.required('clamd');
  const scanner = scannerFrom(args)!;
  const days = daysIn(args.text('older-than'));
  const before = days === undefined ? undefined : new Date(Date.now() - days * 86_400_000);
  const by = await scanner.state();
  const { store, close } = openStore(args, io);
  const counts = { clean: 0, malware: 0, unknown: 0 };
  const told: Rescanned[] = [];
  try {
    const quarantine = args.switch('quarantine') === true;
    for await (const file of rescan(store, scanner, org, { before, quarantine, signal: io.signal })) {
      counts[file.verdict] += 1;
      io.progress(`${counts.clean + counts.malware + counts.unknown} files, ${counts.malware} found`);
      if (file.verdict === 'clean') continue;
      if (args.switch('json')) told.push(file);
      else io.out(lineOf(file));
    }
  } finally {
    io.progress('');
    close();
  }
  const engine = [by.engine, by.database].filter(Boolean).join(' ');
  if (args.switch('json')) io.out(JSON.stringify({ org, scannedBy: by, counts, files: told }, null, 2));
  else io.out(`${engine}: ${counts.clean} clean, ${counts.malware} with malware, ${counts.unknown} not looked at.`);
  return counts.unknown > 0 ? 2 : counts.malware > 0 ? 1 : 0;
}

function lineOf(file: Rescanned): string {
  if (file.verdict === 'unknown') return `UNKNOWN ${file.key}: ${file.why}`;
  if (file.verdict === 'clean') return `ok ${file.key}`;
  return `FOUND ${file.key}: ${file.signature}${file.movedTo ? `, moved to ${file.movedTo}` : ''}`;
}

function daysIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  if (days === undefined) throw new UsageError('--older-than is a number of days, such as 30d.');
  return Number(days);
}
