import type { OrgId } from '../keys/org-id.js';

/**
 * Asks the database one statement. Values are text or null, and each statement says what they are (`$1::text::bigint`), so
 * that drivers and ORMs, which guess in ways of their own, have nothing to guess.
 */
export type RawQuery = (sql: string, values: (string | null)[]) => Promise<readonly unknown[]>;

/** One transaction in which the database shows one organisation's rows and no others. */
export interface CatalogSession {
  /** The rows of a statement. Each of our statements answers with one column, `row`: JSON as text, for the same reason. */
  readonly query: RawQuery;
}

/**
 * Where the catalog's rows are. Everything that the catalog asks goes through `inOrg`: one transaction, with the
 * organisation set for it and for nothing after it.
 */
export interface CatalogDatabase {
  /** Commits when `work` resolves; nothing stays when it rejects. */
  inOrg<T>(org: OrgId, work: (session: CatalogSession) => Promise<T>): Promise<T>;
  /** One statement as `inOrg` would ask it, in one round trip: for adapters that can. */
  ask?(org: OrgId, sql: string, values: (string | null)[]): Promise<readonly unknown[]>;
  /** Without an organisation, for what concerns none: checks at the start. */
  outside<T>(work: (session: CatalogSession) => Promise<T>): Promise<T>;
  readonly setting: string;
}

export interface DatabaseOptions {
  /**
   * The run-time setting that row level security reads: give the one that your own policies read already. Default
   * `app.org_id`.
   */
  setting?: string;
  /** Milliseconds for one transaction, waiting for its connection included. Default 5,000. */
  deadlineMs?: number;
}

/** The rows of one of our own statements. */
export async function rowsOf<T>(session: CatalogSession, sql: string, values: (string | null)[]): Promise<T[]> {
  return parsed(await session.query(sql, values));
}

/** The same in a transaction of its own. */
export async function ask<T>(
  database: CatalogDatabase,
  org: OrgId,
  sql: string,
  values: (string | null)[],
): Promise<T[]> {
  if (!database.ask) return database.inOrg(org, (session) => rowsOf(session, sql, values));
  return parsed(await database.ask(org, sql, values));
}

const parsed = <T>(rows: readonly unknown[]): T[] => rows.map((row) => JSON.parse((row as { row: string }).row) as T);
