import { eleven, one } from '../../test/file-kits/direct-uploads.kit.js';
import { follow } from '../../test/http.js';
import { bytes, sha256, startWriteGrants } from '../../test/file-kits/write-grants.kit.js';

const { storage, forms, methods, begin, close } = await startWriteGrants();

afterAll(close);

test('PUT and POST tickets work as they are, and say when they end', async () => {
  for (const method of methods) {
    const before = Date.now();
    const ticket = await begin(method, { sha256 });
    // whole seconds
    expect(ticket.expiresAt.getTime()).toBeGreaterThan(before + 300_000 - 1_000);
    expect(ticket.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 300_000);
    expect((await follow(ticket, bytes)).status).toBe(method === 'PUT' ? 200 : 201);
  }
});

test('a ticket shows neither the final key nor who it is for', async () => {
  const ticket = await begin('PUT');
  expect(JSON.stringify(ticket)).not.toMatch(/uploads\/forms|report-|field_7/);
  expect(new URL(ticket.url).pathname).toMatch(/\/incoming\/1\/[0-9a-f-]{36}$/);
});

test.each(methods)("a %s ticket of another organisation writes to that one's incoming folder", async (method) => {
  const place = { formId: '201', customFieldId: '7', fileName: `own-${method}.pdf` };
  const ticket = await forms.beginUpload(
    eleven,
    place,
    { contentType: 'application/pdf', size: bytes.length, method },
    { by: 'p' },
  );
  expect((await follow(ticket, bytes)).status).toBeLessThan(300);
  const { keys } = await storage.contents();
  expect(keys.filter((key) => key.startsWith('incoming/11/')).length).toBeGreaterThan(0);
});

const refused: [string, object, string][] = [
  ['a size of nothing', { size: 0 }, 'invalid_request'],
  ['a negative size', { size: -1 }, 'invalid_request'],
  ['a fraction', { size: 1.5 }, 'invalid_request'],
  ['a size as text', { size: '10' }, 'invalid_request'],
  ['no size', { size: undefined }, 'invalid_request'],
  ['a byte too many', { size: 262_144_001 }, 'file_too_large'],
  ['a hash that is none', { sha256: 'abc' }, 'invalid_request'],
  ['a type that is not accepted', { contentType: 'text/html' }, 'type_not_accepted'],
  ['a type that is not the name’s', { contentType: 'image/png' }, 'type_not_accepted'],
];

test.each(refused)('no ticket for %s', async (_name, wrong, code) => {
  const place = { formId: '201', customFieldId: '7', fileName: 'x.pdf' };
  const declared = { contentType: 'application/pdf', size: 10, ...wrong } as never;
  await expect(forms.beginUpload(one, place, declared, { by: 'p' })).rejects.toMatchObject({ code });
});
