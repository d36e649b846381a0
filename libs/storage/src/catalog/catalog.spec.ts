import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { invoice } from '../../../../examples/invoices.js';
import { startCatalogServer } from '../../test/catalog.kit.js';
import { eleven, one, startFiles } from '../../test/file-kits/gates.kit.js';
import { follow } from '../../test/http.js';
import { runs } from '../../test/long.js';
import { formUpload } from '../kinds/form-upload.js';
import { samples } from '../testing/samples.js';
import type { FileGate } from '../files/gates/gate.js';
import type { JournalRecord } from '../journal/journal-record.js';
import { layout } from '../keys/layout.js';
import type { CatalogDatabase } from './catalog-database.js';
import { Catalog } from './catalog.js';
import { placeOfKey } from './place-of-key.js';
import type { UsageEvent } from './quotas.js';

const server = await startCatalogServer({ columns: { patient_id: 'bigint' } });
const { storage, start, close } = await startFiles({ embeddedOnly: true });
const by = 'pat';
const { bytes } = samples.pdf;
const file = { bytes, contentType: 'application/pdf' };
const at = (fileName: string, customerId = '7') => ({ customerId, fileName });
const larger = Buffer.concat([bytes, Buffer.from('\n% more')]);
const form = { formId: '7', customFieldId: '3', fileName: 'a.pdf' };
const declared = { contentType: 'application/pdf', size: bytes.length };
const { length } = bytes;

const told: UsageEvent[] = [];
const open = (options: Partial<Parameters<typeof Catalog.open>[0]> = {}) =>
  Catalog.open({
    database: server.database(),
    columns: { patient_id: { type: 'bigint', of: ({ place }) => place['customerId'] } },
    onUsage: (event) => void told.push(event),
    ...options,
  });

const clear = () =>
  server.owner.run(
    ['file', 'usage', 'journal', 'read_grant'].map((table) => `delete from tenant_storage.${table}`).join('; '),
  );
const gateOf = ({ gate }: Catalog): FileGate => ({
  name: gate.name,
  admit: (upload) => gate.admit?.(upload),
  inspect: (upload) => gate.inspect?.(upload),
  unsettled: (org) => gate.unsettled?.(org) ?? [],
});

const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
afterEach(async () => {
  told.length = 0;
  await storage.empty();
  await clear();
});
afterAll(async () => {
  logged.mockRestore();
  await close();
  await server.close();
});

const nothing = { usedBytes: 0, usedFiles: 0, reservedBytes: 0, reservedFiles: 0 };

test('a file is counted from the moment it is asked for until it is removed', async () => {
  const catalog = await open();
  const { files, uploads } = await start(catalog.gate);
  const ticket = await files.beginUpload(invoice, one, at('a.pdf'), declared, { by });
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, reservedBytes: length, reservedFiles: 1 });
  await follow(ticket, bytes);
  await uploads.complete(one, ticket.token, { by });
  await files.upload(invoice, one, at('Ä b.pdf'), file, { by });
  await files.upload(invoice, eleven, at('a.pdf'), file, { by });
  const two = { ...nothing, usedBytes: 2 * length, usedFiles: 2 };
  expect(await catalog.usage(one)).toMatchObject({ ...two, kinds: { invoice: two } });
  expect(await catalog.usage(eleven)).toMatchObject({ ...nothing, usedBytes: length, usedFiles: 1 });
  await files.delete(invoice, one, at('a.pdf'));
  await files.delete(invoice, one, at('a.pdf'));
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedBytes: length, usedFiles: 1 });
  expect(await catalog.stat(invoice, one, at('Ä b.pdf'))).toMatchObject({
    fileName: 'Ä b.pdf',
    size: length,
    uploadedBy: by,
    place: { customerId: '7' },
    columns: { patient_id: 7 },
  });
});

describe('a quota', () => {
  const room = (limits: Parameters<typeof Catalog.open>[0]['limits']) => open({ limits });

  test.each<[string, object, string]>([
    ['bytes of all kinds', { bytes: 2 * length }, 'The organisation has no room left for this file.'],
    ['files of all kinds', { files: 2 }, 'The organisation has no room left for this file.'],
    ['bytes of a kind', { kinds: { invoice: { bytes: 2 * length } } }, 'no room left for files of the kind invoice.'],
    ['files of a kind', { kinds: { invoice: { files: 2 } } }, 'no room left for files of the kind invoice.'],
  ])('of %s refuses before a byte or a ticket, and deleting gives room back', async (_of, limits, message) => {
    const catalog = await room(limits);
    const { files } = await start(catalog.gate);
    const send = (name: string, org = one) => files.upload(invoice, org, at(name), file, { by });
    await send('a.pdf');
    const ticket = await files.beginUpload(invoice, one, at('b.pdf'), declared, { by });
    expect(ticket.token).toEqual(expect.any(String));
    const full = { code: 'quota_exceeded', message: expect.stringContaining(message) as string };
    await expect(send('c.pdf')).rejects.toMatchObject(full);
    await expect(files.beginUpload(invoice, one, at('d.pdf'), declared, { by })).rejects.toMatchObject(full);
    await send('c.pdf', eleven);
    expect((await storage.contents()).keys).toEqual(['1/custom/invoices/7/a.pdf', '11/custom/invoices/7/c.pdf']);
    await files.delete(invoice, one, at('a.pdf'));
    await send('c.pdf');
    expect(await catalog.usage(one)).toMatchObject({ usedFiles: 1, reservedFiles: 1 });
  });

  test('reserves what a sender of unknown size may send at most, and settles for what came', async () => {
    const catalog = await room({ bytes: 3 * length });
    const { files } = await start(catalog.gate);
    let seen: unknown;
    async function* stream() {
      seen = await catalog.usage(one);
      yield bytes;
    }
    const unknown = { bytes: stream(), contentType: 'application/pdf' };
    await expect(files.upload(invoice, one, at('a.pdf'), unknown, { by })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    await files.upload(invoice, one, at('a.pdf'), { ...unknown, bytes: stream(), atMost: 2 * length }, { by });
    expect(seen).toMatchObject({ ...nothing, reservedBytes: 2 * length, reservedFiles: 1 });
    expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedBytes: length, usedFiles: 1 });
    const lying = { ...unknown, bytes: stream(), atMost: length - 1 };
    await expect(files.upload(invoice, one, at('b.pdf'), lying, { by })).rejects.toMatchObject({
      code: 'file_too_large',
    });
    expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedBytes: length, usedFiles: 1 });
  });

  test('is each organisation’s own where it has one, and the default again where it is taken back', async () => {
    const catalog = await room({ files: 5, kinds: { invoice: { files: 1 } } });
    const { files } = await start(catalog.gate);
    const send = (name: string, org = one) => files.upload(invoice, org, at(name), file, { by });
    await catalog.setLimits(one, { bytes: 10 * length, kinds: { invoice: { files: 2 } } });
    for (const name of ['a.pdf', 'b.pdf']) await send(name);
    await expect(send('c.pdf')).rejects.toMatchObject({ code: 'quota_exceeded' });
    await send('a.pdf', eleven);
    await expect(send('b.pdf', eleven)).rejects.toMatchObject({ code: 'quota_exceeded' });
    expect(await catalog.usage(one)).toMatchObject({
      limit: { bytes: 10 * length, files: 5 },
      kinds: { invoice: { limit: { files: 2 } } },
    });
    await catalog.setLimits(one, { kinds: { invoice: {} } });
    expect((await catalog.usage(one)).kinds['invoice']?.limit).toEqual({ files: 1 });
    await expect(catalog.setLimits(one, { bytes: -1 })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('tells at 80 and at 100 per cent, once for each rise, and of a refusal', async () => {
    const catalog = await room({ files: 5 });
    const { files } = await start(catalog.gate);
    const send = (name: string) => files.upload(invoice, one, at(name), file, { by });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await send(`${name}.pdf`);
    const event = { org: '1', of: 'files', limit: 5 };
    const both = [
      { ...event, percent: 80, taken: 4 },
      { ...event, percent: 100, taken: 5 },
    ];
    expect(told).toEqual(both);
    await expect(send('f.pdf')).rejects.toMatchObject({ code: 'quota_exceeded' });
    expect(told.splice(0)).toEqual([...both, { ...event, percent: 100, taken: 5 }]);
    for (const name of ['a', 'b']) await files.delete(invoice, one, at(`${name}.pdf`));
    for (const name of ['a', 'b']) await send(`${name}.pdf`);
    expect(told).toEqual(both);
  });

  test('refuses nothing of a kind that must be kept, and counts it', async () => {
    const catalog = await room({ files: 0 });
    const { files } = await start(catalog.gate);
    await expect(files.upload(invoice, one, at('a.pdf'), file, { by })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    const kept = await open({ limits: { files: 0 }, neverRefused: ['invoice'] });
    await (await start(kept.gate)).files.upload(invoice, one, at('a.pdf'), file, { by });
    expect(await kept.usage(one)).toMatchObject({ usedFiles: 1 });
  });
});

test('a file that is replaced gives its room back, and one that was refused or given up never keeps any', async () => {
  const catalog = await open();
  const { files, uploads } = await start(catalog.gate);
  await files.upload(formUpload, one, form, file, { by });
  await expect(files.upload(formUpload, one, form, file, { by })).rejects.toMatchObject({ code: 'already_exists' });
  await files.upload(formUpload, one, form, { ...file, bytes: larger }, { by, replace: true });
  const ticket = await files.beginUpload(invoice, one, at('b.pdf'), declared, { by });
  await uploads.abandon(one, ticket.token, { by });
  const wrong = { bytes: Buffer.from('no pdf'), contentType: 'application/pdf' };
  await expect(files.upload(invoice, one, at('c.pdf'), wrong, { by })).rejects.toMatchObject({
    code: 'content_mismatch',
  });
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedBytes: larger.length, usedFiles: 1 });
  expect((await catalog.files(one)).items).toMatchObject([{ fileName: 'a.pdf', size: larger.length }]);
});

/** What the bucket holds of an organisation, by the names of its objects. */
const inBucket = async (org: string) =>
  (await storage.contents()).keys.filter((key) => key.startsWith(`${org}/`)).length;
const letTimePass = () =>
  server.owner.run(`update tenant_storage.file set check_at = now() - interval '1 second' where check_at is not null`);

/** The database of a process that dies at its nth transaction: before that, or right after its commit. */
function dying(nth: number, when: 'before' | 'after'): { database: CatalogDatabase; steps: () => number } {
  const whole = server.database();
  let steps = 0;
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    steps += 1;
    if (steps > nth || (steps === nth && when === 'before')) throw new Error('This process is dead.');
    const answer = await run();
    if (steps === nth) throw new Error('This process died.');
    return answer;
  };
  const database: CatalogDatabase = {
    ...whole,
    inOrg: (org, work) => step(() => whole.inOrg(org, work)),
    ...(whole.ask && { ask: (org, sql, values) => step(() => whole.ask!(org, sql, values)) }),
  };
  return { database, steps: () => steps };
}

const deaths = runs(1, 2) === 2 ? (['before', 'after'] as const) : (['before'] as const);

describe.each(deaths)('a process that dies %s the commit of any of its steps', (when) => {
  const lives: [string, (parts: Awaited<ReturnType<typeof start>>) => Promise<unknown>][] = [
    ['streams', ({ files }) => files.upload(invoice, one, at('x.pdf'), file, { by })],
    ['replaces', ({ files }) => files.upload(formUpload, one, form, { ...file, bytes: larger }, { by, replace: true })],
    [
      'sends directly',
      async ({ files, uploads }) => {
        const ticket = await files.beginUpload(invoice, one, at('y.pdf'), declared, { by });
        await follow(ticket, bytes);
        await uploads.complete(one, ticket.token, { by });
      },
    ],
    ['removes', ({ files }) => files.delete(formUpload, one, form)],
  ];

  test.each(lives)('when it %s leaves what the next request puts right', async (_what, live) => {
    const before = await start((await open()).gate);
    // In the short run every second step.
    for (let nth = 1, died = true; died; nth += runs(2, 1)) {
      await storage.empty();
      await clear();
      await before.files.upload(formUpload, one, form, file, { by });
      const dead = dying(nth, when);
      const catalog = await open({ database: dead.database });
      await live(await start(catalog.gate)).catch(() => {});
      died = dead.steps() >= nth;
      await letTimePass();
      const next = await open();
      const { files } = await start(next.gate);
      await files.upload(invoice, one, at('next.pdf'), file, { by });
      const stored = await next.files(one);
      expect([nth, await next.usage(one)]).toMatchObject([
        nth,
        {
          usedFiles: await inBucket('1'),
          usedBytes: stored.items.reduce((sum, { size }) => sum + size, 0),
          reservedFiles: 0,
          reservedBytes: 0,
        },
      ]);
      for (const item of stored.items) {
        const kind = item.purpose === 'invoice' ? invoice : formUpload;
        expect(await files.stat(kind as typeof invoice, one, item.place as never)).toMatchObject({ etag: item.etag });
      }
    }
  });
});

test.each<[string, number, object]>([
  ['its sender goes', 1, { code: 'cancelled' }],
  ['its sender goes after a part was sent', 6 * 1024 * 1024, { code: 'cancelled' }],
  ['what it comes from fails', 1, { message: 'no disk' }],
])('a stream that breaks off because %s is free at once', async (why, more, error) => {
  const catalog = await open();
  const { files } = await start(catalog.gate);
  const leaving = new AbortController();
  let seen: unknown;
  async function* stream() {
    yield Buffer.concat([bytes, Buffer.alloc(more, '\n')]);
    seen = await catalog.usage(one);
    if (why.endsWith('fails')) throw new Error('no disk');
    leaving.abort();
    await new Promise(() => {});
  }
  const broken = { ...file, bytes: stream(), signal: leaving.signal };
  await expect(files.upload(invoice, one, at('a.pdf'), broken, { by })).rejects.toMatchObject(error);
  expect(seen).toMatchObject({ reservedFiles: 1 });
  expect(await catalog.usage(one)).toMatchObject(nothing);
  expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
});

test('an upload whose answer was lost is counted until the bucket says what became of it', async () => {
  const catalog = await open();
  const { files } = await start(catalog.gate);
  storage.s3.faults.add({ operation: 'PutObject', times: 9, action: 'error' });
  await expect(files.upload(invoice, one, at('a.pdf'), file, { by })).rejects.toMatchObject({
    code: 'store_unavailable',
  });
  storage.s3.faults.clear();
  expect(await catalog.usage(one)).toMatchObject({ reservedFiles: 1 });
  await files.upload(invoice, one, at('b.pdf'), file, { by });
  expect(await catalog.usage(one)).toMatchObject({ usedFiles: 1, reservedFiles: 1 });
  await letTimePass();
  const other = await start((await open()).gate);
  await other.files.upload(invoice, one, at('c.pdf'), file, { by });
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedBytes: 2 * length, usedFiles: 2 });
});

test('a ticket that was given up for lost asks for room again when it is completed, and is refused without', async () => {
  const catalog = await open({ limits: { files: 1 } });
  const { files, uploads } = await start(catalog.gate);
  const ticket = await files.beginUpload(invoice, one, at('late.pdf'), declared, { by });
  await follow(ticket, bytes);
  await letTimePass();
  const other = await start((await open({ limits: { files: 1 } })).gate);
  await other.files.upload(invoice, one, at('a.pdf'), file, { by });
  await expect(uploads.complete(one, ticket.token, { by })).rejects.toMatchObject({ code: 'quota_exceeded' });
  await files.delete(invoice, one, at('a.pdf'));
  await uploads.complete(one, ticket.token, { by });
  await uploads.complete(one, ticket.token, { by });
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedBytes: length, usedFiles: 1 });
});

test('what is sent after an upload was given up, or its file deleted, takes no room', async () => {
  const catalog = await open();
  const { files, uploads } = await start(catalog.gate);
  const begin = async (name: string) => {
    const ticket = await files.beginUpload(invoice, one, at(name), { ...declared, method: 'PUT' }, { by });
    await follow(ticket, bytes);
    return ticket;
  };
  const [givenUp, deleted] = [await begin('a.pdf'), await begin('b.pdf')];
  await uploads.abandon(one, givenUp.token, { by });
  await uploads.complete(one, deleted.token, { by });
  await files.delete(invoice, one, at('b.pdf'));
  for (const ticket of [givenUp, deleted]) {
    expect((await follow(ticket, bytes)).status).toBe(200);
    await expect(uploads.complete(one, ticket.token, { by })).rejects.toMatchObject({ code: 'not_found' });
    expect(await catalog.usage(one)).toMatchObject(nothing);
  }
  expect((await storage.contents()).keys).toEqual([]);
});

test('of two that replace one file at once, the catalog ends with the one that the bucket has', async () => {
  const catalog = await open();
  const told: (() => Promise<unknown>)[] = [];
  // Both are in the bucket before either is told, the later one first.
  const late: FileGate = {
    ...gateOf(catalog),
    ended: async (...end) => void told.push(async () => catalog.gate.ended!(...end)),
  };
  const { files } = await start(late);
  await files.upload(formUpload, one, form, file, { by });
  const replace = (bytes: Uint8Array) => files.upload(formUpload, one, form, { ...file, bytes }, { by, replace: true });
  const admitted = replace(larger);
  await admitted;
  await replace(Buffer.concat([larger, Buffer.from('\n% newest')]));
  await told[0]!();
  await told[2]!();
  await told[1]!();
  await letTimePass();
  const next = await start((await open()).gate);
  await next.files.upload(invoice, one, at('next.pdf'), file, { by });
  const [found] = (await catalog.files(one, { kind: formUpload })).items;
  expect(found?.etag).toBe((await next.files.stat(formUpload, one, form)).etag);
  expect(await catalog.usage(one)).toMatchObject({ usedFiles: 2, reservedFiles: 0, usedBytes: found!.size + length });
});

describe('reconciliation', () => {
  const objects = async () => (await start()).objects;
  const mess = async () => {
    const catalog = await open();
    const { files } = await start(catalog.gate);
    await files.upload(invoice, one, at('whole.pdf'), file, { by });
    await files.upload(invoice, one, at('gone.pdf'), file, { by });
    await files.upload(invoice, one, at('changed.pdf'), file, { by });
    await files.upload(invoice, eleven, at('theirs.pdf'), file, { by });
    const unwatched = (await start()).files;
    await unwatched.delete(invoice, one, at('gone.pdf'));
    await unwatched.upload(formUpload, one, { ...form, fileName: 'Ä b.pdf' }, file, { by });
    await unwatched.delete(invoice, one, at('changed.pdf'));
    await unwatched.upload(invoice, one, at('changed.pdf'), { ...file, bytes: larger }, { by });
    await server.owner.run(
      `update tenant_storage.usage set used_files = used_files + 1 where org_id = 1 and purpose = ''`,
    );
    return catalog;
  };
  const differences = (repaired: boolean) =>
    [
      { what: 'row-differs', of: '1/custom/invoices/7/changed.pdf' },
      { what: 'object-without-row', of: '1/uploads/forms/7/field_3/Ä b.pdf' },
      { what: 'row-without-object', of: '1/custom/invoices/7/gone.pdf' },
      { what: 'count-differs', of: '' },
    ].map((each) => ({ ...each, repaired }));

  test('reports both ways and touches nothing', async () => {
    const catalog = await mess();
    const before = await catalog.usage(one);
    const report = await catalog.reconcile(await objects(), one);
    expect(report).toEqual({ objects: 3, rows: 3, differences: differences(false) });
    expect(await catalog.usage(one)).toEqual(before);
    expect(await catalog.reconcile(await objects(), eleven)).toEqual({ objects: 1, rows: 1, differences: [] });
  });

  test('repairs where it is asked to, and finds nothing then', async () => {
    const catalog = await mess();
    const { differences: found } = await catalog.reconcile(await objects(), one, { repair: true });
    expect(found).toMatchObject([...differences(true).slice(0, 3), { what: 'count-differs', repaired: true }, {}]);
    expect(await catalog.reconcile(await objects(), one)).toMatchObject({ objects: 3, rows: 3, differences: [] });
    expect(await catalog.usage(one)).toMatchObject({ usedFiles: 3, usedBytes: 2 * length + larger.length });
    const [adopted] = (await catalog.files(one, { kind: 'form-upload' })).items;
    expect(adopted).toMatchObject({ fileName: 'Ä b.pdf', place: { ...form, fileName: 'Ä b.pdf' } });
    expect(await catalog.usage(eleven)).toMatchObject({ usedFiles: 1 });
  });

  test('says of a key what the layout means by it', () => {
    const path = (key: string) => key.slice(2);
    expect(placeOfKey(path(layout.formUpload(one, form)))).toEqual({ purpose: formUpload.purpose, place: form });
    const specialist = { specialistId: 's1' };
    expect(placeOfKey(path(layout.signature(one, specialist)))).toEqual({ purpose: 'signature', place: specialist });
    const document = { documentId: '9', audience: 'patient' };
    expect(placeOfKey(path(layout.document(one, document)))).toEqual({ purpose: 'document', place: document });
    expect(placeOfKey(path(layout.logo(one)))).toEqual({ purpose: 'logo', place: {} });
    expect(placeOfKey('custom/invoices/7/a.pdf')).toEqual({ purpose: 'custom/invoices', place: {} });
  });
});

describe('the journal', () => {
  const record = (id: string, org = one, more: Partial<JournalRecord> = {}): JournalRecord => ({
    ...{ id, at: `2026-11-27T09:00:0${id.length % 10}.000Z`, org, kind: 'invoice', place: { customerId: '7' } },
    ...{ verb: 'url', outcome: 'done', by },
    ...more,
  });

  test('keeps what it is given, as it was given, once, for each organisation its own', async () => {
    const { journal } = await open();
    const given = [
      record('aaa'),
      record('b', eleven),
      record('cc', one, { grantId: 'g1', expiresAt: '2026-11-27T09:15:00.000Z' }),
    ];
    await journal.append(given);
    await journal.append([record('aaa', one, { by: 'somebody else' })]);
    expect((await journal.records(one)).records).toEqual([given[0], given[2]]);
    expect(JSON.stringify((await journal.records(eleven)).records)).toBe(JSON.stringify([given[1]]));
    expect(await server.owner.rows('select org_id::text, id, granted_to from tenant_storage.read_grant')).toEqual([
      { org_id: '1', id: 'g1', granted_to: by },
    ]);
    const seen: string[] = [];
    for await (const { id } of journal.each(one)) seen.push(id);
    expect(seen).toEqual(['cc', 'aaa']);
    expect((await journal.records(one, { verb: 'upload' })).records).toEqual([]);
    const first = await journal.records(one, { limit: 1, by, kind: 'invoice', outcome: 'done' });
    const next = await journal.records(one, { limit: 1, cursor: first.nextCursor! });
    expect([...first.records, ...next.records]).toEqual([given[0], given[2]]);
    expect(next.nextCursor).toBeUndefined();
    await expect(journal.records(one, { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
    const late = new Date(8.64e15);
    for (const asked of [{ from: late }, { to: late }, { by: 'a\0b' }, { kind: '\ud800' }]) {
      await expect(journal.records(one, asked)).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });

  test('keeps all of a batch or nothing of it', async () => {
    const { journal } = await open();
    const bad = record('x', eleven, { kind: undefined as never });
    await expect(journal.append([record('y'), bad])).rejects.toMatchObject({ code: 'check_unavailable' });
    expect((await journal.records(one)).records).toEqual([]);
  });
});
