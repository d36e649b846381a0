import { startCatalogServer } from '../../test/catalog.kit.js';
import { parseOrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { orgOfSession, ownTransactions, thisTransaction } from './adapters/own-transactions.js';
import type { CatalogDatabase, RawQuery } from './catalog-database.js';
import { Catalog } from './catalog.js';
import { migrate, migrationSql } from './schema/migrate.js';

const server = await startCatalogServer();
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const secret = 'a1b2c3d4-0000-4000-8000-00000000000b';
const own = 'a1b2c3d4-0000-4000-8000-000000000001';

const insert = (org: string, id: string, key: string) => `
insert into tenant_storage.file (org_id, id, key, folder, state, purpose, place, name, name_key, content_type, size, etag, direct, uploaded_by, stored_at)
values (${org}, '${id}', '${key}', 'f', 'stored', 'invoice', '{"customerId": "7"}', 'Secret.pdf', 'secret.pdf', 'application/pdf', 7, '"e"', false, 'pat', now())`;

await server.owner
  .run(`${insert('1', own, '1/custom/invoices/7/a.pdf')}; ${insert('11', secret, '11/custom/invoices/7/a.pdf')};
  insert into tenant_storage.usage (org_id, purpose, used_bytes, used_files) values (1, '', 7, 1), (11, '', 7, 1);
  insert into tenant_storage.journal (org_id, id, at, kind, verb, outcome, record) values
    (1, 'a', now(), 'k', 'url', 'done', '{}'), (11, 'b', now(), 'k', 'url', 'done', '{}');`);
afterAll(() => server.close());

/** What somebody reaches who can send any SQL as the application's role, in a transaction of organisation 1. */
const attack = (work: (query: RawQuery) => Promise<unknown>) =>
  server.asApp(async (query) => {
    await query(`select set_config('app.org_id', '1', true)`, []);
    return work(query);
  });
const asked = (sql: string) => attack((query) => query(sql, []));

describe('the application’s role in a transaction of one organisation', () => {
  test.each<[string, string]>([
    ['reads', 'select * from tenant_storage.file where org_id = 11'],
    ['reads by id', `select * from tenant_storage.file where id = '${secret}'`],
    [
      'counts by a join',
      'select * from tenant_storage.file f join tenant_storage.file g on f.key = g.key where g.org_id = 11',
    ],
    ['reads usage', 'select * from tenant_storage.usage where org_id = 11'],
    ['reads the journal', 'select * from tenant_storage.journal where org_id = 11'],
    ['changes', `update tenant_storage.file set etag = 'x' where org_id = 11 returning 1`],
    ['changes usage', 'update tenant_storage.usage set max_bytes = 1 where org_id = 11 returning 1'],
    ['removes', 'delete from tenant_storage.file where org_id = 11 returning 1'],
    ['locks', 'select 1 from tenant_storage.file where org_id = 11 for update'],
    [
      'reads by a subquery that fails on what it finds',
      `select 1 / (size - 7) from tenant_storage.file where org_id = 11`,
    ],
    [
      'reads the statistics of columns',
      `select * from pg_stats where schemaname = 'tenant_storage' and tablename = 'file' and attname = 'name'`,
    ],
  ])('%s nothing of another', async (_what, sql) => {
    expect(await asked(sql)).toEqual([]);
  });

  test('sees its own all the while', async () => {
    expect(await asked('select org_id::text from tenant_storage.file')).toEqual([{ org_id: '1' }]);
    expect(await asked(`update tenant_storage.file set etag = '"x"' returning 1 as changed`)).toEqual([{ changed: 1 }]);
  });

  const policy = 'new row violates row-level security policy for table "file"';
  test.each<[string, string, string]>([
    ['adds a row of another', insert('11', '00000000-0000-4000-8000-000000000001', '11/custom/x/y'), policy],
    ['asks by a taken id', insert('11', secret, '11/custom/x/y'), policy],
    ['asks by a taken key', insert('11', '00000000-0000-4000-8000-000000000002', '11/custom/invoices/7/a.pdf'), policy],
    ['asks by a conflict', `${insert('11', secret, '11/custom/x/y')} on conflict do nothing`, policy],
    ['moves its row to another', 'update tenant_storage.file set org_id = 11', 'permission denied for table file'],
    [
      'moves its key to another',
      `update tenant_storage.file set key = '11/custom/invoices/7/a.pdf'`,
      'permission denied',
    ],
    [
      'points a row into another',
      insert('1', '00000000-0000-4000-8000-000000000003', '11/custom/invoices/7/a.pdf'),
      'key_lies_under_the_organisation',
    ],
    [
      'points a row into one whose id begins alike',
      insert('1', '00000000-0000-4000-8000-000000000004', '11/x'),
      'key_lies_under_the_organisation',
    ],
    [
      'climbs out of its folder',
      insert('1', '00000000-0000-4000-8000-000000000005', '1/../11/custom/a'),
      'key_lies_under_the_organisation',
    ],
    ['empties the table', 'truncate tenant_storage.file', 'permission denied'],
    [
      'refers to rows by a foreign key',
      `create temporary table t (org_id bigint, id uuid, foreign key (org_id, id) references tenant_storage.file)`,
      'on temporary tables',
    ],
    ['switches row security off', 'set local row_security = off; ', ''],
    ['switches the policies off', 'alter table tenant_storage.file disable row level security', 'must be owner'],
    ['adds a policy', 'create policy mine on tenant_storage.file using (true)', 'must be owner'],
    ['becomes a superuser', 'set role postgres', 'permission denied'],
    ['changes the journal', `update tenant_storage.journal set record = '{}'`, 'permission denied'],
    ['removes from the journal', 'delete from tenant_storage.journal', 'permission denied'],
    [
      'hides a trigger',
      'create trigger t after insert on tenant_storage.file execute function suppress_redundant_updates_trigger()',
      'permission denied',
    ],
    [
      'makes a function of the schema',
      'create function tenant_storage.f() returns int language sql security definer return 1',
      'permission denied',
    ],
  ])('is refused when it %s, and told nothing', async (what, sql, why) => {
    const statement = what.startsWith('switches row security') ? 'select * from tenant_storage.file' : sql;
    const failed = attack(async (query) => {
      if (statement !== sql) await query('set local row_security = off', []);
      return query(statement, []);
    });
    const error = await failed.then(
      () => undefined,
      (thrown: Error & { detail?: string; hint?: string }) => thrown,
    );
    expect(error?.message).toContain(statement === sql ? why : 'query would be affected by row-level security');
    expect(`${error!.message} ${error!.detail} ${error!.hint}`).not.toMatch(/Secret|pat|f, stored/);
  });

  test('shows a function nothing of another, however cheap it says it is', async () => {
    const seen = await attack(async (query) => {
      await query(
        `create function pg_temp.peek(org bigint) returns boolean language plpgsql cost 0.0001 as
          $$ begin if org <> 1 then raise exception 'seen %', org; end if; return true; end $$`,
        [],
      );
      return query('select org_id::text from tenant_storage.file where pg_temp.peek(org_id)', []);
    });
    expect(seen).toEqual([{ org_id: '1' }]);
  });

  test('has a setting that ends with the transaction, also one that failed, and no organisation then', async () => {
    const database = server.database();
    const seen = () =>
      database.outside(({ query }) =>
        query(`select count(*)::text as n, current_setting('app.org_id', true) as org from tenant_storage.file`, []),
      );
    await database.inOrg(eleven, ({ query }) => query('select 1', []));
    expect(await seen()).toMatchObject([{ n: '0' }]);
    await expect(database.inOrg(eleven, ({ query }) => query('select 1 / 0', []))).rejects.toMatchObject({
      code: 'check_unavailable',
    });
    for (let turn = 0; turn < 60; turn++) expect(await seen()).toMatchObject([{ n: '0' }]);
    const copied = database.inOrg(one, async ({ query }) => {
      await query('select 1 / 0', []).catch(() => {});
      return 'as if nothing had happened';
    });
    await expect(copied).rejects.toMatchObject({ code: 'check_unavailable' });
  });
});

describe('a catalog refuses to open', () => {
  const cases: [string, string, string, RegExp][] = [
    [
      'with inactive row security',
      'alter table tenant_storage.usage disable row level security',
      'alter table tenant_storage.usage enable row level security',
      /not active and forced on usage: run .* catalog migrate/,
    ],
    [
      'without forced row security',
      'alter table tenant_storage.file no force row level security',
      'alter table tenant_storage.file force row level security',
      /forced on file/,
    ],
    [
      'without the policy',
      'alter policy org on tenant_storage.file rename to other',
      'alter policy other on tenant_storage.file rename to org',
      /policy org is missing on file.*policy other on file lets more through/,
    ],
    [
      'with a wider policy',
      'create policy wide on tenant_storage.file using (true)',
      'drop policy wide on tenant_storage.file',
      /drop policy wide/,
    ],
    [
      'with a policy of another setting',
      `alter policy org on tenant_storage.file using (org_id = nullif(current_setting('a.b', true), '')::bigint)`,
      `alter policy org on tenant_storage.file using (org_id = nullif(current_setting('app.org_id', true), '')::bigint)`,
      /does not read the setting app\.org_id/,
    ],
    [
      'where the role may empty a table',
      'grant truncate on tenant_storage.file to public',
      'revoke truncate on tenant_storage.file from public',
      /truncate on file/,
    ],
    [
      'where the role may change the journal',
      'grant update (record) on tenant_storage.journal to public',
      'revoke update (record) on tenant_storage.journal from public',
      /update on journal/,
    ],
    [
      'with a view that shows all',
      'create view public.all_files as select * from tenant_storage.file',
      'drop view public.all_files',
      /view all_files .*security_invoker/,
    ],
    [
      'for a role that passes by',
      `alter role ${server.role} bypassrls`,
      `alter role ${server.role} nobypassrls`,
      /has BYPASSRLS/,
    ],
    [
      'for a superuser',
      `alter role ${server.role} superuser`,
      `alter role ${server.role} nosuperuser`,
      /is a superuser.*create role app login/,
    ],
    [
      'for the owner',
      `alter table tenant_storage.file owner to ${server.role}`,
      'alter table tenant_storage.file owner to postgres',
      /owns the table file/,
    ],
    [
      'for a member of a role that passes by',
      `create role keeper bypassrls; grant keeper to ${server.role}`,
      'drop role keeper',
      /keeper has BYPASSRLS/,
    ],
  ];
  test.each(cases)('%s', async (_what, break_, mend, cure) => {
    await server.owner.run(break_);
    const opened = Catalog.open({ database: server.database() });
    await expect(opened.finally(() => server.owner.run(mend))).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(cure) as string,
    });
    await migrate(server.owner, { role: server.role });
    await expect(Catalog.open({ database: server.database() })).resolves.toBeInstanceOf(Catalog);
  });

  test('without tables, without a column of the application’s, and of another setting', async () => {
    const open = (options: object) => Catalog.open({ database: server.database(), ...options });
    await expect(open({ schema: 'elsewhere' })).rejects.toThrow(/run nest-tenant-storage catalog migrate/);
    await expect(open({ columns: { visit: { type: 'bigint', of: () => 1 } } })).rejects.toThrow('--column visit:TYPE');
    await expect(open({ database: server.database({ setting: 'clinic.id' }) })).rejects.toThrow(/--setting clinic\.id/);
    await expect(open({ quotas: {} })).rejects.toThrow('there is no quotas');
    await expect(open({ schema: 'a"b' })).rejects.toThrow('schema must be a plain name');
  });
});

test('migrations are applied once, and print what is run', async () => {
  expect(await migrate(server.owner, { role: server.role })).toEqual([]);
  await expect(migrate(server.owner, { role: 'nobody' })).rejects.toThrow(/create role nobody login/);
  expect(migrationSql({ role: 'app', columns: { patient_id: 'bigint' } })).toMatch(
    /create table "tenant_storage"\.file[^]+"patient_id" bigint[^]+grant select/,
  );
  expect(() => migrationSql({ role: 'app; drop' })).toThrow('The role must be a plain name');
  expect(() => migrationSql({ role: 'app', columns: { key: 'bigint' } })).toThrow(
    'is the catalog’s own'.replace('’', "'"),
  );
});

describe('transactions of the application', () => {
  test('say whose they are, are joined, and are never another’s', async () => {
    const database = ownTransactions((work) => server.asApp(work));
    expect(await database.inOrg(one, ({ query }) => orgOfSession(query))).toBe('1');
    await server.asApp(async (query) => {
      expect(await orgOfSession(query)).toBeUndefined();
      const joined = thisTransaction(query);
      const rows = await joined.inOrg(one, ({ query }) => query('select org_id::text from tenant_storage.file', []));
      expect(rows).toEqual([{ org_id: '1' }]);
      expect(await query('select * from tenant_storage.file', [])).toEqual([]);
      await query(`select set_config('app.org_id', '11', true)`, []);
      await expect(joined.inOrg(one, async () => 'never')).rejects.toMatchObject({ code: 'misconfigured' });
      expect(await orgOfSession(query)).toBe('11');
      await query(`select set_config('app.org_id', '011', true)`, []);
      await expect(orgOfSession(query)).rejects.toMatchObject({ code: 'invalid_org' });
    });
  });

  test('are nobody’s again after what was refused in them without an error of the database', async () => {
    await server.asApp(async (query) => {
      const refusal = () => Promise.reject(new StorageError('quota_exceeded', 'No room.'));
      await expect(thisTransaction(query).inOrg(one, refusal)).rejects.toMatchObject({ code: 'quota_exceeded' });
      expect(await orgOfSession(query)).toBeUndefined();
      expect(await thisTransaction(query).inOrg(eleven, async () => 'goes on')).toBe('goes on');
    });
  });

  test('commit with what the catalog wrote in them, or take it back', async () => {
    const catalog = await Catalog.open({ database: server.database() });
    await server.asApp(async (query) => {
      await catalog.with(thisTransaction(query)).setLimits(one, { bytes: 5 });
      expect(await catalog.with(thisTransaction(query)).usage(one)).toMatchObject({ limit: { bytes: 5 } });
    });
    expect(await catalog.usage(one)).toMatchObject({ limit: {} });
  });
});

test('a database that is silent is given up, and what comes late is not begun', async () => {
  let begun = 0;
  let answer: (() => void) | undefined;
  const slow: CatalogDatabase = ownTransactions(
    async (work) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return work(async () => ((begun += 1), []));
    },
    { deadlineMs: 20 },
  );
  await expect(slow.inOrg(one, ({ query }) => query('select 1', []))).rejects.toMatchObject({
    code: 'check_unavailable',
  });
  answer!();
  await new Promise(setImmediate);
  expect(begun).toBe(0);
});
