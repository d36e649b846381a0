import { invoice } from '../../../../examples/invoices.js';
import { eleven, one, startFiles } from '../../test/file-kits/gates.kit.js';
import { follow, send } from '../../test/http.js';
import { inOrg } from '../keys/object-key.js';
import { auditMonth } from '../kinds/audit-month.js';
import { maxFileBytes } from '../storage.policy.js';
import { samples } from '../testing/samples.js';
import { fileKind } from './file-kind.js';
import type { Files } from './files.js';
import type { ByteSource } from './incoming.js';

const { storage, start, close } = await startFiles();
const { files, uploads, told } = await start();
const { bytes } = samples.pdf;
const by = 'pat';
const at = (fileName: string, customerId: string | number = '7') => ({ customerId, fileName });
const file = { bytes, contentType: 'application/pdf' };

afterEach(async () => {
  told.length = 0;
  await storage.empty();
});
afterAll(close);

describe('a kind of an application has what the kinds of the module have', () => {
  test('upload, list with URLs, read, facts and removal, each for its own organisation', async () => {
    await files.upload(invoice, one, at('b.pdf'), file, { by });
    await files.upload(invoice, one, at('a.pdf'), file, { by });
    await files.upload(invoice, eleven, at('c.pdf'), file, { by });
    expect((await storage.contents()).keys).toEqual([
      '1/custom/invoices/7/a.pdf',
      '1/custom/invoices/7/b.pdf',
      '11/custom/invoices/7/c.pdf',
    ]);
    const { items } = await files.list(invoice, one, { customerId: '7' }, { urls: true });
    expect(items.map(({ fileName }) => fileName)).toEqual(['a.pdf', 'b.pdf']);
    for (const { url } of items) expect((await send('GET', url!)).body).toEqual(bytes);
    const names = [];
    for await (const { fileName } of files.each(invoice, one, { customerId: '7' })) names.push(fileName);
    expect(names).toEqual(['a.pdf', 'b.pdf']);
    expect(await files.stat(invoice, one, at('a.pdf'))).toMatchObject({ fileName: 'a.pdf', size: bytes.length });
    await expect(files.stat(invoice, eleven, at('a.pdf'))).rejects.toMatchObject({ code: 'not_found' });
    await files.delete(invoice, one, at('a.pdf'));
    await expect(files.read(invoice, one, at('a.pdf'))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a direct upload, verified and create-only', async () => {
    const declared = { contentType: 'application/pdf', size: bytes.length };
    const ticket = await files.beginUpload(invoice, one, at('a.pdf'), declared, { by });
    await follow(ticket, bytes);
    await expect(uploads.complete(eleven, ticket.token, { by })).rejects.toMatchObject({ code: 'not_found' });
    expect(await uploads.complete(one, ticket.token, { by })).toMatchObject({ fileName: 'a.pdf' });
    await expect(files.beginUpload(invoice, one, at('a.pdf'), declared, { by })).rejects.toMatchObject({
      code: 'already_exists',
    });
  });

  test.each([
    [{ customerId: '7/attachments', fileName: 'a.pdf' }, 'invalid_place', /./],
    [{ customerId: '..', fileName: 'a.pdf' }, 'invalid_place', /./],
    [{ fileName: 'a.pdf' }, 'invalid_place', /customerId is missing/],
    [{ customerId: ['7'], fileName: 'a.pdf' }, 'invalid_place', /customerId is no text/],
    [{ customerId: '7' }, 'invalid_place', /fileName is missing/],
    [{ customerId: '7', fileName: '../a.pdf' }, 'invalid_file_name', /./],
    [{ customerId: '7', fileName: 'a.png' }, 'type_not_accepted', /./],
  ])('%j is refused, told, and nothing is stored', async (place, code, message) => {
    const upload = files.upload(invoice, one, place as never, file, { by });
    await expect(upload).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(told).toMatchObject([{ kind: 'upload-refused', code, org: '1', by }]);
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });
});

test('a file has one name in every event, however it is asked for, and only the ids of its kind', async () => {
  const asked = { customerId: 7, fileName: 'a?b.pdf', page: '3' } as const;
  await files.upload(invoice, one, asked, file, { by });
  (await files.read(invoice, one, asked, { by })).body.destroy();
  await files.presignDownload(invoice, one, asked, { by });
  await files.list(invoice, one, { customerId: 7 }, { urls: true, by });
  await files.delete(invoice, one, at('a-b.pdf'), { by });
  await expect(files.stat(invoice, one, asked, { by })).rejects.toMatchObject({ code: 'not_found' });
  expect(told).toHaveLength(6);
  for (const { place } of told) expect(place).toEqual({ customerId: '7', fileName: 'a-b.pdf' });
});

const many = Buffer.concat([bytes, Buffer.alloc(700_000, '\n% more')]);
test.each<[string, () => ByteSource]>([
  ['a Buffer', () => many],
  ['a Blob', () => new Blob([many])],
  ['a web stream', () => new Blob([many]).stream()],
  ['a list of buffers', () => [many.subarray(0, 100), many.subarray(100)]],
])('%s can be uploaded', async (_what, source) => {
  await files.upload(invoice, one, at('a.pdf'), { bytes: source(), contentType: 'application/pdf' });
  const { body } = await files.read(invoice, one, at('a.pdf'));
  expect(Buffer.concat(await body.toArray()).equals(many)).toBe(true);
});

test.each([['text'], [undefined], [null], [7]])('%j is no source of bytes, and says so', async (source) => {
  const upload = files.upload(invoice, one, at('a.pdf'), { ...file, bytes: source as never });
  await expect(upload).rejects.toMatchObject({ code: 'misconfigured', message: expect.stringContaining('a Buffer') });
});

test.each([
  ['a purpose that is none', { purpose: 'In voice' }, /purpose/],
  ['more than the bound of every file', { maxBytes: maxFileBytes + 1 }, /maxBytes/],
  ['no bytes', { maxBytes: 0 }, /maxBytes/],
  ['several types and no name', { accepts: ['application/pdf', 'image/png'] }, /several types/],
  ['a type that is accepted nowhere', { accepts: ['text/html'] }, /not accepted/],
])('%s is no kind', (_what, more, message) => {
  const at = (org: typeof one) => inOrg(org)`custom/x/y.pdf`;
  expect(() => fileKind({ purpose: 'x', ids: [], at, accepts: ['application/pdf'], ...more })).toThrow(message);
});

test('a kind that lacks the meaning lacks the verb', async () => {
  const place = { year: '2026', month: '03' };
  // @ts-expect-error an audit month cannot be removed
  await expect(files.delete(auditMonth, one, place)).rejects.toMatchObject({ code: 'not_supported' });
  // @ts-expect-error an audit month does not lie in a folder that can be listed
  await expect(files.list(auditMonth, one, { day: '1' })).rejects.toMatchObject({ code: 'not_supported' });
  // @ts-expect-error whoever sends an invoice says what it is
  const untyped: Parameters<Files['upload']>[3] = { bytes } satisfies Parameters<typeof sendInvoice>[0];
  const numbered = { ...untyped, contentType: 7 } as never;
  await expect(files.upload(invoice, one, at('a.pdf'), numbered)).rejects.toMatchObject({ code: 'invalid_request' });
});

const sendInvoice = (sent: Parameters<typeof files.upload<'customerId' | 'fileName'>>[3]) => sent;
