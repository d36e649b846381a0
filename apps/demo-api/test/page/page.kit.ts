import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { prepareBucket } from '../../src/demo/demo-bucket.js';
import { startDemo, type Demo } from '../demo.harness.js';
import { isLong } from '../long.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
export const inBrowser = isThere ? describe : describe.skip;
/** What other tests hold too, with no browser: the long run has it. */
export const inLong = isLong ? it : it.skip;
export const orSkipped = isThere ? '' : ` [skipped: there is no Chromium at ${executablePath}]`;
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
const roomMs = 50_000;

export const mebibyte = 1024 * 1024;
export const ways = ['api', 'POST', 'PUT', 'MULTIPART'] as const;
export type Way = (typeof ways)[number] | 'auto';

/** The demo with its page open, as two organisations see it. */
export interface Kit {
  demo: Demo;
  page: Page;
  one: Locator;
  eleven: Locator;
  /** What no test may leave behind: errors of the page, and requests that left this machine. */
  faults: string[];
  /** Where `file` and `upload` put a file. */
  pathOf(name: string): string;
  /** Writes a file and gives its path. */
  file(name: string, bytes: Buffer): string;
  upload(way: Way, name: string, bytes: Buffer): Promise<Locator>;
  outcome(row: Locator): Promise<string>;
  /** A page of its own in the same browser, whose faults are among those of all. */
  open(origin: string): Promise<Page>;
  close(): Promise<void>;
}

export async function openPage(): Promise<Kit> {
  const dataDir = mkdtempSync(join(tmpdir(), 'demo-browser-'));
  const [demo, browser] = await Promise.all([
    startDemo({ DEMO_MODE: 'true', RATE_LIMIT_PER_MINUTE: '0' }),
    chromium.launch({ executablePath, args, timeout: roomMs }),
  ]);
  await prepareBucket(demo.app, demo.origin);
  const faults: string[] = [];
  // What moves is drawn sixty times a second, by the processor, and takes a third of what the page costs.
  const view = { viewport: { width: 1200, height: 900 }, reducedMotion: 'reduce', locale: 'en-GB' } as const;
  const context = await browser.newContext(view);
  const page = await watched(context, faults);
  const [one, eleven] = [page.locator('.pane').first(), page.locator('.pane').last()];
  await page.goto(demo.origin);
  await signedIn({ one, eleven });

  const pathOf = (name: string) => join(dataDir, name);
  const file = (name: string, bytes: Buffer) => {
    const path = pathOf(name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    ...{ demo, page, one, eleven, faults, file, pathOf },
    upload: async (way, name, bytes) => {
      const over = one.getByRole('button', { name: /^Dismiss/ });
      while ((await over.count()) > 0) await over.first().click();
      await one.locator('.how').evaluate((details) => details.setAttribute('open', ''));
      await one.locator(`[name=way][value=${way}]`).check();
      await one.locator('input[name=files]').setInputFiles(file(name, bytes));
      return one.locator('.uploads > li').first();
    },
    open: async (origin) => {
      const other = await watched(context, faults);
      await other.goto(origin);
      return other;
    },
    outcome: async (row) => {
      await row.getByRole('button', { name: /^Dismiss/ }).waitFor();
      return row.getByRole('status').innerText();
    },
    close: async () => {
      await browser.close();
      await demo.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function signedIn({ one, eleven }: Pick<Kit, 'one' | 'eleven'>): Promise<void> {
  await one.getByText('Signed in as ada, admin of organisation 1.').waitFor();
  await eleven.getByText('Signed in as bob, admin of organisation 11.').waitFor();
}

async function watched(context: BrowserContext, faults: string[]): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(roomMs);
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (said) => {
    // That an answer was a refusal is told by the browser too; what the page makes of it is looked at.
    const isAnswer = said.text().startsWith('Failed to load resource');
    if (said.type() === 'error' && !isAnswer) faults.push(said.text());
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(request.url());
  });
  return page;
}

/** A field of its own for each test, so that none sees another's files. */
let field = 0;
export async function freshField({ page, one }: Kit): Promise<void> {
  await page.getByRole('link', { name: 'Files', exact: true }).click();
  await page.getByRole('radio', { name: 'Form field' }).check();
  await page.getByLabel('Field id').fill(String((field += 1)));
  await page.getByLabel('Field id').press('Enter');
  await one.getByText('No files here yet.').waitFor();
}
