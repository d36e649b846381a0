import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, listen } from '../src/demo.app.js';
import { readConfig } from '../src/demo.config.js';
import { call } from './demo.harness.js';

const dataDir = mkdtempSync(join(tmpdir(), 'demo-catalog-'));
let app: NestExpressApplication;
let port: number;
beforeAll(async () => {
  const config = readConfig({ PORT: '0', DEMO_DATA_DIR: dataDir, QUOTA_FILES: '2' });
  app = await createApp(config);
  port = Number(new URL(await listen(app, config)).port);
});
afterAll(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const tokenOf = async (orgId: string, role = 'admin', userId = 'ada') =>
  (await call(port, 'POST', '/api/demo/tokens', { body: { orgId, userId, role } })).json['accessToken'] as string;
const put = (token: string, form: number, name: string) =>
  call(port, 'PUT', `/api/forms/${form}/fields/3/files/${name}`, {
    token,
    body: Buffer.from(`text of ${name}`),
    headers: { 'content-type': 'text/plain' },
  });

it('finds, counts and limits the files of an organisation, and of no other', async () => {
  const [one, eleven] = [await tokenOf('1'), await tokenOf('11')];
  expect((await put(one, 7, 'Blood%20test.txt')).status).toBe(201);
  expect((await put(one, 8, 'b.txt')).status).toBe(201);
  expect((await put(eleven, 7, 'Blood%20test.txt')).status).toBe(201);
  const full = await put(one, 7, 'c.txt');
  expect([full.status, full.json]).toMatchObject([
    507,
    { code: 'quota_exceeded', message: expect.stringContaining('no room') },
  ]);
  const found = await call(port, 'GET', '/api/files?nameContains=blood&patient=pat&type=text/*', { token: one });
  expect(found.json).toMatchObject({
    items: [{ fileName: 'Blood test.txt', uploadedBy: 'ada', columns: { patient_id: 'pat' } }],
  });
  expect((await call(port, 'GET', '/api/files', { token: eleven })).json['items']).toHaveLength(1);
  expect((await call(port, 'GET', '/api/usage', { token: one })).json).toMatchObject({
    usedFiles: 2,
    limit: { files: 2 },
  });
  await call(port, 'DELETE', '/api/forms/8/fields/3/files/b.txt', { token: one });
  expect((await put(one, 7, 'c.txt')).status).toBe(201);
});

it('keeps who did what, and in which request', async () => {
  const [one, eleven] = [await tokenOf('1', 'admin', 'eve'), await tokenOf('11', 'admin', 'bob')];
  const file = '/api/forms/9/fields/3/files';
  const { headers } = await call(port, 'GET', `${file}/absent.txt/url`, { token: one });
  const records = async (token: string) => (await call(port, 'GET', '/api/journal', { token })).json['records'];
  expect(await records(one)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        org: '1',
        by: 'eve',
        verb: 'url',
        outcome: 'refused',
        requestId: headers['x-request-id'],
      }),
    ]),
  );
  const theirs = JSON.stringify(await records(eleven));
  expect(theirs).not.toContain('eve');
  await call(port, 'GET', file, { token: eleven });
  expect(await records(eleven)).toEqual(
    expect.arrayContaining([expect.objectContaining({ org: '11', by: 'bob', verb: 'list' })]),
  );
});

it.each(['/api/usage', '/api/files', '/api/journal'])('%s is an admin’s', async (path) => {
  for (const role of ['patient', 'specialist']) {
    expect(await call(port, 'GET', path, { token: await tokenOf('1', role, 'pat') })).toMatchObject({ status: 403 });
  }
  expect(await call(port, 'GET', path)).toMatchObject({ status: 401 });
});
