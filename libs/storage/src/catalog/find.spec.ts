import fc from 'fast-check';
import { invoice } from '../../../../examples/invoices.js';
import { startCatalogServer } from '../../test/catalog.kit.js';
import { runs } from '../../test/long.js';
import { formUpload } from '../kinds/form-upload.js';
import { parseOrgId, type OrgId } from '../keys/org-id.js';
import { Catalog } from './catalog.js';
import type { CatalogFile, FindFiles, Sort } from './find.js';

const own = {
  own_number: 'bigint',
  own_note: 'text',
  own_case: 'uuid',
  own_open: 'boolean',
  own_day: 'date',
  own_at: 'timestamptz',
} as const;
const server = await startCatalogServer({ columns: { patient_id: 'bigint', ...own } });
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const catalog = await Catalog.open({
  database: server.database(),
  columns: Object.fromEntries(
    Object.entries({ patient_id: 'bigint' as const, ...own }).map(([name, type]) => [
      name,
      { type, of: () => undefined },
    ]),
  ),
});
afterAll(() => server.close());

const row = (org: OrgId, at: number) => {
  const n = at + 1;
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const isForm = n % 3 === 0;
  const folder = isForm ? `${org}/uploads/forms/7/field_${n % 2}` : `${org}/custom/invoices/${n % 5}`;
  const place = isForm ? { formId: '7', customFieldId: `${n % 2}` } : { customerId: `${n % 5}` };
  const name = n % 4 === 0 ? `50% ${n}_Ä.PDF` : `file ${n}.png`;
  return `(${org}, '${id}', '${folder}/${n}', '${folder}', 'stored', '${isForm ? 'form-upload' : 'invoice'}',
    '${JSON.stringify({ ...place, fileName: `${n}` })}', '${name}', '${name.toLowerCase()}', '${n % 4 === 0 ? 'application/pdf' : 'image/png'}',
    ${n % 6}, '"e${org}"', false, ${n % 2 === 0 ? `'pat'` : 'null'}, timestamptz '2026-11-01Z' + interval '1 hour' * ${Math.floor(n / 2)}, ${n % 7})`;
};
const rows = 40;
await server.owner
  .run(`insert into tenant_storage.file (org_id, id, key, folder, state, purpose, place, name, name_key, content_type, size, etag,
  direct, uploaded_by, stored_at, patient_id) values ${[one, eleven].flatMap((org) => Array.from({ length: rows }, (_, n) => row(org, n))).join(', ')}`);

async function all(asked: FindFiles, limit = 200): Promise<CatalogFile[]> {
  const found: CatalogFile[] = [];
  let cursor: string | undefined;
  do {
    const page = await catalog.files(one, { ...asked, limit, ...(cursor && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}
const everything = await all({});
const cursorOf = (moment: string) =>
  Buffer.from(JSON.stringify(['newest', moment, '00000000-0000-4000-8000-000000000001'])).toString('base64url');

test.each<[string, string | number | bigint | boolean | Date | null]>([
  ['number', -7],
  ['number', 7n],
  ['number', '9223372036854775807'],
  ['note', `' or true --`],
  ['note', 5],
  ['case', 'A1B2C3D4-0000-4000-8000-000000000001'],
  ['open', true],
  ['open', 'false'],
  ['open', 1],
  ['day', '2024-02-29'],
  ['day', new Date()],
  ['day', 'infinity'],
  ['at', '2026-01-01 10:00:00.123456+02'],
  ['at', new Date()],
  ['at', null],
])('a column of one’s own, %s, takes %s', async (name, value) => {
  const isNull = value === null;
  expect((await catalog.files(one, { where: { [`own_${name}`]: value } })).items).toHaveLength(isNull ? rows : 0);
});

test('files are found wherever they lie, and only those of the organisation', () => {
  expect(everything).toHaveLength(rows);
  expect(new Set(everything.map(({ etag }) => etag))).toEqual(new Set(['"e1"']));
});

const numberOf = (file: CatalogFile) => Number(file.place['fileName']);
test.each<[string, FindFiles, (file: CatalogFile) => boolean]>([
  ['a kind', { kind: invoice }, ({ purpose }) => purpose === 'invoice'],
  ['a kind by its purpose', { kind: 'form-upload' }, ({ purpose }) => purpose === 'form-upload'],
  [
    'a folder',
    { kind: formUpload, place: { formId: 7, customFieldId: 1 } },
    (file) => file.place['customFieldId'] === '1',
  ],
  [
    'one file',
    { kind: formUpload, place: { formId: '7', customFieldId: '0', fileName: '6' } },
    (file) => numberOf(file) === 6,
  ],
  ['part of a place', { kind: formUpload, place: { formId: '7' } }, (file) => file.place['formId'] === '7'],
  ['part of any place', { place: { customerId: 3 } }, (file) => file.place['customerId'] === '3'],
  ['a type', { type: 'application/pdf' }, ({ contentType }) => contentType === 'application/pdf'],
  ['a family of types', { type: 'image/*' }, ({ contentType }) => contentType.startsWith('image/')],
  ['a person', { uploadedBy: 'pat' }, ({ uploadedBy }) => uploadedBy === 'pat'],
  ['part of a name', { nameContains: 'ä.pdf' }, ({ fileName }) => fileName.endsWith('Ä.PDF')],
  ['letters that are patterns', { nameContains: '50% ' }, ({ fileName }) => fileName.startsWith('50% ')],
  ['letters that are none here', { nameContains: '%f_le%' }, () => false],
  [
    'a time',
    { from: new Date('2026-11-01T05:00Z'), to: new Date('2026-11-01T08:00Z') },
    (file) => numberOf(file) >= 10 && numberOf(file) < 16,
  ],
  ['a column of the application', { where: { patient_id: 3 } }, (file) => file.columns['patient_id'] === 3],
  ['no value there', { where: { patient_id: null } }, () => false],
  [
    'all at once',
    { kind: invoice, type: 'image/*', uploadedBy: 'pat', where: { patient_id: 2n }, nameContains: 'FILE' },
    (file) =>
      file.purpose === 'invoice' &&
      file.contentType === 'image/png' &&
      file.uploadedBy === 'pat' &&
      file.columns['patient_id'] === 2,
  ],
])('finds by %s', async (_what, asked, matches) => {
  const wanted = everything.filter(matches).map(numberOf);
  expect((await all(asked)).map(numberOf)).toEqual(wanted);
});

test('pages of any length and order show each file once, in order', async () => {
  const value: Record<Sort, (file: CatalogFile) => [number | string, number]> = {
    newest: (file) => [-file.uploadedAt.getTime(), -numberOf(file)],
    oldest: (file) => [file.uploadedAt.getTime(), numberOf(file)],
    name: (file) => [Buffer.from(file.fileName.toLowerCase()).toString('hex'), numberOf(file)],
    largest: (file) => [-file.size, -numberOf(file)],
    smallest: (file) => [file.size, numberOf(file)],
  };
  const sorts = Object.keys(value) as Sort[];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...sorts), fc.integer({ min: 1, max: rows + 1 }), async (sort, limit) => {
      const keys = everything.map(value[sort]).sort(([a, m], [b, n]) => (a < b ? -1 : a > b ? 1 : m - n));
      expect((await all({ sort }, limit)).map(value[sort])).toEqual(keys);
    }),
    {
      numRuns: runs(8, 100),
      examples: [
        ['name', 7],
        ['newest', 3],
      ],
    },
  );
});

test.each<[string, object]>([
  ['a sort', { sort: 'random' }],
  ['a sort of the prototype', { sort: 'constructor' }],
  ['a limit', { limit: 0 }],
  ['a limit', { limit: 201 }],
  ['a cursor', { cursor: 'x' }],
  [
    'a cursor of another order',
    {
      sort: 'name',
      cursor: Buffer.from('["newest","2026-11-01T00:00:00+00:00","00000000-0000-4000-8000-000000000001"]').toString(
        'base64url',
      ),
    },
  ],
  [
    'a cursor with SQL',
    { cursor: Buffer.from(`["newest","now()","00000000-0000-4000-8000-000000000001"]`).toString('base64url') },
  ],
  ['a column', { where: { 'id" or true --': 1 } }],
  ['a column of the catalog', { where: { org_id: 11 } }],
  ['a date', { from: new Date(NaN) }],
  ['a date that no calendar of the database has', { from: new Date(8.64e15) }],
  ['a NUL', { nameContains: 'a\0b' }],
  ['a NUL in an id', { place: { customerId: 'a\0b' } }],
  ['half a letter in an id', { kind: 'invoice', place: { customerId: '\ud800' } }],
  ['a moment of a cursor', { cursor: cursorOf('9999-99-99T99:99:99+99:99') }],
  ['a day of a cursor', { cursor: cursorOf('2026-02-30T10:00:00+00:00') }],
  ...[
    ...[
      ['number', 'abc'],
      ['number', 1.5],
      ['number', '99999999999999999999'],
      ['number', true],
      ['number', ''],
    ],
    ...[
      ['note', 'a\0b'],
      ['note', '\ud800'],
      ['case', 'abc'],
      ['case', 7],
      ['open', 'maybe'],
    ],
    ...[
      ['day', '2026-02-30'],
      ['day', 'today; drop'],
      ['day', new Date(8.64e15)],
      ['at', '2026-01-01T99:00Z'],
      ['at', 5],
    ],
  ].map(([name, value]): [string, object] => [
    `${String(value)} as a ${String(name)}`,
    { where: { [`own_${String(name)}`]: value } },
  ]),
  ['half a letter', { uploadedBy: '\ud800' }],
])('%s that is not one is refused', async (_what, asked) => {
  await expect(catalog.files(one, asked as FindFiles)).rejects.toMatchObject({ code: 'invalid_request' });
});

test('whatever is sent finds nothing of another organisation and fails in no other way', async () => {
  const texts = fc.oneof(fc.string(), fc.constantFrom(`' or true --`, '%', '11/', '\\', '$1', '11'));
  const some = fc.record(
    { nameContains: texts, uploadedBy: texts, kind: texts, type: texts, cursor: texts },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(some, async (asked) => {
      const found = await catalog.files(one, asked).then(
        ({ items }) => items.map(({ etag }) => etag),
        (error: { code: string }) => [error.code],
      );
      expect(found.filter((each) => each !== '"e1"' && each !== 'invalid_request')).toEqual([]);
    }),
    { numRuns: runs(30, 2_000) },
  );
});

test('one file is known by its place, and an absent one is as one of another organisation', async () => {
  const place = { customerId: '2', fileName: '2' };
  expect(await catalog.stat(invoice, one, place)).toMatchObject({ fileName: 'file 2.png', etag: '"e1"' });
  await expect(catalog.stat(invoice, parseOrgId('2'), place)).rejects.toMatchObject({ code: 'not_found' });
});
