import { AuditArchiveService, parseOrgId } from 'nest-tenant-storage';
import { samples } from 'nest-tenant-storage/testing';
import { apartFromDate, startDemo, type Demo } from './demo.harness.js';

const one = { org: '1' };
const eleven = { org: '11' };
const field = '/api/forms/7/fields/3';
const { png, pdf } = samples;

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());
beforeEach(() => demo.storage.empty());

const put = (path: string, as: { org: string }, { contentType, bytes } = png) =>
  demo.call('PUT', path, { as, headers: { 'content-type': contentType }, body: bytes });

describe("another organisation's file", () => {
  const places = [
    [`${field}/files/scan.png`, png],
    ['/api/specialists/5/signature', png],
    ['/api/documents/9/patient', pdf],
    ['/api/templates/logo', png],
  ] as const;

  it.each(places)('%s cannot be told from an absent one', async (path, sample) => {
    const absent = await Promise.all(
      ['url', 'content'].map((verb) => demo.call('GET', `${path}/${verb}`, { as: eleven })),
    );
    expect((await put(path, one, sample)).status).toBe(201);
    const foreign = await Promise.all(
      ['url', 'content'].map((verb) => demo.call('GET', `${path}/${verb}`, { as: eleven })),
    );
    expect(foreign.map(apartFromDate)).toEqual(absent.map(apartFromDate));
    expect(foreign.map(({ status, json }) => [status, json.code])).toEqual(Array(2).fill([404, 'not_found']));
  });

  it.each(places)('%s is neither replaced nor deleted', async (path, sample) => {
    await put(path, one, sample);
    const mine = { ...sample, bytes: sample.bytes };
    expect((await put(path, eleven, mine)).status).toBe(201);
    expect((await demo.call('DELETE', path, { as: eleven })).status).toBe(204);
    expect((await demo.call('GET', `${path}/content`, { as: one })).body).toEqual(sample.bytes);
  });

  it('is not listed', async () => {
    await put(`${field}/files/scan.png`, one);
    expect((await demo.call('GET', `${field}/files`, { as: eleven })).json).toEqual({ items: [] });
  });

  it('is not archived', async () => {
    const archive = demo.app.get(AuditArchiveService, { strict: false });
    const absent = await demo.call('GET', '/api/audit-archive/2026/1/url', { as: eleven });
    await archive.append(parseOrgId('1'), { year: 2026, month: 1 }, [{ a: 1 }]);
    const foreign = await demo.call('GET', '/api/audit-archive/2026/1/url', { as: eleven });
    expect(apartFromDate(foreign)).toEqual(apartFromDate(absent));
    expect(foreign.status).toBe(404);
  });
});

it.each([
  ['?org_id=11', {}],
  ['?org_id=11&orgId=11&org=11&tenant=11', {}],
  ['', { 'x-org-id': '11', org_id: '11', 'x-tenant-id': '11', 'x-amz-meta-org': '11' }],
])('an organisation in the query or in headers has no effect: %s %j', async (query, headers) => {
  const stored = await demo.call('PUT', `${field}/files/x.png${query}`, {
    as: one,
    headers: { 'content-type': 'image/png', ...headers },
    body: png.bytes,
  });
  expect(stored.status).toBe(201);
  expect((await demo.storage.contents()).keys).toEqual(['1/uploads/forms/7/field_3/x.png']);
  const listed = await demo.call('GET', `${field}/files${query}`, { as: { org: '11' }, headers });
  expect(listed.json).toEqual({ items: [] });
});

it('an organisation in a JSON body is a mistake', async () => {
  const body = { fileName: 'x.png', contentType: 'image/png', size: 10, org_id: '11' };
  const refused = await demo.call('POST', `${field}/uploads`, { as: one, body });
  expect([refused.status, refused.json]).toEqual([
    400,
    { statusCode: 400, code: 'invalid_request', message: 'property org_id should not exist' },
  ]);
});
