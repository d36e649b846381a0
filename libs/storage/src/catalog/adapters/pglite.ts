import type { OrgId } from '../../keys/org-id.js';
import type { CatalogDatabase, CatalogSession, DatabaseOptions } from '../catalog-database.js';
import { enterOrg, inTime, scopeOf } from './scope.js';

interface Asking {
  query(sql: string, values?: (string | null)[]): Promise<{ rows: unknown[] }>;
}

/** What is used of `PGlite`. */
export interface PgliteLike extends Asking {
  transaction<T>(work: (transaction: Asking) => Promise<T>): Promise<T>;
}

/**
 * The catalog in PGlite, for development and demonstrations. Its session is a superuser's, who sees every row: say
 * `set session authorization` with the application's role before the catalog opens.
 */
export function pglite(db: PgliteLike, options?: DatabaseOptions): CatalogDatabase {
  const scope = scopeOf(options);
  const run = <T>(work: (transaction: Asking) => Promise<T>) =>
    inTime(scope.deadlineMs, (isLate) =>
      // One transaction at a time: what has waited too long is not begun when its turn comes.
      db.transaction(async (transaction) => {
        if (isLate()) throw new Error('The turn came too late.');
        return work(transaction);
      }),
    );
  const sessionOf = (transaction: Asking): CatalogSession => ({
    query: async (sql, values) => (await transaction.query(sql, values)).rows,
  });
  return {
    setting: scope.setting,
    inOrg: <T>(org: OrgId, work: (session: CatalogSession) => Promise<T>) =>
      run(async (transaction) => work(await enterOrg(sessionOf(transaction).query, scope, org))),
    outside: (work) => run((transaction) => work(sessionOf(transaction))),
  };
}
