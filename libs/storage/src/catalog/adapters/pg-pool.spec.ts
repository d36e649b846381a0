import pg from 'pg';
import { startCatalogServer } from '../../../test/catalog.kit.js';
import { parseOrgId } from '../../keys/org-id.js';
import { pgPool } from './pg-pool.js';

const isReal = Boolean(process.env['CATALOG_TEST_URL']);
const server = isReal ? await startCatalogServer() : undefined;
const pools: pg.Pool[] = [];
const poolOf = (options: pg.PoolConfig) => {
  const pool = new pg.Pool({ connectionString: server!.url(), ...options });
  pool.on('error', () => {});
  pools.push(pool);
  return pool;
};
afterAll(async () => {
  for (const pool of pools) await pool.end();
  await server?.close();
});
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const insert = `
with done as (insert into tenant_storage.usage (org_id, purpose, used_bytes) values ($1::text::bigint, $2::text, $3::text::bigint) returning 1)
select count(*)::text as row from done`;
const seen = `
select count(*)::text as row from tenant_storage.usage where purpose = $1::text`;

const onServer = isReal ? describe : describe.skip;
onServer.each<[string, pg.PoolConfig, { prepare?: boolean }]>([
  ['one round trip', {}, {}],
  ['one round trip without plans that are kept', {}, { prepare: false }],
  ['a pool that pipelines by itself', { pipeline: true }, {}],
])('one statement in a transaction of its own, by %s', (what, config, options) => {
  const pool = isReal ? poolOf({ max: 1, ...config }) : undefined!;
  const database = isReal ? pgPool(pool, options) : undefined!;
  const add = (org = one, purpose = what, bytes = '1') => database.ask!(org, insert, [org, purpose, bytes]);

  test('is committed, and is of its organisation alone', async () => {
    expect(await add()).toEqual([{ row: '1' }]);
    expect(await database.ask!(one, seen, [what])).toEqual([{ row: '1' }]);
    expect(await database.ask!(eleven, seen, [what])).toEqual([{ row: '0' }]);
    expect(await database.outside(({ query }) => query(seen, [what]))).toEqual([{ row: '0' }]);
    await expect(database.ask!(eleven, insert, [one, `${what} of another`, '1'])).rejects.toMatchObject({
      code: 'check_unavailable',
    });
  });

  test('leaves nothing where it fails, and its connection is as it was', async () => {
    const before = await pool.query('select pg_backend_pid() as pid');
    await expect(add(one, 'negative', '-1')).rejects.toMatchObject({ code: 'check_unavailable' });
    await expect(database.ask!(one, '\nselect 1 / 0 as row', [])).rejects.toMatchObject({ code: 'check_unavailable' });
    await expect(database.ask!(one, 'no sql', [])).rejects.toMatchObject({ code: 'check_unavailable' });
    // In any order with transactions of several statements that ask the same.
    for (const purpose of ['a', 'b']) {
      expect(await database.inOrg(one, ({ query }) => query(insert, [one, what + purpose, '1']))).toEqual([
        { row: '1' },
      ]);
      expect(await add(one, `${what}${purpose}2`)).toEqual([{ row: '1' }]);
    }
    expect(await database.ask!(one, seen, ['negative'])).toEqual([{ row: '0' }]);
    expect((await pool.query('select pg_backend_pid() as pid')).rows).toEqual(before.rows);
  });

  test('sends each value as it is', async () => {
    const text = `'; drop table x; -- \\ " ${'ä€😀'.repeat(40)} \n`;
    const asked = '\nselect json_build_array($1::text, $2::text, $3::text is null)::text as row';
    const [found] = (await database.ask!(one, asked, [text, '', null])) as { row: string }[];
    expect(JSON.parse(found!.row)).toEqual([text, '', true]);
  });

  test('fails once at most on a connection whose plans somebody has dropped, as DISCARD ALL does', async () => {
    const names = ['one', 'two', 'three'].map((name) => `${what} discarded ${name}`);
    const several = (purpose: string) =>
      database.inOrg(one, ({ query }) => query(insert, [one, `${purpose} of several`, '1']));
    const isDone = (asked: Promise<unknown>) => asked.then(() => true).catch(() => false);
    for (const way of [add.bind(null, one), several]) {
      await way(`${what} planned ${way.name}`);
      await pool.query('discard all');
      const done: boolean[] = [];
      for (const purpose of names) done.push(await isDone(way(`${purpose}${way.name}`)));
      expect(done.slice(1)).toEqual([true, true]);
    }
  });

  test('that is silent is given up, and the next one is asked on another connection', async () => {
    const impatient = pgPool(pool, { ...options, deadlineMs: 50 });
    await expect(impatient.ask!(one, '\nselect pg_sleep(30)::text as row', [])).rejects.toMatchObject({
      code: 'check_unavailable',
    });
    expect(await add(one, `${what} afterwards`)).toEqual([{ row: '1' }]);
  });
});

onServer('the share of one organisation, of a pool of four', () => {
  const asleep = '\nselect pg_sleep(3600)::text as row';
  const isRefused = expect.objectContaining({ code: expect.stringMatching(/^(check_unavailable|too_many_requests)$/) });
  const failed = (asked: Promise<unknown>[]) => Promise.all(asked.map((one) => expect(one).rejects.toEqual(isRefused)));

  /** A machine that is busy needs longer for a connection than these tests allow: who is told so asks again. */
  const untilHeard = async (ask: () => Promise<unknown>): Promise<unknown> => {
    for (;;) {
      const answer = await ask().catch((error: unknown) => error);
      if ((answer as { code?: string }).code !== 'check_unavailable') return answer;
    }
  };

  test('is two, also while connections are ended whose askers have been told that it took too long', async () => {
    const pool = poolOf({ max: 4 });
    const database = pgPool(pool, { deadlineMs: 60 });
    let [held, most] = [0, 0];
    pool.on('acquire', () => (most = Math.max(most, ++held)));
    pool.on('release', () => held--);
    const askers = Array.from({ length: 4 }, async () => {
      for (let times = 0; times < 5; times++) await failed([database.ask!(one, asleep, [])]);
    });
    await Promise.all(askers);
    expect(most).toBe(2);
    expect(await untilHeard(() => database.ask!(eleven, seen, ['nothing']))).toEqual([{ row: '0' }]);
  });

  test('is two, also while the application has all connections and they are waited for', async () => {
    const pool = poolOf({ max: 4 });
    const database = pgPool(pool, { deadlineMs: 60 });
    const held = await Promise.all([1, 2, 3, 4].map(() => pool.connect()));
    const waiting: number[] = [];
    for (let times = 0; times < 3; times++) {
      await failed([1, 2, 3, 4].map(() => database.ask!(one, seen, ['nothing'])));
      waiting.push(pool.waitingCount);
    }
    for (const client of held) client.release();
    expect(waiting).toEqual([2, 2, 2]);
    const patient = pgPool(pool);
    for (const org of [one, eleven]) expect(await patient.ask!(org, seen, ['nothing'])).toEqual([{ row: '0' }]);
    expect(pool.waitingCount).toBe(0);
    expect(await untilHeard(() => database.ask!(one, seen, ['nothing']))).toEqual([{ row: '0' }]);
  });
});
