import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCatalogServer } from '../../../libs/storage/test/catalog.kit.js';
import { createApp, listen } from '../src/demo.app.js';
import { readConfig } from '../src/demo.config.js';
import { call } from './demo.harness.js';

const isReal = Boolean(process.env['CATALOG_TEST_URL']);
const server = isReal ? await startCatalogServer({ columns: { patient_id: 'text' } }) : undefined;
const closing: (() => Promise<void>)[] = [];
const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
afterAll(async () => {
  logged.mockRestore();
  for (const close of closing) await close();
  await server?.close();
});

/** The demo on this database, over HTTP, with what two organisations need. */
async function start(env: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'demo-dead-'));
  const config = readConfig({ PORT: '0', DEMO_DATA_DIR: dataDir, DATABASE_URL: server!.url(), ...env });
  const app: NestExpressApplication = await createApp(config);
  const port = Number(new URL(await listen(app, config)).port);
  closing.push(async () => {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const tokenOf = async (orgId: string) =>
    (await call(port, 'POST', '/api/demo/tokens', { body: { orgId, userId: 'ada', role: 'admin' } })).json[
      'accessToken'
    ] as string;
  const tokens = { one: await tokenOf('1'), eleven: await tokenOf('11') };
  const ask = async (method: string, path: string, token = tokens.one, body?: Buffer) => {
    const { status, json } = await call(port, method, path, {
      token,
      ...(body && { body, headers: { 'content-type': 'text/plain' } }),
    });
    return [status, (json as { code?: string } | undefined)?.code].filter((value) => value !== undefined);
  };
  const put = (name: string, token = tokens.one) => ask('PUT', `${folder}/${name}`, token, Buffer.from('some text'));
  const stored = () =>
    readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('dead')).length;
  return { ask, put, stored, tokens };
}

const folder = '/api/forms/7/fields/3/files';
const reads = [`${folder}/there.txt/url`, `${folder}/there.txt/content`, folder];
const unavailable = [503, 'check_unavailable'];

async function withDeadDatabase(work: () => Promise<void>): Promise<void> {
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${server!.role}'`;
  await server!.owner.run(`alter role ${server!.role} nologin; ${end}`);
  try {
    await work();
  } finally {
    await server!.owner.run(`alter role ${server!.role} login`);
  }
}

const onServer = isReal ? it : it.skip;
const why = isReal ? '' : ' [skipped: CATALOG_TEST_URL is not set]';

onServer(
  `a dead database refuses all that must be recorded, with nothing stored, and is there again${why}`,
  async () => {
    const { ask, put, stored } = await start({});
    expect(await put('there.txt')).toEqual([201]);
    await withDeadDatabase(async () => {
      expect(await put('dead.txt')).toEqual(unavailable);
      expect(await ask('DELETE', `${folder}/there.txt`)).toEqual(unavailable);
      for (const path of [...reads, '/api/files', '/api/usage', '/api/journal']) {
        expect([path, ...(await ask('GET', path))]).toEqual([path, ...unavailable]);
      }
      expect(stored()).toBe(0);
    });
    expect(await put('after.txt')).toEqual([201]);
    for (const path of reads) expect([path, ...(await ask('GET', path))]).toEqual([path, 200]);
  },
);

onServer(`reads go on where the option says so, and nothing else does${why}`, async () => {
  const { ask, put, stored } = await start({ CATALOG_READS: 'continue' });
  expect(await put('there.txt')).toEqual([201]);
  await withDeadDatabase(async () => {
    for (const path of reads) expect([path, ...(await ask('GET', path))]).toEqual([path, 200]);
    expect(await put('dead.txt')).toEqual(unavailable);
    expect(await ask('DELETE', `${folder}/there.txt`)).toEqual(unavailable);
    expect(await ask('GET', '/api/files')).toEqual(unavailable);
    expect(stored()).toBe(0);
  });
});

onServer(`an organisation whose rows are slow holds no other one up${why}`, async () => {
  const { ask, put, tokens } = await start({});
  for (const token of [tokens.one, tokens.eleven]) await put('there.txt', token);
  await server!.owner.run('begin; select * from tenant_storage.usage where org_id = 1 for update');
  const held = Array.from({ length: 15 }, (_, n) => put(`held-${n}.txt`));
  // The others have all that they ask for while these wait, or have been refused.
  expect(await put('free.txt', tokens.eleven)).toEqual([201]);
  for (const path of reads) expect(await ask('GET', path, tokens.eleven)).toEqual([200]);
  await server!.owner.run('rollback');
  for (const answer of await Promise.all(held))
    expect([[201], unavailable, [429, 'too_many_requests']]).toContainEqual(answer);
  expect(await put('again.txt')).toEqual([201]);
});
