import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { samples } from 'nest-tenant-storage/testing';
import { createApp, listen } from '../src/demo.app.js';
import { readConfig } from '../src/demo.config.js';
import { prepareBucket } from '../src/demo/demo-bucket.js';
import { DemoTokens } from '../src/demo/demo-tokens.js';
import { walkThrough } from '../src/demo/walk-through.js';
import { call } from './demo.harness.js';

const dataDir = mkdtempSync(join(tmpdir(), 'demo-mode-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

let app: NestExpressApplication;
let origin: string;
let port: number;
beforeEach(start);
afterEach(() => app.close());

async function start(): Promise<void> {
  const config = readConfig({ PORT: '0', DEMO_DATA_DIR: dataDir });
  app = await createApp(config);
  origin = await listen(app, config);
  port = Number(new URL(origin).port);
}

const tokenFor = async (orgId: unknown) => {
  const body = { orgId, userId: 'ada', role: 'admin' };
  return (await call(port, 'POST', '/api/demo/tokens', { body })).json.accessToken as string;
};

it('prints lines that work when they are pasted into a shell', async () => {
  const text = await walkThrough(origin, app.get(DemoTokens, { strict: false }));
  const lines = text.slice(text.indexOf('# Tokens'));
  const { stdout } = await promisify(execFile)('bash', ['-c', lines], { cwd: dataDir });
  expect(stdout.split('\n').map((line) => line.replace(/"(etag|lastModified)":.*?"(?=[,}])/g, '…'))).toEqual([
    '{"fileName":"note.txt","contentType":"text/plain","size":23,…}',
    '{"items":[{"fileName":"note.txt","contentType":"text/plain","size":23,…,…}]}',
    'Blood pressure: 120/80',
    'Blood pressure',
    '{"items":[]}',
    '{"statusCode":404,"code":"not_found","message":"There is no such file."}',
    '{"statusCode":403,"code":"forbidden","message":"Your role does not allow this."}',
    '204',
    '',
  ]);
});

it('keeps files and tokens over a restart', async () => {
  const token = await tokenFor(1);
  const file = '/api/forms/7/fields/3/files/scan.png';
  const { contentType, bytes } = samples.png;
  await call(port, 'PUT', file, { token, headers: { 'content-type': contentType }, body: bytes });
  await app.close();
  await start();
  expect((await call(port, 'GET', `${file}/content`, { token })).body).toEqual(bytes);
});

it.each([
  ['an organisation that is none', { orgId: '01', userId: 'ada', role: 'admin' }],
  ['no user', { orgId: '1', userId: '', role: 'admin' }],
  ['a role that there is not', { orgId: '1', userId: 'ada', role: 'root' }],
  ['more than it asks', { orgId: '1', userId: 'ada', role: 'admin', exp: 1 }],
])('gives no token for %s', async (_what, body) => {
  const refused = await call(port, 'POST', '/api/demo/tokens', { body });
  expect([refused.status, refused.json.code]).toEqual([400, 'invalid_request']);
});

it('gives tokens that no cache keeps', async () => {
  const answer = await call(port, 'POST', '/api/demo/tokens', { body: { orgId: 11, userId: 'ada', role: 'admin' } });
  expect([answer.status, answer.headers['cache-control']]).toEqual([201, 'no-store']);
});

it('lets its own page send straight to the store, and no other', async () => {
  await prepareBucket(app, origin);
  const body = { fileName: 'page.png', contentType: 'image/png', size: samples.png.bytes.length, method: 'PUT' };
  const { json } = await call(port, 'POST', '/api/forms/7/fields/3/uploads', { token: await tokenFor('1'), body });
  const ask = (from: string) =>
    fetch(json.url as string, {
      method: 'OPTIONS',
      headers: {
        origin: from,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': Object.keys(json.headers as object).join(','),
      },
    });
  const own = await ask(origin);
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  expect((await ask('https://evil.test')).status).toBe(403);
});
