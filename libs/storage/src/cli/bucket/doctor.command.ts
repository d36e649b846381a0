import { diagnose, type DoctorReport } from '../../bucket/doctor.js';
import type { Verdict } from '../../bucket/probes/guards/guard.js';
import { createS3Client } from '../../store/client/s3-client.js';
import type { ContentScanner } from '../../scan/content-scanner.js';
import { reachOf, reachText, type ScannerReach } from '../../scan/reach.js';
import type { Arguments } from '../arguments.js';
import { rulesFrom, settingsFrom } from '../inputs.js';
import type { ExitCode, Io } from '../io.js';
import { scannerFrom } from '../org/scanner.js';
import { columns } from '../table.js';

const marks: Record<Verdict, string> = {
  enforced: 'ok',
  missing: 'MISSING',
  unsupported: 'lacks it',
  skipped: 'skipped',
  unclear: 'unclear',
};

/** The bucket, the scanner, or both: `--clamd` alone asks no store. */
export async function doctorCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const scanner = scannerFrom(args);
  const reach = scanner && (await examined(scanner, io));
  if (scanner && args.text('bucket') === undefined) {
    io.out(args.switch('json') ? JSON.stringify({ scanner: reach }, null, 2) : reachLine(scanner.name, reach));
    return reach?.found ? 0 : 1;
  }
  const status = await bucketDoctor(args, io, scanner && { name: scanner.name, reach });
  return status === 0 && reach && !reach.found ? 1 : status;
}

interface Examined {
  name: string;
  reach: ScannerReach | undefined;
}

async function examined(scanner: ContentScanner, io: Io): Promise<ScannerReach> {
  io.progress('A file of the largest size goes to the scanner …');
  const reach = await reachOf(scanner);
  io.progress('');
  return reach;
}

const reachLine = (name: string, reach: ScannerReach | undefined): string =>
  reach ? `${reach.found ? 'ok' : 'MISSING'}  ${reachText(name, reach)}` : '';

async function bucketDoctor(args: Arguments, io: Io, scanner: Examined | undefined): Promise<ExitCode> {
  const settings = settingsFrom(args, io.env);
  const failOn = args.oneOf('fail-on', ['error', 'warning']) ?? 'error';
  const client = createS3Client(settings);
  try {
    const report = await diagnose(settings, client, rulesFrom(args), {
      probes: args.switch('probes') ?? true,
      signal: io.signal,
      onProgress: (done, of, title) => io.progress(`[${done}/${of}] ${title}`),
    });
    io.progress('');
    if (args.switch('json')) io.out(JSON.stringify(scanner ? { ...report, scanner: scanner.reach } : report, null, 2));
    else {
      for (const line of readable(report)) io.out(line);
      if (scanner) io.out(reachLine(scanner.name, scanner.reach));
    }
    if (report.findings.some(({ id }) => id.startsWith('bucket:'))) return 2;
    return report.ok && (failOn === 'error' || report.findings.length === 0) ? 0 : 1;
  } finally {
    io.progress('');
    client.destroy();
  }
}

function* readable({ bucket, endpoint, guards, findings, differences, options, ok }: DoctorReport): Generator<string> {
  yield `Bucket ${bucket} at ${endpoint}`;
  if (guards.length > 0) {
    yield '';
    yield 'Bad requests, and what the store did:';
    yield* columns(guards.map(({ verdict, id, title, detail }) => [marks[verdict], id, `${title}. ${detail}`]));
  }
  yield '';
  if (findings.length === 0) yield 'Nothing to do: everything is as the module needs it.';
  for (const { severity, id, message, fix } of findings) {
    yield `${severity.toUpperCase()} ${id}`;
    yield `  ${message}`;
    yield `  ${fix}`;
  }
  if (differences.length > 0) {
    yield '';
    yield 'Not as the module was told:';
    yield* columns(differences.map(({ capability, told, seen }) => [capability, `told ${told}`, `seen ${seen}`]));
  }
  if (options.store) {
    yield '';
    yield 'Options for this store:';
    yield `  ${JSON.stringify(options)}`;
  }
  if (ok && findings.length > 0) yield 'No errors.';
}
