import pg from 'pg';
import { invoice } from '../../../../examples/invoices.js';
import { startCatalogServer, type CatalogServer } from '../../test/catalog.kit.js';
import { eleven, one, startFiles } from '../../test/file-kits/gates.kit.js';
import { runs } from '../../test/long.js';
import { samples } from '../testing/samples.js';
import type { TestStorage } from '../testing/test-storage.js';
import { pgPool } from './adapters/pg-pool.js';
import type { RawQuery } from './catalog-database.js';
import { Catalog } from './catalog.js';
import { namesIn } from './schema/names.js';
import { eraseSql, settleSql } from './sql/file.sql.js';
import { removedSql } from './sql/removal.sql.js';

const isReal = Boolean(process.env['CATALOG_TEST_URL']);
// PGlite has one connection: it would prove nothing here.
let server: CatalogServer;
let storage: TestStorage;
let start: Awaited<ReturnType<typeof startFiles>>['start'];
let close: () => Promise<void>;
// In a hook: those of a file whose tests are all skipped are not run, and neither is the one that closes.
beforeAll(async () => {
  server = await startCatalogServer();
  ({ storage, start, close } = await startFiles());
});
const { bytes } = samples.pdf;
const file = { bytes, contentType: 'application/pdf' };
const at = (fileName: string) => ({ customerId: '7', fileName });
afterAll(async () => {
  await close();
  await server.close();
});

const onServer = isReal ? test : test.skip;
const why = isReal ? '' : ' [skipped: CATALOG_TEST_URL is not set]';

onServer(
  `of many uploads at once exactly as many go in as there is room for${why}`,
  async () => {
    const [uploads, room] = [runs(100, 2_000), runs(25, 500)];
    const options = { database: server.database(), limits: { files: room, bytes: room * bytes.length } };
    // Two processes.
    const parts = await Promise.all([Catalog.open(options), Catalog.open(options)]);
    const files = await Promise.all(parts.map(async (catalog) => (await start(catalog.gate)).files));
    let [stored, refused, others, next] = [0, 0, 0, 0];
    const sender = async () => {
      while (next < uploads) {
        const n = next++;
        await files[n % 2]!.upload(invoice, one, at(`${n}.pdf`), file, { by: `p${n % 20}` })
          .then(() => (stored += 1))
          .catch((error: { code?: string }) => (error.code === 'quota_exceeded' ? (refused += 1) : (others += 1)));
      }
    };
    await Promise.all(Array.from({ length: 50 }, sender));
    expect({ stored, refused, others }).toEqual({ stored: room, refused: uploads - room, others: 0 });
    const { usedFiles, usedBytes, reservedFiles, reservedBytes } = await parts[0].usage(one);
    expect({ usedFiles, usedBytes, reservedFiles, reservedBytes }).toEqual({
      ...{ usedFiles: room, usedBytes: room * bytes.length, reservedFiles: 0, reservedBytes: 0 },
    });
    const sum = `select count(*)::int as n, sum(size)::int as bytes from tenant_storage.file where org_id = 1`;
    expect(await server.owner.rows(sum)).toEqual([{ n: room, bytes: room * bytes.length }]);
    await files[0]!.upload(invoice, eleven, at('a.pdf'), file, { by: 'pat' });
    const gone = runs(10, 100);
    const { items } = await parts[0].files(one, { limit: gone });
    await Promise.all(items.map(({ place }) => files[0]!.delete(invoice, one, place as never)));
    expect(await parts[1].usage(one)).toMatchObject({
      usedFiles: room - gone,
      usedBytes: (room - gone) * bytes.length,
    });
  },
  runs(120_000, 900_000),
);

onServer(`an organisation whose rows are locked holds nobody else up${why}`, async () => {
  const pool = new pg.Pool({ connectionString: server.url(), max: 4 });
  const catalog = await Catalog.open({ database: pgPool(pool, { deadlineMs: 2_000 }) });
  await catalog.setLimits(one, {});
  const { files } = await start(catalog.gate);
  await server.owner.run(`begin; select * from tenant_storage.usage where org_id = 1 for update`);
  const held = Array.from({ length: 12 }, (_, n) =>
    files.upload(invoice, one, at(`held-${n}.pdf`), file, { by: 'pat' }).catch((error: { code: string }) => error.code),
  );
  await files.upload(invoice, eleven, at('free.pdf'), file, { by: 'pat' });
  const codes = new Set(await Promise.all(held));
  await server.owner.run('rollback');
  expect([...codes].every((code) => ['check_unavailable', 'too_many_requests'].includes(code as string))).toBe(true);
  expect((await storage.contents()).keys.filter((key) => key.includes('held'))).toEqual([]);
  await files.upload(invoice, one, at('held-0.pdf'), file, { by: 'pat' });
  await pool.end();
});

onServer(`a database that dies refuses uploads with nothing stored, and is there again when it is${why}`, async () => {
  const pool = new pg.Pool({ connectionString: server.url(), max: 4 });
  pool.on('error', () => {});
  const catalog = await Catalog.open({ database: pgPool(pool, { deadlineMs: 30_000 }) });
  const { files } = await start(catalog.gate);
  const send = (name: string) => files.upload(invoice, one, at(name), file, { by: 'pat' });
  await send('before.pdf');
  // Connections that die under their holder.
  const dying = pgPool(pool, { deadlineMs: 30_000 }).inOrg(one, async ({ query }) => {
    await server.owner.run(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${server.role}'`);
    return query('select 1', []);
  });
  await expect(dying).rejects.toMatchObject({ code: 'check_unavailable' });
  await server.owner.run(`alter role ${server.role} nologin;
    select pg_terminate_backend(pid) from pg_stat_activity where usename = '${server.role}'`);
  await expect(send('dead.pdf')).rejects.toMatchObject({ code: 'check_unavailable' });
  await expect(files.delete(invoice, one, at('before.pdf'))).rejects.toMatchObject({ code: 'check_unavailable' });
  await expect(catalog.files(one)).rejects.toMatchObject({ code: 'check_unavailable' });
  await server.owner.run(`alter role ${server.role} login`);
  const { keys } = await storage.contents();
  expect(keys).toContain('1/custom/invoices/7/before.pdf');
  expect(keys).not.toContain('1/custom/invoices/7/dead.pdf');
  await send('after.pdf');
  await pool.end();
});

describe('what waits for another transaction', () => {
  // Rows that were added by hand are counted nowhere.
  beforeEach(() => server.owner.run('delete from tenant_storage.file; delete from tenant_storage.usage'));
  const names = namesIn();
  const [older, newer] = ['a1b2c3d4-0000-4000-8000-000000000001', 'a1b2c3d4-0000-4000-8000-000000000002'];
  const key = (name: string) => `1/custom/invoices/7/${name}`;
  /** Runs `first` in a transaction that ends only when `second` waits for it. */
  const during = async (first: (query: RawQuery) => Promise<unknown>, second: () => Promise<unknown>) => {
    let waiting: Promise<unknown> | undefined;
    await server.database().inOrg(one, async ({ query }) => {
      await first(query);
      waiting = second();
      waiting.catch(() => {});
      const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and usename = '${server.role}'`;
      while ((await server.owner.rows(waits)).length === 0);
    });
    return waiting;
  };
  const add = (rows: string) =>
    server.owner.run(`insert into tenant_storage.file
      (org_id, id, key, folder, state, purpose, place, name, name_key, content_type, size, etag, direct, stored_at, check_at) ${rows}`);

  onServer(`a removal whose file is replaced while it is counted doubts the new one${why}`, async () => {
    const value = (id: string, state: string, dated: string) =>
      `(1, '${id}', '${key('raced.pdf')}', '1/custom/invoices/7', '${state}', 'p', '{}', 'n', 'n', 'application/pdf', 7, '"e"', false, ${dated})`;
    await add(
      `values ${value(older, 'stored', `now() - interval '1 day', now()`)}, ${value(newer, 'pending', 'null, now()')}`,
    );
    await during(
      (query) => query(settleSql(names, false), ['1', newer, key('raced.pdf'), '7', '"f"', null, null, null]),
      () => server.database().ask!(one, removedSql(names, false), ['1', older, key('raced.pdf')]),
    );
    expect(
      await server.owner.rows(
        `select id::text, state, check_at > now() as due from tenant_storage.file where name = 'n'`,
      ),
    ).toEqual([{ id: newer, state: 'stored', due: true }]);
  });

  onServer(`an erasure goes on after another one that did a part of the same${why}`, async () => {
    await add(`select 1, gen_random_uuid(), '${key('erased/')}' || n, 'f', 'stored', 'p', '{}', 'e', 'e', 'application/pdf', 7, '"e"', false, now(), null
      from generate_series(1, 2500) as n`);
    const values = ['1', JSON.stringify([key('erased/')]), '[]'];
    const catalog = await Catalog.open({ database: server.database() });
    await during(
      (query) => query(eraseSql(names), values),
      async () => catalog.gate.erased!(one, [key('erased/')], []),
    );
    expect(await server.owner.rows(`select count(*)::int as n from tenant_storage.file where name = 'e'`)).toEqual([
      { n: 0 },
    ]);
  });
});
