import type { PGlite } from '@electric-sql/pglite';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { migrate, migrationSql, pglite, type CatalogDatabase } from 'nest-tenant-storage/catalog';

export interface OpenDatabase {
  database: CatalogDatabase;
  close(): Promise<void>;
}

const role = 'demo_app';
const schema = { role, columns: { patient_id: 'text' } } as const;

/** Says whether a database has the tables and policies of this version. */
const schemaId = createHash('sha256').update(migrationSql(schema)).digest('hex').slice(0, 16);

/** A database in a folder, kept as the files are; its session is the application's. */
export async function demoDatabase(dataDir: string): Promise<OpenDatabase> {
  const folder = join(dataDir, 'catalog');
  const marker = join(dataDir, 'catalog.schema');
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    mkdirSync(dataDir, { recursive: true });
    copyWhole(await preparedDatabase(), folder);
    writeFileSync(marker, schemaId);
  }
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create(folder);
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== schemaId) {
    await setUp(db);
    writeFileSync(marker, schemaId);
  }
  await db.exec(`set session authorization ${role}`);
  return { database: pglite(db), close: () => db.close() };
}

/**
 * The folder of a database with the catalog's tables and no rows, made once for all demos of a checkout: a new one takes
 * PGlite some seconds, its copy a tenth of one.
 */
export async function preparedDatabase(): Promise<string> {
  const library = dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
  const { version } = JSON.parse(readFileSync(join(library, '../package.json'), 'utf8')) as { version: string };
  const cache = join(library, '../../../.cache');
  const kept = join(cache, `pglite-${version}-${schemaId}`);
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const part = `${kept}.${process.pid}`;
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create(part);
  await setUp(db);
  // Nobody makes another database of these two, and they are two thirds of the files.
  await db.exec(`update pg_database set datistemplate = false`);
  for (const name of ['template0', 'template1']) await db.exec(`drop database ${name}`);
  await db.exec('vacuum');
  await db.exec('checkpoint');
  await db.close();
  moveWhole(part, kept);
  return kept;
}

async function setUp(db: PGlite): Promise<void> {
  await db.exec(`do $$ begin create role ${role} login; exception when duplicate_object then null; end $$`);
  await migrate(
    {
      run: async (sql) => void (await db.exec(sql)),
      rows: async (sql) => (await db.query<Record<string, unknown>>(sql)).rows,
    },
    schema,
  );
}

/** A copy that was cut off is not taken for a database. */
function copyWhole(from: string, to: string): void {
  const part = `${to}.${process.pid}`;
  cpSync(from, part, { recursive: true });
  moveWhole(part, to);
}

/** Where another process was first, what it made stays. */
function moveWhole(part: string, to: string): void {
  try {
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}
