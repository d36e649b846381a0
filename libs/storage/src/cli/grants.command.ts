import { linesIn } from '../grants/log-lines.js';
import { mostNamed, reconcile, type Reconciliation } from '../grants/reconcile.js';
import type { Arguments } from './arguments.js';
import { UsageError, type ExitCode, type Io } from './io.js';
import { columns } from './table.js';

/** Compares what was granted with what S3's access logs say was done. Asks no store. */
export async function grantsCommand(args: Arguments, io: Io): Promise<ExitCode> {
  if (args.rest.join(' ') !== 'reconcile') throw new UsageError('grants is: grants reconcile.');
  const logs = args.required('logs');
  const ledger = args.text('grants');
  const roles = (['app-role-arn', 'tenant-role-arn', 'archiver-role-arn'] as const).flatMap(
    (flag) => args.text(flag) ?? [],
  );
  const report = await reconcile({
    logs: watched(linesIn(logs), io),
    grants: ledger === undefined ? none() : watched(linesIn(ledger), io),
    isApplication: (requester) => roles.some((role) => isOf(role, requester)),
  });
  io.progress('');
  const { unknown, readsWithoutGrant, unreadable, lines } = report;
  if (lines.logs === unreadable.logs) throw new UsageError(`${logs} has no line of an access log of S3.`);
  // Without a journal nobody knows what is unknown.
  const isClean = (ledger === undefined || unknown.count === 0) && readsWithoutGrant.count === 0;
  const isWhole = unreadable.logs + unreadable.grants === 0;
  for (const line of args.switch('json') ? [JSON.stringify(report, null, 2)] : text(report, ledger !== undefined)) {
    io.out(line);
  }
  return isClean && isWhole ? 0 : 1;
}

async function* none(): AsyncGenerator<string> {}

const linesBetween = 100_000;

async function* watched(lines: AsyncIterable<string>, { signal, progress }: Io): AsyncGenerator<string> {
  let count = 0;
  for await (const line of lines) {
    if (++count % linesBetween === 0) progress(`${count} lines`);
    signal?.throwIfAborted();
    yield line;
  }
}

/** A session of a role is called `arn:aws:sts::1234:assumed-role/NAME/session`. */
function isOf(role: string, requester: string): boolean {
  if (role === requester) return true;
  const [, partition, account, path] = /^arn:([^:]+):iam::(\d+):role\/(.+)$/.exec(role) ?? [];
  const session = `arn:${partition}:sts::${account}:assumed-role/${path?.split('/').at(-1)}/`;
  return path !== undefined && requester.startsWith(session);
}

function* text(report: Reconciliation, hasLedger: boolean): Generator<string> {
  const { lines, unreadable, issued, used, usedAgain, unused, unknown, readsWithoutGrant, refused } = report;
  const rows: [string, number, string][] = [
    ['issued', issued, 'grants in the journal or the events'],
    ['used', used, `at least once; ${usedAgain} of them more than once`],
    ['uploads', report.uploads, 'direct, that were sent and have no grant in the journal'],
    ['unused', unused.count, 'in these logs'],
    [
      'unknown',
      unknown.count,
      hasLedger ? 'served in the name of a grant that was not recorded' : 'served with a grant',
    ],
    ['reads without grant', readsWithoutGrant.count, 'served to whoever signed otherwise, or not at all'],
    ['reads by application', report.readsByApplication, 'through it, by a role that was named'],
    ['refused', refused, 'in the name of a grant'],
  ];
  yield* columns(rows.map(([what, count, of]) => [what, String(count), of]));
  if (hasLedger) for (const grant of unknown.grants) yield `unknown grant: ${grant}`;
  for (const { requester, signed, count } of readsWithoutGrant.by) {
    yield `${count} without grant by ${requester}, ${signed === 'not' ? 'unsigned' : `signed in the ${signed}`}`;
  }
  if (unknown.count > mostNamed && hasLedger) yield `Named are the first ${mostNamed}.`;
  if (!hasLedger)
    yield 'Without --grants nothing is known of what was issued: give the journal, or the events as JSON lines.';
  const left = unreadable.logs + unreadable.grants;
  if (left > 0)
    yield `${unreadable.logs} lines of logs and ${unreadable.grants} of grants could not be read: they are in no number above.`;
  yield `${lines.logs} lines of logs. S3 delivers them as well as it can: late, sometimes twice, and not every one. What is`;
  yield 'issued is exact; what is used is the least that happened, and unused does not prove that nobody read.';
}
