import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { formUpload, parseOrgId } from 'nest-tenant-storage';
import { Catalog, migrate, pgPool, type CatalogDatabase, type FindFiles } from 'nest-tenant-storage/catalog';
import type { Bench } from '../bench.js';
import { median, peakRow, type Row } from '../row.js';
import { overheadRows } from './catalog-overhead.rows.js';

const org = parseOrgId('7');
const orgs = 200;
const searches: Record<string, FindFiles> = {
  newest: {},
  oldest: { sort: 'oldest' },
  name: { sort: 'name' },
  largest: { sort: 'largest' },
  kind: { kind: 'document' },
  folder: { kind: formUpload as never, place: { formId: '7', customFieldId: '3' } },
  'part of a place': { place: { formId: '7' } },
  type: { type: 'image/png' },
  'family of types': { type: 'video/*' },
  person: { uploadedBy: 'user-17' },
  'part of a name': { nameContains: '9-ray 77' },
  'a name that is not there': { nameContains: 'nowhere' },
  'a day': { from: new Date('2026-06-01'), to: new Date('2026-06-02') },
  patient: { where: { patient_id: 42 } },
  'all at once': { kind: 'document', type: 'application/pdf', uploadedBy: 'user-17', sort: 'name' },
};

/** With `CATALOG_TEST_URL`, a superuser's, a database of a million rows on that server; without, nothing is measured. */
export async function catalogRows(bench: Bench): Promise<Row[]> {
  const url = process.env['CATALOG_TEST_URL'];
  if (!url) {
    process.stderr.write('catalog: CATALOG_TEST_URL is not set, so nothing is measured.\n');
    return [];
  }
  const name = `bench_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.query(`create role ${name} login password '${name}'`);
  const at = new URL(url);
  at.pathname = `/${name}`;
  const owner = new pg.Client({ connectionString: at.href });
  await owner.connect();
  at.username = at.password = name;
  const pool = new pg.Pool({ connectionString: at.href, max: 20 });
  try {
    await migrate(
      { run: async (sql) => void (await owner.query(sql)), rows: async (sql) => (await owner.query(sql)).rows },
      { role: name, columns: { patient_id: 'bigint' } },
    );
    const database = pgPool(pool);
    const columns = { patient_id: { type: 'bigint', of: () => undefined } } as const;
    const found = await findRows(bench, owner, database, (database) => Catalog.open({ database, columns }));
    return [...found, ...(await overheadRows(bench, await Catalog.open({ database, columns })))];
  } finally {
    await pool.end();
    await owner.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.query(`drop role ${name}`);
    await admin.end();
  }
}

async function findRows(
  { quick }: Bench,
  owner: pg.Client,
  database: CatalogDatabase,
  open: (database: CatalogDatabase) => Promise<Catalog>,
): Promise<Row[]> {
  let asked: [sql: string, values: (string | null)[]] = ['', []];
  const catalog = await open({
    ...database,
    ask: (of, ...statement) => ((asked = statement), database.ask!(of, ...statement)),
  });
  const rows = quick ? 100_000 : 1_000_000;
  await owner.query(fillSql(rows));
  await owner.query('vacuum analyze tenant_storage.file');
  const medians: number[] = [];
  for (const [name, search] of Object.entries(searches)) {
    const times: number[] = [];
    for (let i = 0; i < (quick ? 11 : 31); i++) {
      const from = performance.now();
      await catalog.files(org, search);
      times.push(performance.now() - from);
    }
    medians.push(median(times));
    const indexes = await database.inOrg(org, async ({ query }) =>
      indexesOf(await query(`explain ${asked[0]}`, asked[1])),
    );
    process.stderr.write(`  find ${name}: ${median(times).toFixed(1)} ms, by ${indexes}\n`);
  }
  return [
    peakRow(
      {
        id: 'catalog-find',
        what: `A page of files found, by each filter and order, in ${rows.toLocaleString('en')} rows of ${orgs} organisations: the slowest median`,
        target: { atMost: 20 },
      },
      'ms',
      { name: `${Object.keys(searches).join(', ')}; ms`, values: medians },
    ),
  ];
}

/** @throws where the plan reads the rows of all organisations */
function indexesOf(plan: readonly unknown[]): string {
  const lines = (plan as Record<'QUERY PLAN', string>[]).map((line) => line['QUERY PLAN']);
  const whole = lines.find((line) => line.includes('Seq Scan'));
  if (whole !== undefined) throw new Error(`A search reads the whole table:\n${lines.join('\n')}`);
  return lines.flatMap((line) => / (?:using|on) (file_\w+)/.exec(line)?.[1] ?? []).join(' and ');
}

const fillSql = (rows: number) => `
insert into tenant_storage.file (org_id, id, key, folder, state, purpose, place, name, name_key, content_type, size, etag, direct, uploaded_by, created_at, stored_at, patient_id)
select org, gen_random_uuid(), folder || '/' || n || '.pdf', folder, 'stored', case when n % 3 = 0 then 'document' else 'form-upload' end,
  case when n % 3 = 0 then jsonb_build_object('documentId', n::text, 'audience', 'patient')
    else jsonb_build_object('formId', (n % 50)::text, 'customFieldId', (n % 4)::text, 'fileName', n || '.pdf') end,
  'X' || n % 10 || '-ray ' || n || '.PDF', 'x' || n % 10 || '-ray ' || n || '.pdf',
  (array['application/pdf', 'image/png', 'image/jpeg', 'video/mp4'])[1 + n % 4], (n * 7919) % 250000000, '"' || md5(n::text) || '"', false,
  'user-' || n % 40, at, at, n % 500
from (
  select 1 + n % ${orgs} as org, n / ${orgs} as n, timestamptz '2026-01-01' + interval '1 minute' * (n % 480000) as at,
    (1 + n % ${orgs}) || case when (n / ${orgs}) % 3 = 0 then '/documents/' || n / ${orgs}
      else '/uploads/forms/' || (n / ${orgs}) % 50 || '/field_' || (n / ${orgs}) % 4 end as folder
  from generate_series(0, ${rows - 1}) n
) s`;
