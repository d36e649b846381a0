import type { NestExpressApplication } from '@nestjs/platform-express';
import { samples } from 'nest-tenant-storage/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createApp, listen } from '../../src/demo.app.js';
import { readConfig } from '../../src/demo.config.js';
import { insideAttacks } from '../../src/demo/inside/inside.attacks.js';
import { prepareBucket } from '../../src/demo/demo-bucket.js';
import { audience, issuer, jwtSecret } from '../demo.harness.js';
import { accessFaults } from './access.js';
import { layoutFaults } from './layout.js';
import type { Kit } from './page.kit.js';

/** The demo with its own store and its own catalog, beside the other: sign-in is one for the process. */
async function startOwn(dataDir: string): Promise<{ app: NestExpressApplication; origin: string }> {
  const signIn = { JWT_ALGORITHM: 'HS256', JWT_SECRET: jwtSecret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
  const config = readConfig({ PORT: '0', DEMO_DATA_DIR: dataDir, DEMO_MODE: 'true', ACCESS_LOG: 'false', ...signIn });
  const app = await createApp(config);
  const origin = await listen(app, config);
  await prepareBucket(app, origin);
  return { app, origin };
}

export function recordFlows(kit: () => Kit): void {
  const dataDir = mkdtempSync(join(tmpdir(), 'demo-records-'));
  let app: NestExpressApplication | undefined;
  let page: Page;
  beforeAll(async () => {
    const own = await startOwn(dataDir);
    app = own.app;
    page = await kit().open(own.origin);
    await page.locator('.pane').last().getByText('Signed in as bob, admin of organisation 11.').waitFor();
  });
  afterAll(async () => {
    await page?.close();
    await app?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('shows what just happened, how much there is and where it lies, of one organisation alone', async () => {
    const one = page.locator('.pane').first();
    const [file] = [kit().file('journal.png', samples.png.bytes)];
    await one.locator('input[name=files]').setInputFiles(file);
    await one.locator('.card').getByText('journal.png').waitFor();
    await page.getByRole('link', { name: 'Journal' }).click();
    await page
      .locator('.usage')
      .getByText(/^\d+ bytes of 1\.0 GiB, 1 files$/)
      .waitFor();
    await page.locator('.found').getByText('Form 7, field 3').waitFor();
    const upload = page.locator('.journal li.done', { hasText: 'upload' }).first();
    expect(await upload.innerText()).toMatch(/ada\s+upload\s+done\s+Form 7, field 3/);
    // What happens while one looks on comes by itself, and another organisation is told nothing of it.
    const asked = (orgId: string, userId: string, path: string) =>
      page.evaluate(
        async ({ person, path }) => {
          const headers = { 'content-type': 'application/json' };
          const signed = await fetch('/api/demo/tokens', { method: 'POST', headers, body: JSON.stringify(person) });
          const { accessToken } = (await signed.json()) as { accessToken: string };
          return (await fetch(path, { headers: { authorization: `Bearer ${accessToken}` } })).text();
        },
        { person: { orgId, userId, role: 'admin' }, path },
      );
    await asked('1', 'eve', '/api/forms/7/fields/3/files');
    await page.locator('.journal li', { hasText: 'eve' }).getByText('Form 7, field 3').waitFor();
    const toEleven = await asked('11', 'bob', '/api/journal?limit=20');
    expect(JSON.parse(toEleven)).toMatchObject({ records: expect.any(Array) });
    expect(toEleven).not.toMatch(/journal\.png|eve/);
    await page.getByLabel('Part of a name').fill('nothing like it');
    await page.locator('.found').getByText('No file has such a name.').waitFor();
    expect([...(await accessFaults(page, 'the journal')), ...(await layoutFaults(page, 'the journal'))]).toEqual([]);
  });

  it('is refused by the bucket’s policy and by the database what mistaken code tries', async () => {
    await page.getByRole('link', { name: 'Try to break it' }).click();
    const area = page.locator('.attack-area').filter({ has: page.getByRole('heading', { name: 'From inside' }) });
    await area.getByRole('button', { name: `Run these ${insideAttacks.length}` }).click();
    await area
      .locator('.attack[data-state=held]')
      .nth(insideAttacks.length - 1)
      .waitFor();
    for (const who of ['client', 'bucket policy', 'database'])
      await page.locator('.refusers').getByText(who, { exact: true }).waitFor();
    await area
      .getByText(/refused by the bucket’s policy · AccessDenied$/)
      .first()
      .waitFor();
    await area.getByText(/refused by the database · no rows$/).waitFor();
  });
}
