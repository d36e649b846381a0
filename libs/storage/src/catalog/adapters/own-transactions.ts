import type { OrgId } from '../../keys/org-id.js';
import { parseOrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { CatalogDatabase, CatalogSession, DatabaseOptions, RawQuery } from '../catalog-database.js';
import { enterOrg, goOnAs, inTime, scopeOf } from './scope.js';

/** Runs `work` in one transaction of the application's own, and gives it a way to ask in that transaction. */
export type BeginTransaction = <T>(work: (query: RawQuery) => Promise<T>) => Promise<T>;

/** The catalog in transactions that an ORM begins. */
export function ownTransactions(begin: BeginTransaction, options?: DatabaseOptions): CatalogDatabase {
  const scope = scopeOf(options);
  const run = <T>(work: (query: RawQuery) => Promise<T>) =>
    inTime(scope.deadlineMs, (isLate) =>
      begin(async (query) => {
        if (isLate()) throw new Error('The transaction came too late.');
        return work(query);
      }),
    );
  return {
    setting: scope.setting,
    inOrg: <T>(org: OrgId, work: (session: CatalogSession) => Promise<T>) =>
      run(async (query) => work(await enterOrg(query, scope, org))),
    outside: (work) => run((query) => work({ query })),
  };
}

/**
 * The catalog in one transaction that is open already: what it writes is there when that commits, and is not when it does
 * not. The organisation that the transaction has is left as it was; one of another organisation is refused.
 */
export function thisTransaction(query: RawQuery, options?: DatabaseOptions): CatalogDatabase {
  const scope = scopeOf(options);
  return {
    setting: scope.setting,
    async inOrg<T>(org: OrgId, work: (session: CatalogSession) => Promise<T>): Promise<T> {
      return inTime(scope.deadlineMs, async () => {
        const before = await orgOfSession(query, scope);
        if (before !== undefined && before !== parseOrgId(org)) {
          throw new StorageError('misconfigured', 'This transaction is of another organisation.');
        }
        const leave = async () => {
          if (before === undefined) await query(`select set_config($1::text, '', true)`, [scope.setting]);
        };
        await goOnAs(query, scope.setting, org);
        const answer = await work({ query }).catch(async (error: unknown) => {
          // Where the database failed, it takes nothing more until the transaction is rolled back, and the setting with it.
          await leave().catch(() => {});
          throw error;
        });
        await leave();
        return answer;
      });
    },
    outside: (work) => inTime(scope.deadlineMs, () => work({ query })),
  };
}

/**
 * The organisation that row level security has in the session at hand, undefined where none is set; for the option `orgOf`:
 * `orgOf: (request) => orgOfSession((sql, values) => request.transaction.query(sql, values))`.
 *
 * @throws {StorageError} `invalid_org` where the setting holds something else
 */
export async function orgOfSession(
  query: RawQuery,
  options?: Pick<DatabaseOptions, 'setting'>,
): Promise<OrgId | undefined> {
  const { setting } = scopeOf(options);
  const [found] = await query(`select nullif(current_setting($1::text, true), '') as row`, [setting]);
  const { row } = (found ?? {}) as { row?: string | null };
  return row === undefined || row === null ? undefined : parseOrgId(row);
}
