import { connect } from '../catalog/connect.js';
import { migrate, migrationSql, type MigrateOptions } from '../catalog/schema/migrate.js';
import { parseOrgId } from '../keys/org-id.js';
import { createS3Client } from '../store/client/s3-client.js';
import { OrgClients } from '../store/client/org-clients.js';
import { ObjectStore } from '../store/object-store.js';
import { Presigner } from '../store/signing/presigner.js';
import { columnsOf, openCatalog } from './audit/catalog-source.js';
import type { Arguments } from './arguments.js';
import { settingsFrom } from './inputs.js';
import { UsageError, type ExitCode, type Io } from './io.js';

const commands: Record<string, (args: Arguments, io: Io) => Promise<ExitCode>> = {
  migrate: migrateTables,
  check,
  reconcile,
};

/** The catalog's tables: made, checked, and compared with the bucket. */
export async function catalogCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const [what = '', ...more] = args.rest;
  const command = Object.hasOwn(commands, what) ? commands[what] : undefined;
  if (!command || more.length > 0) throw new UsageError(`catalog is one of ${Object.keys(commands).join(', ')}.`);
  return command(args, io);
}

/** As the tables' owner; `--print` shows what would be run on an empty database, and asks none. */
async function migrateTables(args: Arguments, io: Io): Promise<ExitCode> {
  const setting = args.text('setting');
  const options: MigrateOptions = {
    role: args.required('db-role'),
    columns: columnsOf(args),
    schema: args.text('schema'),
    ...(setting !== undefined && { setting }),
  };
  if (args.switch('print')) {
    io.out(migrationSql(options));
    return 0;
  }
  const { owner, close } = await connect(args.required('database-url'));
  try {
    const applied = await migrate(owner, options);
    io.out(applied.length > 0 ? `Applied: ${applied.join(', ')}.` : 'The tables were up to date.');
    io.out(`Policies, privileges and columns are as they should be for ${options.role}.`);
    return 0;
  } finally {
    await close();
  }
}

/** As the application's role: what the start of the application would say. */
async function check(args: Arguments, io: Io): Promise<ExitCode> {
  const { close } = await openCatalog(args);
  await close();
  io.out('Row level security keeps organisations apart for this role.');
  return 0;
}

async function reconcile(args: Arguments, io: Io): Promise<ExitCode> {
  const org = parseOrgId(args.required('org'));
  const settings = settingsFrom(args, io.env);
  const { catalog, close } = await openCatalog(args);
  const client = createS3Client(settings);
  const clients = new OrgClients(settings, client);
  try {
    const store = new ObjectStore(settings, clients, new Presigner(settings));
    const report = await catalog.reconcile(store, org, { repair: args.switch('repair') === true });
    if (args.switch('json')) io.out(JSON.stringify(report, null, 2));
    else {
      for (const { what, of, repaired } of report.differences) {
        io.out(`${what.replaceAll('-', ' ')}: ${of || 'all kinds'}${repaired ? ' (repaired)' : ''}`);
      }
      io.out(`${report.objects} objects, ${report.rows} rows, ${report.differences.length} differences.`);
    }
    return report.differences.every(({ repaired }) => repaired) ? 0 : 1;
  } finally {
    clients.destroy();
    client.destroy();
    await close();
  }
}
