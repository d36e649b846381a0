import { PGlite, type Transaction } from '@electric-sql/pglite';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { pglite } from '../src/catalog/adapters/pglite.js';
import { pgPool } from '../src/catalog/adapters/pg-pool.js';
import type { CatalogDatabase, DatabaseOptions, RawQuery } from '../src/catalog/catalog-database.js';
import { migrate, type MigrateOptions, type Owner } from '../src/catalog/schema/migrate.js';

/** A database with the catalog's tables, as its owner and as the application see it. */
export interface CatalogServer {
  /** A server of many connections; false for PGlite, which has one. */
  isReal: boolean;
  role: string;
  owner: Owner;
  /** The application's. */
  database(options?: DatabaseOptions): CatalogDatabase;
  /** One transaction as the application's role, of which a test says everything itself; rolled back at its end. */
  asApp<T>(work: (query: RawQuery) => Promise<T>): Promise<T>;
  /** A server with no such user for others' roles: its URL. */
  url(role?: string): string;
  close(): Promise<void>;
}

/** PGlite, or with `CATALOG_TEST_URL` (of a superuser) a database of its own on that server. */
export async function startCatalogServer(options: Partial<MigrateOptions> = {}): Promise<CatalogServer> {
  const url = process.env['CATALOG_TEST_URL'];
  return url ? realServer(url, options) : inProcess(options);
}

async function inProcess(options: Partial<MigrateOptions>): Promise<CatalogServer> {
  const role = 'clinic_app';
  const db = await databaseOfWorker();
  for (const sql of ['set session authorization postgres', 'discard all', empty]) await db.exec(sql);
  await db.exec(`create role ${role} login`);
  // There is one session: whoever has it says first whose it is.
  const owner: Owner = {
    run: async (sql) => void (await db.exec(`set session authorization postgres; ${sql}`)),
    rows: (sql) =>
      db.transaction(async (asking) => {
        await asking.exec('set session authorization postgres');
        return (await asking.query<Record<string, unknown>>(sql)).rows;
      }),
  };
  await migrate(owner, { role, ...options });
  const transaction = <T>(work: (asking: Transaction) => Promise<T>) =>
    db.transaction(async (asking) => {
      await asking.exec(`set session authorization ${role}`);
      return work(asking);
    });
  return {
    isReal: false,
    role,
    owner,
    database: (given) =>
      pglite({ query: (sql, values) => db.query(sql, values), transaction }, { deadlineMs: 30_000, ...given }),
    asApp: (work) => rolledBack(transaction, work),
    url: () => '',
    // A timer of PostgreSQL's would keep the process for ten seconds.
    close: async () => (db as unknown as { Module: { _clear_setitimer(): void } }).Module._clear_setitimer(),
  };
}

const kept = PGlite as { ofWorker?: Promise<PGlite> };
let isTaken = false;

/**
 * Kept with the library, of which all test files of a worker have the same one: opening one takes longer than many a
 * file's tests. Only one file runs at a time, and it finds nothing of the one before.
 */
async function databaseOfWorker(): Promise<PGlite> {
  if (isTaken) throw new Error('A test file has one database in this process.');
  isTaken = true;
  kept.ofWorker ??= emptyDatabase().then((loadDataDir) => PGlite.create({ loadDataDir }));
  return kept.ofWorker;
}

/** Removes whatever schemas and roles a test file made. */
const empty = `do $$ declare name text; begin
  for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', name);
  end loop;
  create schema public;
  grant usage on schema public to public;
  for name in select rolname from pg_roles where rolname <> 'postgres' and rolname !~ '^pg_' loop
    execute format('drop owned by %I cascade', name);
    execute format('drop role %I', name);
  end loop;
end $$`;

/** Made once: a new database takes PGlite some seconds, its copy half of one. */
async function emptyDatabase(): Promise<Blob> {
  const { version } = JSON.parse(readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8')) as {
    version: string;
  };
  const path = join('node_modules/.cache', `pglite-${version}-alone.tar`);
  if (!existsSync(path)) {
    const db = await PGlite.create();
    // Nobody makes another database of these two, and they are two thirds of the files.
    await db.exec(`update pg_database set datistemplate = false`);
    for (const name of ['template0', 'template1']) await db.exec(`drop database ${name}`);
    const made = await db.dumpDataDir('none');
    await db.close();
    const part = `${path}.${process.pid}`;
    mkdirSync('node_modules/.cache', { recursive: true });
    writeFileSync(part, Buffer.from(await made.arrayBuffer()));
    renameSync(part, path);
  }
  return new Blob([readFileSync(path)]);
}

async function realServer(url: string, options: Partial<MigrateOptions>): Promise<CatalogServer> {
  const name = `catalog_${randomBytes(5).toString('hex')}`;
  const role = `${name}_app`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.query(`create role ${role} login password '${name}'`);
  const at = new URL(url);
  at.pathname = `/${name}`;
  const asOwner = new pg.Client({ connectionString: at.href });
  await asOwner.connect();
  const owner: Owner = {
    run: async (sql) => void (await asOwner.query(sql)),
    rows: async (sql) => (await asOwner.query<Record<string, unknown>>(sql)).rows,
  };
  await migrate(owner, { role, ...options });
  const urlOf = (user: string = role) => {
    const own = new URL(at);
    own.username = user;
    own.password = name;
    return own.href;
  };
  const pools: pg.Pool[] = [];
  const pool = new pg.Pool({ connectionString: urlOf(), max: 50 });
  pool.on('error', () => {});
  pools.push(pool);
  return {
    isReal: true,
    role,
    owner,
    database: (given) => pgPool(pool, { deadlineMs: 30_000, ...given }),
    asApp: async (work) => {
      const client = await pool.connect();
      try {
        return await rolledBack(async (run) => {
          await client.query('begin');
          try {
            return await run(client as never);
          } finally {
            await client.query('rollback');
          }
        }, work);
      } finally {
        client.release();
      }
    },
    url: urlOf,
    close: async () => {
      for (const one of pools) await one.end();
      await asOwner.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.query(`drop role ${role}`);
      await admin.end();
    },
  };
}

class RollBack extends Error {
  constructor(readonly answer: unknown) {
    super('rolled back');
  }
}

interface Asking {
  query(sql: string, values?: (string | null)[]): Promise<{ rows: unknown[] }>;
}

async function rolledBack<T>(
  transaction: (run: (asking: Asking) => Promise<T>) => Promise<T>,
  work: (query: RawQuery) => Promise<T>,
): Promise<T> {
  try {
    return await transaction(async (asking) => {
      throw new RollBack(await work(async (sql, values) => (await asking.query(sql, values)).rows));
    });
  } catch (error) {
    if (error instanceof RollBack) return error.answer as T;
    throw error;
  }
}
