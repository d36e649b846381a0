import { samples } from 'nest-tenant-storage/testing';
import { permissions, type Permission } from '../src/auth/role-table.js';
import { startDemo, type Demo } from './demo.harness.js';

const { png, pdf } = samples;
const people = {
  patient: { org: '1', sub: 'pat', role: 'patient' },
  specialist: { org: '1', sub: '5', role: 'specialist' },
  colleague: { org: '1', sub: '6', role: 'specialist' },
  admin: { org: '1', sub: 'ada', role: 'admin' },
};
type Who = keyof typeof people;

const everyone = Object.keys(people) as Who[];
const admin: Who[] = ['admin'];
const own: Who[] = ['specialist', 'admin'];

const form = '/api/forms/7/fields/3';
const signature = '/api/specialists/5/signature';
const document = (audience: string) => `/api/documents/9/${audience}`;
const logo = '/api/templates/logo';
const month = '/api/audit-archive/2026/1';

/** Method, path, and who may: everybody else is told `forbidden`. */
const routes: Record<Permission, [method: string, path: string, who: Who[]][]> = {
  'form-upload:read': [
    ['GET', `${form}/files`, everyone],
    ['GET', `${form}/files/x.png/url`, everyone],
    ['GET', `${form}/files/x.png/content`, everyone],
  ],
  'form-upload:write': [
    ['PUT', `${form}/files/x.png`, everyone],
    ['POST', `${form}/files`, everyone],
    ['POST', `${form}/uploads`, everyone],
  ],
  'form-upload:delete': [['DELETE', `${form}/files/x.png`, admin]],
  'form-upload:restore': [
    ['GET', `${form}/trash`, admin],
    ['POST', `${form}/trash/restore`, admin],
  ],
  'signature:read': [
    ['GET', `${signature}/url`, own],
    ['GET', `${signature}/content`, own],
  ],
  'signature:write': [
    ['PUT', signature, own],
    ['POST', `${signature}/uploads`, own],
  ],
  'signature:delete': [['DELETE', signature, own]],
  'signature:restore': [
    ['GET', `${signature}/trash`, own],
    ['POST', `${signature}/trash/restore`, own],
  ],
  'document:read': [
    ['GET', `${document('patient')}/url`, everyone],
    ['GET', `${document('patient')}/content`, everyone],
    ['GET', `${document('specialist')}/url`, ['specialist', 'colleague', 'admin']],
    ['GET', `${document('specialist')}/content`, ['specialist', 'colleague', 'admin']],
    ['GET', `${document('admin')}/url`, admin],
    ['GET', `${document('admin')}/content`, admin],
    // Not an audience, so nobody's but the admin's, who is told that it is none.
    ['GET', `${document('Patient')}/url`, admin],
  ],
  'document:write': [
    ['PUT', document('patient'), admin],
    ['POST', `${document('patient')}/uploads`, admin],
  ],
  'document:delete': [['DELETE', document('patient'), admin]],
  'document:restore': [
    ['GET', `${document('patient')}/trash`, admin],
    ['POST', `${document('patient')}/trash/restore`, admin],
  ],
  'logo:read': [
    ['GET', `${logo}/url`, everyone],
    ['GET', `${logo}/content`, everyone],
  ],
  'logo:write': [
    ['PUT', logo, admin],
    ['POST', `${logo}/uploads`, admin],
  ],
  'logo:delete': [['DELETE', logo, admin]],
  'logo:restore': [
    ['GET', `${logo}/trash`, admin],
    ['POST', `${logo}/trash/restore`, admin],
  ],
  'audit-month:read': [
    ['GET', `${month}/url`, admin],
    ['GET', `${month}/content`, admin],
  ],
  // Routes of the catalog, which these demos go without: catalog.e2e-spec.ts.
  'usage:read': [],
  'catalog:find': [],
  'journal:read': [],
};

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

const cases = permissions.flatMap((permission) =>
  routes[permission].flatMap(([method, path, who]) =>
    everyone.map((person) => [person, who.includes(person) ? 'may' : 'may not', method, path] as const),
  ),
);

it.each(cases)('%s %s %s %s', async (person, may, method, path) => {
  const answer = await demo.call(method, path, { as: people[person] });
  if (may === 'may') expect(answer.status).not.toBe(403);
  else expect([answer.status, answer.json.code]).toEqual([403, 'forbidden']);
});

it('refuses the same whether the file is there or not', async () => {
  const upload = { headers: { 'content-type': 'application/pdf' }, body: pdf.bytes };
  const before = await demo.call('GET', `${document('admin')}/url`, { as: people.patient });
  await demo.call('PUT', document('admin'), { as: people.admin, ...upload });
  const after = await demo.call('GET', `${document('admin')}/url`, { as: people.patient });
  expect([after.status, after.json]).toEqual([before.status, before.json]);
});

it('stores nothing for who may not', async () => {
  await demo.storage.empty();
  const upload = { headers: { 'content-type': 'image/png' }, body: png.bytes };
  expect((await demo.call('PUT', signature, { as: people.colleague, ...upload })).status).toBe(403);
  expect((await demo.call('PUT', logo, { as: people.patient, ...upload })).status).toBe(403);
  expect(await demo.storage.contents()).toEqual({ keys: [], openUploads: [] });
});

it('replaces a form file only for who may delete it, on every way in', async () => {
  await demo.storage.empty();
  const field = '/api/forms/201/fields/7';
  const upload = { headers: { 'content-type': 'image/png' }, body: png.bytes };
  const begin = { fileName: 'a.png', contentType: 'image/png', size: png.bytes.length };
  expect((await demo.call('PUT', `${field}/files/a.png`, { as: people.patient, ...upload })).status).toBe(201);
  const replacing = [
    await demo.call('PUT', `${field}/files/a.png?replace=true`, { as: people.patient, ...upload }),
    await demo.call('POST', `${field}/uploads?replace=true`, { as: people.patient, body: begin }),
  ];
  expect(replacing.map(({ status, json }) => [status, json.code])).toEqual([
    [403, 'forbidden'],
    [403, 'forbidden'],
  ]);
  expect((await demo.call('PUT', `${field}/files/a.png?replace=true`, { as: people.admin, ...upload })).status).toBe(
    201,
  );
});

it('asks for a token on every route that is not open to all', async () => {
  const { json } = await demo.call('GET', '/api/docs-json');
  const open = ['/api/health/live', '/api/health/ready'];
  const operations = Object.entries(json.paths as Record<string, Record<string, { security?: object[] }>>)
    .filter(([path]) => !open.includes(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({ path, method, security })),
    );
  expect(operations.length).toBeGreaterThan(25);
  for (const { path, method, security } of operations) {
    const answer = await demo.call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1'));
    expect([path, method, answer.status, answer.json.code, security]).toEqual([
      path,
      method,
      401,
      'unauthorized',
      [{ bearer: [] }],
    ]);
  }
});
