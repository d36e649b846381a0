import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { samples } from 'nest-tenant-storage/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startDemo, tokenOf, type Demo, type Person } from './demo.harness.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const inBrowser = isThere ? describe : describe.skip;
const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

const logo = '/api/templates/logo/content';
const document = '/api/documents/9001/admin/content';
const admin = { org: '1', sub: 'ada' };
const adminOfEleven = { org: '11', sub: 'ada' };
const patient = { org: '1', sub: 'tom', role: 'patient' };
const { png, pdf } = samples;

inBrowser(`one browser that two people use${isThere ? '' : ` [skipped: no Chromium at ${executablePath}]`}`, () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), chromium.launch({ executablePath, args })]);
    page = await (await browser.newContext()).newPage();
    await page.goto(`${demo.origin}/api/health/live`);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  /** A file of its own size, so that its length tells it from another. */
  const put = (as: Person, path: string, { contentType, bytes }: { contentType: string; bytes: Buffer }, extra = 0) =>
    demo.call('PUT', path, {
      as,
      headers: { 'content-type': contentType },
      body: Buffer.concat([bytes, Buffer.alloc(extra)]),
    });

  /** What the page's own `fetch` gets, as it comes: from the server or from the browser's cache. */
  async function fetchAs(as: Person, path: string, cache: RequestCache = 'default') {
    const request = { path, token: await tokenOf(as), cache };
    return page.evaluate(async ({ path, token, cache }) => {
      const answer = await fetch(path, { cache, headers: { authorization: `Bearer ${token}` } });
      return { status: answer.status, length: (await answer.arrayBuffer()).byteLength };
    }, request);
  }

  it('gives none of them what the other has read, and no state that has gone', async () => {
    // A browser that is told nothing keeps a file for a tenth of its age, so these are not new; S3 allows 15 minutes.
    demo.storage.s3.clock.advance(-10 * 60_000);
    await put(admin, '/api/templates/logo', png);
    await put(adminOfEleven, '/api/templates/logo', png, 11);
    await put(admin, '/api/documents/9001/admin', pdf);
    const ofOne = { status: 200, length: png.bytes.length };
    const ofEleven = { status: 200, length: png.bytes.length + 11 };

    expect(await fetchAs(admin, logo)).toEqual(ofOne);
    expect(await fetchAs(adminOfEleven, logo)).toEqual(ofEleven);
    expect(await fetchAs(adminOfEleven, logo, 'no-store')).toEqual(ofEleven);
    expect(await fetchAs(admin, document)).toEqual({ status: 200, length: pdf.bytes.length });
    expect((await fetchAs(patient, document)).status).toBe(403);

    await put(admin, '/api/templates/logo', png, 5);
    expect(await fetchAs(admin, logo)).toEqual({ status: 200, length: png.bytes.length + 5 });
    await demo.call('DELETE', '/api/templates/logo', { as: admin });
    expect((await fetchAs(admin, logo)).status).toBe(404);
  });

  it('spares the bytes of what is unchanged', async () => {
    await put(admin, '/api/templates/logo', png, 7);
    const answers: ServerResponse[] = [];
    const onRequest = (_request: unknown, response: ServerResponse) => answers.push(response);
    demo.app.getHttpServer().on('request', onRequest);
    const same = { status: 200, length: png.bytes.length + 7 };
    expect([await fetchAs(admin, logo), await fetchAs(admin, logo)]).toEqual([same, same]);
    expect(answers.filter(({ req }) => req.method === 'GET').map(({ statusCode }) => statusCode)).toEqual([200, 304]);
  });
});
