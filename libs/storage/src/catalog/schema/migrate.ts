import { requireSettingName } from '../adapters/scope.js';
import { StorageError } from '../../storage.error.js';
import { requireColumn } from './columns.js';
import { guards, migrations, type Guards } from './migrations.js';
import { identifier, namesIn } from './names.js';

/** Runs SQL of several statements as the tables' owner. */
export interface Owner {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
}

export interface MigrateOptions extends Partial<Omit<Guards, 'role'>> {
  /** The application's role: it must be there, and own nothing of this. */
  role: string;
  schema?: string;
}

function checked({ role, schema, setting = 'app.org_id', columns = {} }: MigrateOptions) {
  identifier(role, 'The role');
  requireSettingName(setting);
  for (const [name, type] of Object.entries(columns)) requireColumn(name, type);
  return { names: namesIn(schema), role, setting, columns };
}

/** What an owner runs once, and again whenever the module or these options are new. Each run brings what is missing. */
export function migrationSql(options: MigrateOptions, done: ReadonlySet<number> = new Set()): string {
  const { names, ...guarding } = checked(options);
  const missing = migrations.filter(({ id }) => !done.has(id));
  return [
    `create schema if not exists ${names.schema};`,
    `create table if not exists ${names.migration} (id int primary key, applied_at timestamptz not null default now());`,
    ...missing.map(({ id, sql }) => `${sql(names).trim()}\ninsert into ${names.migration} (id) values (${id});`),
    guards(names, guarding),
  ].join('\n\n');
}

/** Brings the tables to what this version needs, in one transaction. Resolves with the migrations that were applied. */
export async function migrate(owner: Owner, options: MigrateOptions): Promise<number[]> {
  const { names, role } = checked(options);
  const [known] = await owner.rows(`select 1 as known from pg_roles where rolname = '${role}'`);
  if (!known) {
    throw new StorageError(
      'misconfigured',
      `There is no role ${role}. Create the one that the application connects as: create role ${role} login password '…';`,
    );
  }
  await owner.run('begin');
  try {
    // Two that start at once: the second waits and finds all done.
    await owner.run(`select pg_advisory_xact_lock(hashtext('nest-tenant-storage catalog'))`);
    const [there] = await owner.rows(`select to_regclass('${names.migration}') is not null as there`);
    const rows = there?.['there'] === true ? await owner.rows(`select id from ${names.migration}`) : [];
    const done = new Set(rows.map(({ id }) => Number(id)));
    await owner.run(migrationSql(options, done));
    await owner.run('commit');
    return migrations.map(({ id }) => id).filter((id) => !done.has(id));
  } catch (error) {
    await owner.run('rollback').catch(() => {});
    throw error;
  }
}
