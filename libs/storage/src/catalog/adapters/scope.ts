import type { OrgId } from '../../keys/org-id.js';
import { parseOrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { CatalogSession, DatabaseOptions, RawQuery } from '../catalog-database.js';

export interface Scope {
  setting: string;
  deadlineMs: number;
}

/** @throws {StorageError} `misconfigured` */
export function scopeOf({ setting = 'app.org_id', deadlineMs = 5_000 }: DatabaseOptions = {}): Scope {
  requireSettingName(setting);
  if (!Number.isInteger(deadlineMs) || deadlineMs < 1 || deadlineMs > 3_600_000) {
    throw new StorageError('misconfigured', 'deadlineMs must be whole milliseconds above 0.');
  }
  return { setting, deadlineMs };
}

/** PostgreSQL takes a custom setting under two names with a dot; others would be settings of its own. */
const isSettingName = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$/.test(name) && name.length <= 63;

/** @throws {StorageError} `misconfigured` */
export function requireSettingName(setting: unknown): void {
  if (isSettingName(setting)) return;
  throw new StorageError('misconfigured', 'setting must be two names with a dot between them, such as app.org_id.');
}

/**
 * Sets the organisation for the transaction at hand and for nothing after it. That it can be bound as a value is why it is
 * `set_config` and not `SET LOCAL`. The server ends what takes too long as well: whoever waits has gone by then. What is
 * prepared has one plan for all values: making one takes longer than following it.
 */
export const entering = (
  { setting, deadlineMs }: Scope,
  org: OrgId,
  { isPrepared = false } = {},
): { text: string; values: string[] } => ({
  text: `select set_config($1::text, $2::text, true), set_config('statement_timeout', $3::text, true), set_config('lock_timeout', $3::text, true)${isPrepared ? ", set_config('plan_cache_mode', 'force_generic_plan', true)" : ''}`,
  values: [setting, parseOrgId(org), `${deadlineMs}`],
});

export async function enterOrg(query: RawQuery, scope: Scope, org: OrgId): Promise<CatalogSession> {
  const { text, values } = entering(scope, org);
  await query(text, values);
  return { query };
}

/** In a transaction that goes on with another organisation: only ever from one list of ours to the next. */
export async function goOnAs(query: RawQuery, setting: string, org: OrgId): Promise<void> {
  await query('select set_config($1::text, $2::text, true)', [setting, parseOrgId(org)]);
}

/** What the catalog's database cannot do now. `cause` is for logs: what a database says of a row is not for callers. */
export function unavailable(cause: unknown): StorageError {
  if (cause instanceof StorageError && cause.code !== 'store_unavailable') return cause;
  return new StorageError('check_unavailable', 'The catalog does not answer. Try again later.', { cause });
}

/** Rejects when the time is over. `work` is told whether it still has a caller. */
export async function inTime<T>(deadlineMs: number, work: (isLate: () => boolean) => Promise<T>): Promise<T> {
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new Error(`The catalog's database did not answer within ${deadlineMs} ms.`));
    }, deadlineMs);
  });
  try {
    return await Promise.race([work(() => late), over]);
  } catch (error) {
    throw unavailable(error);
  } finally {
    clearTimeout(timer);
  }
}
