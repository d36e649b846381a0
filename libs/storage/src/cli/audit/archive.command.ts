import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { jsonLines } from '../../audit/json-lines.js';
import { MerkleTree } from '../../audit/merkle.js';
import { sealOf } from '../../kinds/audit-chain.js';
import { AuditArchiveService } from '../../kinds/audit-month.js';
import { parseOrgId, type OrgId } from '../../keys/org-id.js';
import type { AuditOptions } from '../../options/audit.options.js';
import { storageSettings } from '../../options/storage.settings.js';
import { ObjectStore } from '../../store/object-store.js';
import { StorageError } from '../../storage.error.js';
import { monthIn, read } from './audit-inputs.js';
import { openCatalog } from './catalog-source.js';
import type { Arguments } from '../arguments.js';
import { retentionFrom, settingsFrom } from '../inputs.js';
import { UsageError, type ExitCode, type Io } from '../io.js';

/** What is archived: the lines of one organisation and one month of a journal, in their order. */
interface Archived {
  org: OrgId;
  month: string;
  /** Asked anew for each reading. */
  records(onBroken?: (line: number) => void): AsyncIterable<object>;
}

/** Makes a sealed month of a journal. Of two that do so at once, one does, and the other says whether it is the same. */
export async function archiveCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const [org, month, journal] = [parseOrgId(args.required('org')), monthIn(args, 'month'), args.text('journal')];
  if (journal !== undefined && !existsSync(journal)) throw new UsageError(`--journal: there is no file ${journal}.`);
  if (month >= new Date().toISOString().slice(0, 7)) {
    throw new UsageError(`The month ${month} is not over: more may still be recorded.`);
  }
  if (journal !== undefined) {
    return archive(args, io, { org, month, records: (onBroken) => recordsIn({ org, month, journal }, onBroken) });
  }
  if (args.text('database-url') === undefined) {
    throw new UsageError("--journal is missing, a file; or --database-url (or DATABASE_URL), for the catalog's.");
  }
  const { catalog, close } = await openCatalog(args);
  try {
    return await archive(args, io, { org, month, records: () => catalog.journal.each(org, timeOf(month)) });
  } finally {
    await close();
  }
}

function timeOf(month: string): { from: Date; to: Date } {
  const from = new Date(`${month}-01T00:00:00.000Z`);
  return { from, to: new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1)) };
}

async function archive(args: Arguments, io: Io, what: Archived): Promise<ExitCode> {
  const settings = storageSettings({ ...settingsFrom(args, io.env), audit: auditOptions(args) });
  // The application's own way, which no other command needs.
  const [{ NestFactory }, { StorageModule }] = await Promise.all([
    import('@nestjs/core'),
    import('../../storage.module.js'),
  ]);
  const app = await NestFactory.createApplicationContext(StorageModule.forRoot(settings), { logger: false });
  try {
    const [year = '', month = ''] = what.month.split('-');
    const options = io.signal ? { signal: io.signal } : {};
    const records = what.records((line) =>
      io.err(`${args.text('journal')}, line ${line}: no record of a journal; left out.`),
    );
    const { seal = '' } = await app.get(AuditArchiveService).append(what.org, { year, month }, records, options);
    io.out(`Archived. Keep this line where nobody of the bucket comes to; audit verify takes it as --head:`);
    io.out(seal);
    return 0;
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'already_exists') throw error;
    return await compare(app.get(ObjectStore), what, io);
  } finally {
    await app.close();
  }
}

async function compare(store: ObjectStore, what: Archived, io: Io): Promise<ExitCode> {
  const there = (await sealOf(store, what.org, what.month))?.seal;
  const tree = new MerkleTree();
  for await (const _lines of jsonLines(what.records(), (leaf) => tree.add(leaf)));
  if (there && there.count === tree.size && there.root === tree.root()) {
    io.out(`${what.month} is archived already, with the same ${tree.size} records.`);
    return 0;
  }
  const other = there ? `with other records: ${there.count} there, ${tree.size} here` : 'without a seal';
  io.out(`${what.month} is archived already, ${other}. Nothing was changed.`);
  return 1;
}

async function* recordsIn(
  { org, month, journal }: { org: OrgId; month: string; journal: string },
  onBroken: (line: number) => void = () => {},
) {
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(journal), crlfDelay: Infinity })) {
    at += 1;
    const record = recordOf(line);
    if (!record) onBroken(at);
    else if (record.org === org && record.at.startsWith(month)) yield record;
  }
}

/** A line that was cut short was never recorded: whoever wrote it was told so. */
function recordOf(line: string): { org: string; at: string } | undefined {
  try {
    const record = JSON.parse(line) as { org?: unknown; at?: unknown } | null;
    const isRecord = typeof record?.org === 'string' && typeof record.at === 'string';
    return isRecord ? (record as { org: string; at: string }) : undefined;
  } catch {
    return undefined;
  }
}

function auditOptions(args: Arguments): AuditOptions {
  const signers = args.list('audit-key').map(read);
  if (signers.length === 0) throw new UsageError('--audit-key is missing: the private key that audit keygen made.');
  const retention = retentionFrom(args);
  return {
    signers,
    origin: args.text('origin'),
    formerKeys: args.list('former-key').map(read),
    ...(retention && { retention }),
  };
}
