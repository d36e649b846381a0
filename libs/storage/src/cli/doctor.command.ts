import { diagnose, type DoctorReport } from '../bucket/doctor.js';
import type { Verdict } from '../bucket/probes/guard.js';
import { createS3Client } from '../s3/s3-client.js';
import type { Arguments } from './flags.js';
import { rulesFrom, settingsFrom } from './inputs.js';
import type { ExitCode, Io } from './io.js';
import { columns } from './table.js';

const marks: Record<Verdict, string> = {
  enforced: 'ok',
  missing: 'MISSING',
  unsupported: 'lacks it',
  skipped: 'skipped',
  unclear: 'unclear',
};

export async function doctorCommand(args: Arguments, io: Io): Promise<ExitCode> {
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
    if (args.switch('json')) io.out(JSON.stringify(report, null, 2));
    else for (const line of readable(report)) io.out(line);
    if (report.findings.some(({ id }) => id.startsWith('bucket:'))) return 2;
    return report.ok && (failOn === 'error' || report.findings.length === 0) ? 0 : 1;
  } finally {
    io.progress('');
    client.destroy();
  }
}

function* readable({ bucket, endpoint, guards, findings, options, ok }: DoctorReport): Generator<string> {
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
  if (options.capabilities) {
    yield '';
    yield 'Options for this store:';
    yield `  ${JSON.stringify(options)}`;
  }
  if (ok && findings.length > 0) yield 'No errors.';
}
