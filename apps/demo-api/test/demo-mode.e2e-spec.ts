import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { samples } from 'nest-tenant-storage/testing';
import { portToKeep } from '../../../libs/embedded-s3/test/port.js';
import { createApp, listen } from '../src/demo.app.js';
import { readConfig } from '../src/demo.config.js';
import { prepareBucket } from '../src/demo/demo-bucket.js';
import { STORE, type Store } from '../src/store.module.js';
import { DemoTokens } from '../src/demo/demo-tokens.js';
import { walkThrough } from '../src/demo/walk-through.js';
import { call } from './demo.harness.js';

const dataDir = mkdtempSync(join(tmpdir(), 'demo-mode-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

let app: NestExpressApplication;
let origin: string;
let port: number;
beforeEach(() => start());
afterEach(() => app.close());

async function start(env: Record<string, string> = {}): Promise<void> {
  const config = readConfig({ PORT: '0', DEMO_DATA_DIR: dataDir, DEMO_CATALOG: 'off', ...env });
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
  expect(stdout.split('\n').map((line) => line.replace(/"(etag|lastModified|at)":.*?"(?=[,}])/g, '…'))).toEqual([
    '{"fileName":"note.txt","contentType":"text/plain","size":23,…,"scannedBy":{"engine":"eicar-only",…}}',
    '{"items":[{"fileName":"note.txt","contentType":"text/plain","size":23,…,…}]}',
    'Blood pressure: 120/80',
    'Blood pressure',
    '{"statusCode":422,"code":"malware_found","message":"The file holds malware: Eicar-Test-Signature."}',
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

const storeOf = () => app.get<Store>(STORE, { strict: false });

it('signs for the address that others reach, on a port that stays, and keeps its page there too', async () => {
  await app.close();
  const publicEndpoint = 'http://files.test:21891';
  const storePort = await portToKeep('0.0.0.0');
  await start({ HOST: '0.0.0.0', DEMO_S3_PORT: String(storePort), S3_PUBLIC_ENDPOINT: publicEndpoint });
  expect(storeOf().server?.port).toBe(storePort);
  await prepareBucket(app, origin);
  const file = '/api/forms/7/fields/3/files/from-a-phone.txt';
  const token = await tokenFor('11');
  await call(port, 'PUT', file, { token, headers: { 'content-type': 'text/plain' }, body: 'hello' });
  const { json } = await call(port, 'GET', `${file}/url`, { token });
  const url = new URL(json.url as string);
  expect(url.origin).toBe(publicEndpoint);
  const read = await call(storePort, 'GET', `${url.pathname}${url.search}`, {
    headers: { host: url.host, origin: `http://files.test:${port}` },
  });
  expect([read.status, read.body.toString(), read.headers['access-control-allow-origin']]).toEqual([
    200,
    'hello',
    `http://files.test:${port}`,
  ]);
  const page = await call(port, 'GET', '/', { headers: { host: `files.test:${port}` } });
  expect([page.status, page.headers['content-security-policy']]).toEqual([
    200,
    expect.stringContaining(publicEndpoint),
  ]);
});

it.each([
  ['localhost:3000', 201],
  ['127.0.0.1', 201],
  ['[::1]:3000', 201],
  ['evil.example', 421],
  ['localhost.evil.example:3000', 421],
  ['127.0.0.1.evil.example', 421],
])('on this machine alone, a request to %s gets %i: no name of somebody else leads to tokens', async (host, status) => {
  const body = { orgId: '1', userId: 'ada', role: 'admin' };
  expect((await call(port, 'POST', '/api/demo/tokens', { body, headers: { host } })).status).toBe(status);
});

it('gives no token that sign-in would refuse', async () => {
  const refused = await call(port, 'POST', '/api/demo/tokens', {
    body: { orgId: '1', userId: 'a\u0007', role: 'admin' },
  });
  expect([refused.status, refused.json.code]).toEqual([400, 'invalid_request']);
});

it('removes at its start the uploads that nobody completed', async () => {
  await prepareBucket(app, origin);
  const { server, options } = storeOf();
  const client = new S3Client({ ...options, forcePathStyle: true });
  const openUploads = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: options.bucket }));
    return Uploads.length;
  };
  server?.clock.advance(-3 * 24 * 3_600_000);
  // Not for a client: its clock is not the server's. The rules count from when the server says that it began.
  const began = { Bucket: options.bucket, Key: 'incoming/1/left-behind' };
  client.config.systemClockOffset = -3 * 24 * 3_600_000;
  await client.send(new CreateMultipartUploadCommand(began));
  client.config.systemClockOffset = 0;
  server?.clock.reset();
  expect(await openUploads()).toBe(1);
  await app.close();
  client.destroy();
  await start();
  const again = storeOf().options;
  const next = new S3Client({ ...again, forcePathStyle: true });
  const { Uploads = [] } = await next.send(new ListMultipartUploadsCommand({ Bucket: again.bucket }));
  next.destroy();
  expect(Uploads).toEqual([]);
});
