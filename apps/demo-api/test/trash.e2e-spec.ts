import { samples } from 'nest-tenant-storage/testing';
import { startDemo, type Demo } from './demo.harness.js';

const { pdf, png } = samples;
const ada = { org: '1', sub: 'ada', role: 'admin' };
const eve = { org: '11', sub: 'eve', role: 'admin' };
const field = '/api/forms/7/fields/3';

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

const places: [trash: string, file: string, bytes: Buffer, type: string, body: object][] = [
  [`${field}/trash`, `${field}/files/a.pdf`, pdf.bytes, pdf.contentType, { fileName: 'a.pdf' }],
  ['/api/specialists/5/signature/trash', '/api/specialists/5/signature', png.bytes, png.contentType, {}],
  ['/api/documents/9/patient/trash', '/api/documents/9/patient', pdf.bytes, pdf.contentType, {}],
  ['/api/templates/logo/trash', '/api/templates/logo', png.bytes, png.contentType, {}],
];

it.each(places)('%s shows what was deleted, and restores it', async (trash, file, body, type, named) => {
  await demo.call('PUT', file, { as: ada, headers: { 'content-type': type }, body });
  await demo.call('DELETE', file, { as: ada });
  const { json } = await demo.call('GET', trash, { as: ada });
  expect(json.items).toMatchObject([{ versions: [{ size: body.length, isCurrent: false }] }]);
  expect((await demo.call('GET', trash, { as: eve })).json).toEqual({ items: [] });

  const foreign = await demo.call('POST', `${trash}/restore`, { as: eve, body: named });
  expect([foreign.status, foreign.json.code]).toEqual([404, 'not_found']);
  const { version } = (json.items as { versions: { version: string }[] }[])[0]!.versions[0]!;
  const byName = await demo.call('POST', `${trash}/restore`, { as: eve, body: { ...named, version } });
  expect([byName.status, byName.json]).toEqual([foreign.status, foreign.json]);

  const restored = await demo.call('POST', `${trash}/restore`, { as: ada, body: named });
  expect([restored.status, restored.json.size]).toEqual([201, body.length]);
  expect((await demo.call('GET', `${file}/content`, { as: ada })).status).toBe(200);
  const again = await demo.call('POST', `${trash}/restore`, { as: ada, body: named });
  expect([again.status, again.json.code]).toEqual([409, 'already_exists']);
});

it('refuses what is no restore', async () => {
  for (const body of [{}, { fileName: '../x' }, { fileName: 'a.pdf', version: 7 }, { fileName: 'a.pdf', more: 1 }]) {
    const { status } = await demo.call('POST', `${field}/trash/restore`, { as: ada, body });
    expect([body, status]).toEqual([body, 400]);
  }
  expect((await demo.call('GET', `${field}/trash?cursor=Li4v`, { as: ada })).status).toBe(400);
});
