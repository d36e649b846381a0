import { parseOrgId } from '../../keys/org-id.js';
import { isOneStore, moveFrom, moveTo } from '../../org/move/move-sides.js';
import { moveOrg, notMoved } from '../../org/move/move.js';
import { printable } from '../../org/printable.js';
import { shortcomings } from '../../org/shortcomings.js';
import { createS3Client } from '../../store/client/s3-client.js';
import type { Arguments } from '../arguments.js';
import { otherSettings, settingsFrom } from '../inputs.js';
import { UsageError, type ExitCode, type Io } from '../io.js';
import { stopped } from './stopped.js';

/** Copies what an organisation has into another bucket, and compares the hashes. */
export async function moveCommand(args: Arguments, io: Io): Promise<ExitCode> {
  if (args.rest.length > 0) throw new UsageError('move takes flags only.');
  const settings = settingsFrom(args, io.env);
  const org = parseOrgId(args.required('org'));
  const other = otherSettings(args, io.env, args.required('to-bucket'));
  if (isOneStore(settings, other) && settings.bucket === other.bucket)
    throw new UsageError('--to-bucket is the bucket that the files are in.');
  const verifyOnly = args.switch('verify-only') === true;
  const from = moveFrom(settings, createS3Client(settings));
  const to = moveTo(other, settings.bucket);
  try {
    const lines = verifyOnly ? [] : shortcomings('move', await to.versions.keeping(), other.store);
    for (const line of lines) io.err(`Note: ${line}`);
    let shown = 0;
    const report = await moveOrg(from, to, {
      org,
      verifyOnly,
      onProgress: ({ same, copied, bytes }) => io.progress(`${same} the same, ${copied} copied, ${bytes} bytes`),
      onDifference: ({ key, what }) => {
        if (++shown <= 100) io.out(`${what.toUpperCase()} ${printable(key)}`);
      },
      signal: io.signal,
    });
    io.progress('');
    const { same, copied, bytes, differences } = report;
    io.out(
      `${other.bucket}: ${same} the same, ${copied} of them copied now (${bytes} bytes), ${differences} differences.`,
    );
    if (verifyOnly) return differences === 0 ? 0 : 1;
    for (const line of notMoved) io.out(`Note: ${line}`);
    io.out(
      `Nothing was removed from ${settings.bucket}: when nothing uses it any more, erase does that, with a certificate.`,
    );
    return differences === 0 ? 0 : 1;
  } catch (error) {
    return stopped(error, io);
  } finally {
    from.client.destroy();
    to.client.destroy();
  }
}
