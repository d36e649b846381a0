import { StorageError } from '../storage.error.js';
import { pgPool } from './adapters/pg-pool.js';
import type { CatalogDatabase, DatabaseOptions } from './catalog-database.js';
import type { Owner } from './schema/migrate.js';

/** A connection by URL, for the command: an application brings its own pool. */
export interface Connected {
  owner: Owner;
  database: CatalogDatabase;
  close(): Promise<void>;
}

/** @throws {StorageError} `misconfigured` where `pg` is not installed or the server says no */
export async function connect(url: string, options?: DatabaseOptions): Promise<Connected> {
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new StorageError('misconfigured', 'The catalog needs the package pg: npm install pg', { cause });
  });
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => {});
  const client = await pool.connect().catch((cause: Error) => {
    // The driver's message names user, database and host, and never the password.
    throw new StorageError('misconfigured', `The database does not take the connection: ${cause.message}`, { cause });
  });
  const owner: Owner = {
    run: async (sql) => void (await client.query(sql)),
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
  };
  const close = async () => {
    client.release();
    await pool.end();
  };
  return { owner, database: pgPool(pool, options), close };
}
