import { createHash } from 'node:crypto';
import type { OrgId } from '../../keys/org-id.js';
import { Slots } from '../../store/client/slots.js';
import type { CatalogDatabase, CatalogSession, DatabaseOptions, RawQuery } from '../catalog-database.js';
import { askTogether } from './pg-batch.js';
import type { PgClient, PgPool, PgStatement } from './pg-client.js';
import { entering, enterOrg, inTime, scopeOf } from './scope.js';

export interface PgPoolOptions extends DatabaseOptions {
  /**
   * Whether each connection plans the statements that write once, which takes most of their time. Default true; false behind
   * a pooler that hands a connection on after each transaction and does not know prepared statements, and where the
   * application drops them, as DISCARD ALL does.
   */
  prepare?: boolean;
}

/**
 * The catalog in the pool of `pg`. One organisation has at most half of the pool's connections at once, and organisations
 * that wait take turns, so that one whose rows are locked holds nobody else up.
 */
export function pgPool(pool: PgPool, { prepare = true, ...options }: PgPoolOptions = {}): CatalogDatabase {
  const scope = scopeOf(options);
  const all = pool.options?.max ?? 10;
  const turns = new Slots({ all, perOrg: Math.max(1, Math.floor(all / 2)), waitMs: scope.deadlineMs });
  const named = (text: string, values?: (string | null)[]): PgStatement => {
    const name = prepare ? nameOf(text) : undefined;
    return { text, ...(values && { values }), ...(name !== undefined && { name }) };
  };
  const run = <T>(work: (client: PgClient) => Promise<T>, over: () => void = () => {}) =>
    inTime(scope.deadlineMs, (isLate) => onClient(pool, { deadlineMs: scope.deadlineMs, isLate, over }, work));
  const inTurn = async <T>(org: OrgId, work: (client: PgClient) => Promise<T>): Promise<T> =>
    // Who is told that it took too long has left the connection where it was: the turn is over when the pool has it again.
    run(work, await inTime(scope.deadlineMs, () => turns.enter(org)));
  const queryOn =
    (client: PgClient): RawQuery =>
    async (text, values) =>
      (await client.query(named(text, values))).rows;
  const inOrg = <T>(org: OrgId, work: (session: CatalogSession) => Promise<T>) =>
    inTurn(org, (client) => transaction(client, async () => work(await enterOrg(queryOn(client), scope, org))));
  return {
    setting: scope.setting,
    inOrg,
    ask: (org, text, values) =>
      inTurn(org, async (client) => {
        const asked = named(text, values);
        const enter = entering(scope, org, { isPrepared: asked.name !== undefined });
        const statements = [named(begin), named(enter.text, enter.values), asked, named(commit)];
        const together = askTogether(client, statements);
        if (!together) {
          return transaction(client, async () => (await enterOrg(queryOn(client), scope, org)).query(text, values));
        }
        const { command, rows } = await together;
        requireCommit(command);
        // The first is what entering answers.
        return rows.slice(1);
      }),
    outside: (work) => run((client) => transaction(client, () => work({ query: queryOn(client) }))),
  };
}

const begin = 'begin isolation level read committed read write';
const commit = 'commit';

async function transaction<T>(client: PgClient, work: () => Promise<T>): Promise<T> {
  await client.query({ text: begin });
  const answer = await work();
  requireCommit((await client.query({ text: commit })).command);
  return answer;
}

/** A transaction in which something failed answers COMMIT with ROLLBACK. */
function requireCommit(command: string | undefined): void {
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back.');
}

/** With a connection that is given back whole or not at all; `over` is told when the pool has it again, or gave none. */
async function onClient<T>(
  pool: PgPool,
  { deadlineMs, isLate, over }: { deadlineMs: number; isLate: () => boolean; over: () => void },
  work: (client: PgClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    over();
    throw error;
  });
  // A connection that dies between two statements says so to whoever holds it; the next statement fails too.
  const ignore = () => {};
  client.on('error', ignore);
  let isWhole = false;
  let isReleased = false;
  const release = () => {
    if (isReleased) return;
    isReleased = true;
    client.off('error', ignore);
    client.release(!isWhole);
    over();
  };
  // A server that is silent is left: its connection ends, and the pool has the place again.
  const silent = setTimeout(release, deadlineMs);
  try {
    if (isLate()) {
      isWhole = true;
      throw new Error('A connection came too late.');
    }
    const answer = await work(client).catch(async (error: unknown) => {
      // What cannot be rolled back is not used again, nor what has other plans than its client thinks: it would fail each time.
      isWhole = await client.query({ text: 'rollback' }).then(
        () => !isOfPlans(error),
        () => false,
      );
      throw error;
    });
    isWhole = true;
    return answer;
  } finally {
    clearTimeout(silent);
    release();
  }
}

/** A statement that is not there any more, or is there already. */
const isOfPlans = (error: unknown): boolean =>
  ['26000', '42P05'].includes((error as { code?: string } | null)?.code ?? '');

const names = new Map<string, string>();

/** Most statements are few and always the same ones; a search is composed anew, and a name for each would fill the server. */
function nameOf(text: string): string | undefined {
  if (text.startsWith('\nselect ')) return undefined;
  const name = names.get(text) ?? `nest_tenant_storage_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  names.set(text, name);
  return name;
}
