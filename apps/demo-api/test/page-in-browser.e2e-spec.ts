import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samples } from 'nest-tenant-storage/testing';
import { chromium, type Browser, type Locator, type Page, type Request } from 'playwright-core';
import { prepareBucket } from '../src/demo/demo-bucket.js';
import { startDemo, type Demo } from './demo.harness.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const inBrowser = isThere ? describe : describe.skip;
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Less than a test has, so that what was waited for is named. */
const roomMs = 100_000;

const ways = ['api', 'POST', 'PUT', 'MULTIPART'] as const;
const mebibyte = 1024 * 1024;
const { png, pdf, txt } = samples;

inBrowser(`the page in a browser${isThere ? '' : ` [skipped: there is no Chromium at ${executablePath}]`}`, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'demo-browser-'));
  let demo: Demo;
  let browser: Browser;
  let page: Page;
  let one: Locator;
  let eleven: Locator;
  const faults: string[] = [];

  beforeAll(async () => {
    [demo, browser] = await Promise.all([
      startDemo({ DEMO_MODE: 'true' }),
      chromium.launch({ executablePath, args, timeout: roomMs }),
    ]);
    await prepareBucket(demo.app, demo.origin);
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.setDefaultTimeout(roomMs);
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (said) => {
      if (/Content Security Policy|CORS policy/.test(said.text())) faults.push(said.text());
    });
    page.on('dialog', (dialog) => void dialog.accept());
    [one, eleven] = [page.locator('.pane').first(), page.locator('.pane').last()];
    await page.goto(demo.origin);
    await one.getByText('Signed in as ada, admin of organisation 1.').waitFor();
    await eleven.getByText('Signed in as ada, admin of organisation 11.').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  // A field of its own for each test, so that none sees another's files.
  let field = 0;
  beforeEach(async () => {
    await page.getByLabel('Field id').fill(String((field += 1)));
    await page.getByLabel('Field id').press('Enter');
    await one.getByText('No files here.').waitFor();
  });
  afterEach(() => expect(faults.splice(0)).toEqual([]));

  async function upload(way: (typeof ways)[number], name: string, bytes: Buffer): Promise<Locator> {
    const path = join(dataDir, name);
    writeFileSync(path, bytes);
    const before = await one.locator('.uploads > li').count();
    await one.locator('input[type=file]').setInputFiles(path);
    await one.locator(`[name=way][value=${way}]`).check();
    await one.getByRole('button', { name: 'Upload', exact: true }).click();
    await one.locator('.uploads > li').nth(before).waitFor();
    return one.locator('.uploads > li').first();
  }

  const outcome = async (row: Locator) => {
    await row.getByRole('button', { name: /^Dismiss/ }).waitFor();
    return row.getByRole('status').innerText();
  };

  it.each(ways)('uploads by %s what organisation 11 does not see, and says why it refuses', async (way) => {
    expect(await outcome(await upload(way, 'scan.png', png.bytes))).toMatch(/^Stored as image\/png, /);
    const html = Buffer.from('<!doctype html><script>alert(1)</script>');
    expect(await outcome(await upload(way, 'page.png', html))).toMatch(/^422 content_mismatch /);
    expect(await outcome(await upload(way, 'scan.png', png.bytes))).toMatch(/^409 already_exists /);
    await one.locator('.files').getByText('scan.png', { exact: true }).waitFor();
    expect(await one.locator('.files .name').allInnerTexts()).toEqual(['scan.png']);
    await eleven.getByRole('button', { name: 'Refresh' }).click();
    await eleven.locator('.files[aria-busy=false]').waitFor();
    expect(await eleven.locator('.content').innerText()).toBe('No files here.');
  });

  it('pauses an upload in parts, and sends only what is missing when it goes on', async () => {
    const sent: (string | null)[] = [];
    const partOf = (url: string) => new URL(url).searchParams.get('partNumber');
    const onRequest = (request: Request) => request.method() === 'PUT' && sent.push(partOf(request.url()));
    const arrived: typeof sent = [];
    page.on('request', onRequest);
    page.on('response', (answer) => answer.request().method() === 'PUT' && arrived.push(partOf(answer.url())));
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    demo.storage.s3.faults.add({ operation: 'UploadPart', before: () => held, action: 'error' });

    const row = await upload('MULTIPART', 'long.png', Buffer.concat([png.bytes, Buffer.alloc(17 * mebibyte)]));
    await row.getByRole('button', { name: 'Pause: long.png' }).waitFor();
    while (arrived.length < 2) await page.waitForEvent('response');
    await row.getByRole('button', { name: 'Pause: long.png' }).click();
    await row.getByText(/^Paused at (9\.0|16) MiB of 17 MiB\.$/).waitFor();
    letGo();
    const missing = sent.splice(0).filter((part) => !arrived.includes(part));
    expect(missing).toHaveLength(1);
    await row.getByRole('button', { name: 'Resume: long.png' }).click();
    expect(await outcome(row)).toBe('Stored as image/png, 17 MiB.');
    expect(sent).toEqual(missing);
  });

  describe('answers that are lost', () => {
    const steps = [
      ['POST', 'PostObject'],
      ['PUT', 'PutObject'],
      ['MULTIPART', 'CompleteMultipartUpload'],
    ] as const;
    const isLastToStore = (request: Request) => {
      const { pathname, searchParams } = new URL(request.url());
      const isWrite = request.method() === 'PUT' || request.method() === 'POST';
      return (
        isWrite && !pathname.startsWith('/api/') && !searchParams.has('uploads') && !searchParams.has('partNumber')
      );
    };

    it.each(steps)('%s: of the store: the file is stored all the same', async (way, operation) => {
      const last = page.waitForRequest(isLastToStore);
      await outcome(await upload(way, 'scan.png', png.bytes));
      // Another one is as long: the server takes it to its last byte, and then answers nothing.
      const cutAfterBytes = Number((await (await last).allHeaders())['content-length']);
      expect(cutAfterBytes).toBeGreaterThan(0);
      demo.storage.s3.requests.clear();
      const key = operation === 'PostObject' ? undefined : /^incoming\/1\/[^.]+$/;
      demo.storage.s3.faults.add({ operation, key, action: { cutAfterBytes } });
      expect(await outcome(await upload(way, 'scam.png', png.bytes))).toMatch(/^Stored as image\/png, /);
      const made = demo.storage.s3.requests.list().filter((request) => request.operation === operation);
      expect(made.length).toBeGreaterThan(0);
    });

    it.each(steps)('%s: of the API: what was sent goes on, as it is', async (way) => {
      let isLost = false;
      await page.route('**/api/uploads/complete', async (route) => {
        if (isLost) return route.fallback();
        isLost = true;
        await route.fetch();
        await route.abort();
      });
      const row = await upload(way, 'scan.png', png.bytes);
      await row.getByRole('button', { name: 'Resume: scan.png' }).click();
      expect(await outcome(row)).toMatch(/^Stored as image\/png, /);
      await page.unrouteAll({ behavior: 'wait' });
    });
  });

  it('shows a file by its signed URL and through the API, downloads and deletes it', async () => {
    await outcome(await upload('PUT', 'scan.png', png.bytes));
    const picture = page.locator('.viewer img');
    for (const how of ['View', 'Via API']) {
      await one.getByRole('button', { name: `${how}: scan.png` }).click();
      await picture.waitFor();
      await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.viewer img')?.naturalWidth === 1);
      await page.keyboard.press('Escape');
    }
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      one.getByRole('button', { name: 'Download: scan.png' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('scan.png');
    await one.getByRole('button', { name: 'Delete: scan.png' }).click();
    await one.getByText('No files here.').waitFor();
  });

  it('shows names as text', async () => {
    const name = '<img src=x onerror=alert(1)>.txt';
    const row = await upload('api', name, txt.bytes);
    await outcome(row);
    expect(await row.locator('.name').innerText()).toBe(name);
    expect(await one.locator('.uploads img, .files img').count()).toBe(0);
  });

  it('tells an absent signature, document, logo and month from one that is there', async () => {
    const content = one.locator('.content');
    for (const [place, file] of [
      ['Signature', png],
      ['Document', pdf],
      ['Logo', png],
    ] as const) {
      await page.getByRole('radio', { name: place }).check();
      await content.getByText('404 not_found').waitFor();
      await outcome(await upload('POST', file.fileName, file.bytes));
      await content.getByText('its read URL works until').waitFor();
      expect(await eleven.locator('.content').innerText()).toBe('404 not_found There is no such file.');
    }
    await page.getByRole('radio', { name: 'Audit month' }).check();
    await content.getByText('404 not_found').waitFor();
  });
});
