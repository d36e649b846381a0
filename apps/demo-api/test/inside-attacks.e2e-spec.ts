import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Client, STORAGE_SETTINGS, type StorageSettings } from 'nest-tenant-storage';
import { attacks } from 'nest-tenant-storage/testing';
import { createApp, listen } from '../src/demo.app.js';
import { readConfig } from '../src/demo.config.js';
import type { AttackReport } from '../src/demo/attacks/attack-report.js';
import { insideAttacks } from '../src/demo/inside/inside.attacks.js';
import { prepareBucket } from '../src/demo/demo-bucket.js';
import { call, startDemo } from './demo.harness.js';

// With its own store and its own catalog, as `npm run demo` has them.
const dataDir = mkdtempSync(join(tmpdir(), 'demo-inside-'));
let app: NestExpressApplication;
let port: number;
beforeAll(async () => {
  const config = readConfig({ PORT: '0', DEMO_DATA_DIR: dataDir });
  app = await createApp(config);
  const origin = await listen(app, config);
  port = Number(new URL(origin).port);
  await prepareBucket(app, origin);
});
afterAll(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function run(name: string): Promise<AttackReport> {
  const { status, json } = await call(port, 'POST', '/api/demo/attacks', { body: { name } });
  expect([name, status]).toEqual([name, 201]);
  return json as unknown as AttackReport;
}

it.each(insideAttacks.map(({ name, must }) => [name, must] as const))('%s', async (name, must) => {
  const report = await run(name);
  expect(report).toMatchObject({ held: true, broken: [], owner: { status: 200, isSame: true } });
  expect(report.sent).toMatchObject([{ to: must.refusedBy, as: 'app' }]);
  expect(report.answers).toMatchObject([{ code: must.code }]);
});

it('is listed beside the others, and each of them can be run here', async () => {
  const { json } = await call(port, 'GET', '/api/demo/attacks');
  const { items } = json as unknown as { items: { name: string; canRun: boolean; must: { refusedBy: string } }[] };
  expect(items).toHaveLength(attacks.length + insideAttacks.length);
  expect(items.filter(({ canRun }) => !canRun)).toEqual([]);
  expect(new Set(items.map(({ name }) => name)).size).toBe(items.length);
  const refusers = new Set(items.map(({ must }) => must.refusedBy));
  expect([...refusers]).toEqual(expect.arrayContaining(['sign-in', 'store', 'client', 'bucket policy', 'database']));
});

it('has German texts on the page, as every attack that is listed, and no text is left over', async () => {
  const { json } = await call(port, 'GET', '/api/demo/attacks');
  const ofPage = (path: string) => import(new URL(`../public/js/${path}`, import.meta.url).href) as Promise<unknown>;
  type Listed = { name: string; tries: string; must: { note?: string } };
  const { items } = json as unknown as { items: Listed[] };
  const { browserAttacks } = (await ofPage('attacks/in-browser.js')) as { browserAttacks: Listed[] };
  const { deAttacks } = (await ofPage('lang/de.attacks.js')) as { deAttacks: Record<string, string> };
  const { deTries } = (await ofPage('lang/de.tries.js')) as { deTries: Record<string, string> };
  const listed = [...items, ...browserAttacks];
  const sentences = listed.flatMap(({ tries, must }) => (must.note === undefined ? [tries] : [tries, must.note]));
  const german = (texts: object) => Object.entries(texts).flatMap(([key, text]) => (text && text !== key ? [key] : []));
  expect(german(deAttacks).toSorted()).toEqual(listed.map(({ name }) => name).toSorted());
  expect(german(deTries).toSorted()).toEqual([...new Set(sentences)].toSorted());
});

it('does not hold where the bucket has no policy', async () => {
  const settings = app.get<StorageSettings>(STORAGE_SETTINGS, { strict: false });
  const client = createS3Client(settings);
  await client.send(new DeleteBucketPolicyCommand({ Bucket: settings.bucket }));
  const report = await run('inside: an object where no organisation is');
  expect(report).toMatchObject({ held: false, broken: ['It was answered with success.'] });
});

it('runs nothing that passes the module by in a bucket of one’s own, and nothing in a database that is not there', async () => {
  const demo = await startDemo({ DEMO_MODE: 'true' });
  try {
    const { json } = await demo.call('GET', '/api/demo/attacks');
    const { items } = json as unknown as { items: { name: string; canRun: boolean }[] };
    const canRun = items.filter(({ name }) => name.startsWith('inside: ')).map((item) => item.canRun);
    expect(canRun).toEqual(insideAttacks.map(({ must }) => must.refusedBy === 'client'));
    const name = 'inside: a forgotten WHERE';
    expect((await demo.call('POST', '/api/demo/attacks', { body: { name } })).status).toBe(404);
  } finally {
    await demo.close();
  }
});
