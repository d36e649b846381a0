import { metrics } from '@opentelemetry/api';
import { startDemo, type Demo } from './demo.harness.js';

// Of the process, which other files of tests have used.
metrics.disable();

const token = 'a token that only the collector has';
let demo: Demo;
beforeAll(async () => {
  demo = await startDemo({ METRICS_TOKEN: token });
});
afterAll(() => demo.close());

const read = (headers: Record<string, string> = {}, path = '/metrics', method = 'GET') =>
  fetch(`${demo.origin}${path}`, { method, headers });
const authorization = `Bearer ${token}`;
const upload = (org: number, fileName: string, body: string) =>
  demo.call('PUT', `/api/forms/4711/fields/3/files/${fileName}`, {
    as: { org, sub: 'anna.b' },
    headers: { 'content-type': 'text/plain' },
    body,
  });

it('counts what was stored, given out and refused, and says nothing of whose it was', async () => {
  for (const org of [81, 811]) expect((await upload(org, 'Befund-Berger.txt', 'in Ordnung')).status).toBe(201);
  expect((await upload(81, 'a.pdf', 'no PDF')).status).toBe(415);
  expect((await demo.call('GET', '/api/forms/4711/fields/3/files?urls=true', { as: { org: 81 } })).status).toBe(200);
  const answer = await read({ authorization });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('storage_'));
  const value = (...parts: string[]) => lines.find((line) => parts.every((part) => line.includes(part)))?.split(' ')[1];
  expect(value('storage_uploads_total', 'outcome="stored"')).toBe('2');
  expect(value('storage_refusals_total', 'storage_purpose="form-upload"')).toBe('1');
  expect(value('storage_urls_total', 'kind="read"')).toBe('1');
  expect(value('storage_upload_duration_count', 'outcome="stored"')).toBe('2');
  expect(lines.filter((line) => /81|4711|Berger|anna|Befund|X-Amz/.test(line.split(' ')[0]!))).toEqual([]);
});

it.each([
  ['nobody', {}],
  ['a wrong token', { authorization: 'Bearer guess' }],
  ['a token of the API', { authorization: 'Basic x' }],
])('is for whoever has the token: %s gets 401', async (_who, headers) => {
  const answer = await read(headers);
  expect([answer.status, await answer.text()]).toEqual([401, '']);
});

it('takes only GET, and is not there without a token where tokens are not for everybody', async () => {
  expect((await read({ authorization }, '/metrics', 'POST')).status).toBe(404);
  const without = await startDemo({}, demo.storage);
  expect((await fetch(`${without.origin}/metrics`)).status).toBe(404);
  await without.close();
});
