import { existsSync, writeFileSync } from 'node:fs';
import { ask } from '../../files/ask-gate.js';
import { parseOrgId } from '../../keys/org-id.js';
import { hasKeys } from '../../options/encryption.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import {
  certificateMistake,
  keyToDelete,
  noCertificate,
  readCertificate,
  type ErasureStatement,
} from '../../org/erasure/certificate.js';
import { OrgErasure, type ErasurePlan } from '../../org/erasure/org-erasure.js';
import { foundAgain } from '../../org/erasure/verify-certificate.js';
import { officerStore, type StoreClient } from '../../org/officer.js';
import { createS3Client } from '../../store/client/s3-client.js';
import type { Catalog } from '../../catalog/catalog.js';
import { read } from '../audit/audit-inputs.js';
import type { Arguments } from '../arguments.js';
import { settingsFrom } from '../inputs.js';
import { UsageError, type ExitCode, type Io } from '../io.js';
import { publicKeysOf } from '../audit/key-files.js';
import { columns } from '../table.js';

/** Erases what an organisation has, or a part of it; `verify` checks a certificate. */
export async function eraseCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const [what, ...more] = args.rest;
  if (what === 'verify') return verify(args, io, more);
  if (what !== undefined) throw new UsageError('erase takes flags only, or verify FILE.');
  return withStore(args, io, async (settings, client, catalog) => {
    const org = parseOrgId(args.required('org'));
    const erasure = new OrgErasure(settings, client, async (...what) => {
      if (catalog) await ask(catalog.gate, () => catalog.gate.erased?.(...what));
    });
    const part = args.text('prefix');
    const scope = part === undefined ? {} : { prefix: `${org}/${part}` };
    const plan = await erasure.plan(org, scope);
    for (const line of plan.shortcomings) io.err(`Note: ${line}`);
    if (args.switch('dry-run')) {
      for (const line of args.switch('json') ? [JSON.stringify(plan, null, 2)] : described(plan)) io.out(line);
      return 0;
    }
    if (args.switch('reopen')) {
      await erasure.reopen(org, scope);
      io.out(`Open again: ${plan.scope === 'all' ? `organisation ${org}` : plan.scope}.`);
      return 0;
    }
    const [reason, out] = [args.required('reason'), args.required('out')];
    const signer = read(args.required('key'));
    if (existsSync(out)) throw new UsageError(`${out} is there already: a certificate is never written over.`);
    const question = `Erase ${plan.scope === 'all' ? 'everything' : plan.scope} of organisation ${org} in ${settings.bucket}, for good?`;
    if (!args.switch('yes') && !(await io.ask?.(question))) {
      io.err(io.ask ? 'Nothing was erased.' : 'Nobody can be asked; give --yes to erase.');
      return 2;
    }
    const erased = erasure.erase(org, {
      ...scope,
      reason,
      by: args.text('by') ?? 'whoever has the key',
      signer,
      bypassGovernance: args.switch('bypass-governance') === true,
      keep: (certificate) => writeFileSync(out, certificate, { mode: 0o600, flag: 'wx' }),
      onProgress: ({ doing, count }) => io.progress(progressOf(doing, count)),
      ...(io.signal && { signal: io.signal }),
      ...(io.clock && { clock: io.clock }),
    });
    const statement = await erased.catch(async (error: unknown) => {
      io.progress('');
      const what = plan.scope === 'all' ? `organisation ${org}` : plan.scope;
      // Where it cannot be asked, most likely it is closed.
      const isClosed = await erasure.isUnderWay(org, scope).catch(() => true);
      if (isClosed) io.err(`The erasure has not ended, and ${what} stays closed: the same command goes on.`);
      else io.err('Nothing was closed and nothing erased.');
      if (!io.signal?.aborted) throw error;
    });
    if (!statement) return 2;
    io.progress('');
    const stays = statement.left.filter(({ why }) => why !== 'closure');
    for (const { area, kind, why, until, code } of stays) {
      io.out(`STAYS ${area} ${kind}: ${[why, until && `until ${until}`, code].filter(Boolean).join(', ')}`);
    }
    if (stays.some(({ area, why }) => area === 'audit-archive' && why === 'refused')) {
      io.out(
        'In audit-archive/ the bucket policy denies every delete, but to the roles of provision --break-glass-role-arn.',
      );
    }
    io.out(`${out}: the certificate. ${amountOf(stays.length)}`);
    for (const line of ofKey(statement, settings)) io.out(line);
    return stays.length === 0 ? 0 : 1;
  });
}

const amountOf = (count: number): string =>
  count === 0 ? 'Nothing stays.' : count === 1 ? 'One thing stays.' : `${count} things stay.`;

/** What can be done with the key of KMS of an organisation that was erased. */
function* ofKey(statement: ErasureStatement, { encryption }: StorageSettings): Generator<string> {
  const { encryptionKey: key, organisation, scope } = statement;
  if (scope !== 'all' || !hasKeys(encryption)) return;
  if (key === undefined) {
    yield `The key of organisation ${organisation} is not known here, so the certificate does not name it.`;
  } else if (keyToDelete(statement) === undefined) {
    yield `KEEP its key ${key}: without it nobody can read what stays.`;
  } else {
    const [, , , region = ''] = key.split(':');
    yield 'Nothing needs its key any more. To make copies and backups unreadable too (until the end it can be cancelled):';
    yield `  aws kms schedule-key-deletion --key-id ${key} --pending-window-in-days 7${region && ` --region ${region}`}`;
  }
}

async function verify(args: Arguments, io: Io, [file, ...more]: string[]): Promise<ExitCode> {
  if (file === undefined || more.length > 0) throw new UsageError('erase verify takes one certificate.');
  const text = read(file);
  const mistake = certificateMistake(text, publicKeysOf(args));
  const certificate = readCertificate(text);
  if (mistake !== undefined || !certificate) {
    io.out(mistake ?? noCertificate);
    return 1;
  }
  const { statement } = certificate;
  const { organisation, scope, bucket, closedAt, finishedAt, reason, by, left } = statement;
  io.out(`Signed: ${scope === 'all' ? 'everything' : scope} of organisation ${organisation} in ${bucket} was erased.`);
  io.out(`Closed ${closedAt}, finished ${finishedAt}, by ${by}: ${reason}`);
  io.out(
    `${left.length} things stay, of them ${left.filter(({ why }) => why !== 'closure').length} beside the mark that closes it.`,
  );
  if (!args.switch('against-bucket')) return 0;
  return withStore(args, io, async (settings, client) => {
    if (settings.bucket !== bucket) throw new UsageError(`The certificate is about the bucket ${bucket}.`);
    let count = 0;
    for await (const { found } of foundAgain(officerStore(settings, client).versions, statement)) {
      if (++count <= 100) io.out(`FOUND ${found.kind} ${found.key}`);
    }
    io.out(
      count === 0
        ? 'The bucket has nothing else.'
        : `The bucket has ${count} things that the certificate does not name.`,
    );
    return count === 0 ? 0 : 1;
  });
}

/** With the rights of whoever calls it, for all areas. */
async function withStore(
  args: Arguments,
  io: Io,
  run: (settings: StorageSettings, client: StoreClient, catalog?: Catalog) => Promise<ExitCode>,
): Promise<ExitCode> {
  const settings = settingsFrom(args, io.env);
  const opened = args.text('database-url') === undefined ? undefined : await catalogOf(args);
  const client = createS3Client(settings);
  try {
    return await run(settings, client, opened?.catalog);
  } finally {
    io.progress('');
    client.destroy();
    await opened?.close();
  }
}

/** Loaded where there is one: it takes as long as all the rest. */
async function catalogOf(args: Arguments) {
  const { openCatalog } = await import('../audit/catalog-source.js');
  return openCatalog(args);
}

function progressOf(doing: string, count: number): string {
  const isTime = doing === 'waiting' || doing === 'looking again';
  return isTime ? `${doing} in ${Math.ceil(count / 1_000)} seconds` : `${doing}: ${count}`;
}

function* described(plan: ErasurePlan): Generator<string> {
  const { scope, folders, encryptionKey, found, holds, waitSeconds, notCovered } = plan;
  yield `Would erase ${scope === 'all' ? 'everything' : scope}:`;
  const rows = Object.entries(found).map(([area, { current, earlier, marker, upload, bytes }]) => [
    area,
    `${current} current, ${earlier} earlier, ${marker} marks of deletion, ${upload} open uploads; ${bytes} bytes`,
  ]);
  yield* rows.length === 0 ? ['  Nothing is there.'] : columns(rows as [string, string][]);
  yield `In ${folders.join(', ')}. ${holds} holds of the organisation: what they stand on stays.`;
  yield `Nothing would be written there from the start; ${waitSeconds} seconds later it would begin to remove.`;
  if (encryptionKey !== undefined)
    yield `Its key ${encryptionKey} stays: at the end it is said whether something still needs it, and how to delete it.`;
  yield 'Not covered:';
  for (const line of notCovered) yield `  ${line}`;
}
