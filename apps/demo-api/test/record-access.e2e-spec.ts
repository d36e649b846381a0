import { samples } from 'nest-tenant-storage/testing';
import { startDemo, type Demo } from './demo.harness.js';

const { png } = samples;
const pat = { org: '1', sub: 'pat', role: 'patient' };
const lou = { org: '1', sub: 'lou', role: 'patient' };
const pats = '/api/forms/7/fields/3';
const body = { fileName: 'scan.png', contentType: 'image/png', size: png.bytes.length };

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

const codeOf = async (method: string, path: string, as: object, more: object = {}) => {
  const { status, json } = await demo.call(method, path, { as: as as typeof pat, ...more });
  return [status, json.code];
};
const file = { headers: { 'content-type': png.contentType }, body: png.bytes };

it('a second patient has nothing of the first one’s form, whether a file is there or not', async () => {
  expect((await demo.call('PUT', `${pats}/files/scan.png`, { as: pat, ...file })).status).toBe(201);
  const refused = [403, 'forbidden'];
  for (const name of ['scan.png', 'absent.png']) {
    expect(await codeOf('GET', `${pats}/files/${name}/url`, lou)).toEqual(refused);
    expect(await codeOf('GET', `${pats}/files/${name}/content`, lou)).toEqual(refused);
    expect(await codeOf('PUT', `${pats}/files/${name}`, lou, file)).toEqual(refused);
  }
  expect(await codeOf('GET', `${pats}/files`, lou)).toEqual(refused);
  expect(await codeOf('POST', `${pats}/uploads`, lou, { body })).toEqual(refused);
  expect(await codeOf('GET', '/api/documents/9/patient/url', lou)).toEqual(refused);
  expect(await codeOf('GET', '/api/forms/8/fields/3/files', pat)).toEqual(refused);
});

it.each([
  ['specialist', '5', '1', 200],
  ['admin', 'ada', '1', 200],
  ['patient', 'pat', '1', 200],
  ['patient', 'pat', '11', 404],
])('a %s %s of organisation %s gets %i', async (role, sub, org, status) => {
  const { status: seen } = await demo.call('GET', `${pats}/files/scan.png/url`, { as: { org, sub, role } });
  expect(seen).toBe(status);
});

it('what a ticket is for is asked again at each step', async () => {
  const ticket = await demo.call('POST', `${pats}/uploads`, {
    as: pat,
    body: { ...body, fileName: 'next.png', multipart: true },
  });
  const { token } = ticket.json;
  expect((await demo.call('POST', '/api/uploads/sign', { as: pat, body: { token, method: 'POST' } })).status).toBe(201);
  const { RecordAccess } = await import('../src/auth/record-access.js');
  const records = demo.app.get(RecordAccess, { strict: false });
  const asked: unknown[] = [];
  const may = records.may.bind(records);
  records.may = async (user, permission, place) => {
    asked.push([user.sub, permission, place]);
    return Promise.resolve(false);
  };
  for (const step of ['sign', 'complete']) {
    const sent = { token, ...(step === 'sign' && { method: 'POST' }) };
    expect(await codeOf('POST', `/api/uploads/${step}`, pat, { body: sent })).toEqual([403, 'forbidden']);
  }
  records.may = () => Promise.reject(new Error('the records cannot be reached'));
  expect(await codeOf('GET', `${pats}/files`, pat)).toEqual([500, 'internal_error']);
  records.may = may;
  const place = { formId: '7', customFieldId: '3', fileName: 'next.png' };
  expect(asked).toEqual([
    ['pat', 'form-upload:write', place],
    ['pat', 'form-upload:write', place],
  ]);
});
