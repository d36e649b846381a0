import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp, listen } from '../src/demo.app.js';
import { readConfig } from '../src/demo.config.js';
import { STORE, type Store } from '../src/store.module.js';
import { call, startDemo } from './demo.harness.js';

const dataDir = mkdtempSync(join(tmpdir(), 'demo-page-'));
let app: NestExpressApplication;
let port: number;
beforeAll(async () => {
  const config = readConfig({ PORT: '0', DEMO_DATA_DIR: dataDir, DEMO_CATALOG: 'off' });
  app = await createApp(config);
  port = Number(new URL(await listen(app, config)).port);
});
afterAll(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const named = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, path = '']) => path);

/** Every file that the page loads, found as a browser finds them. */
const filesOfPage = () => (files ??= findFiles());
let files: Promise<Map<string, string>> | undefined;

async function findFiles(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const open = ['/'];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const { status, headers, body } = await call(port, 'GET', path);
    expect([path, status]).toEqual([path, 200]);
    expect(headers['x-content-type-options']).toBe('nosniff');
    const text = body.toString();
    found.set(path, text);
    const base = new URL(path, 'http://page');
    const paths = path.endsWith('.js')
      ? named(text, /from '([^']+)'/g)
      : named(text, /<(?:link|script|img)\b[^>]*(?:href|src)="([^"]+)"/g);
    open.push(...paths.map((each) => new URL(each, base).pathname));
  }
  return found;
}

it('is served whole, from this server only', async () => {
  const found = new Map(await filesOfPage());
  expect(found.delete('/lib/signature_pad.js')).toBe(true);
  expect([...found.keys()]).toEqual(
    expect.arrayContaining(['/', '/css/base.css', '/icon.svg', '/js/main.js', '/js/uploads/parts.js']),
  );
  for (const [path, text] of found)
    expect([path, named(text, /(https?:\/\/[^'"\s)]+)/g)]).toEqual([
      path,
      ['/icon.svg', '/js/dom.js'].includes(path) ? ['http://www.w3.org/2000/svg'] : [],
    ]);
});

it('lets nothing run but its own files, and talks to nobody but this API and the store', async () => {
  const { headers } = await call(port, 'GET', '/');
  const { origin } = app.get<Store>(STORE, { strict: false });
  expect(String(headers['content-security-policy']).split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${origin}`,
    `img-src 'self' blob: ${origin}`,
    `media-src blob: ${origin}`,
    `frame-src blob: ${origin}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]);
  // The store's port is another after a restart.
  expect(headers['cache-control']).toBe('no-store');
});

it('says in both languages what it says in one', async () => {
  const wordsOf = async (language: string) => {
    const urls = ['', '.views'].map((part) => new URL(`../public/js/lang/${language}${part}.js`, import.meta.url));
    const files = await Promise.all(urls.map(({ href }) => import(href) as Promise<Record<string, object>>));
    const words = files.flatMap((file) => Object.values(file)).flatMap((each) => Object.entries(each));
    return words as [key: string, text: string][];
  };
  const gaps = (words: [key: string, text: string][]) =>
    words.map(([key, text]) => `${key} ${[...text.matchAll(/\{\w+\}/g)].map(String).toSorted().join(' ')}`);
  const [en, de] = [await wordsOf('en'), await wordsOf('de')];
  expect(en.length).toBeGreaterThan(100);
  expect(gaps(de)).toEqual(gaps(en));
});

it('has no inline script, style or handler', async () => {
  const html = (await call(port, 'GET', '/')).body.toString();
  expect(named(html, /<script\b[^>]*>([^<]+)/g)).toEqual([]);
  expect(named(html, /<script\b(?![^>]*\bsrc=)([^>]*)>/g)).toEqual([]);
  expect(named(html, /(<style|\sstyle=|\son\w+=|javascript:)/gi)).toEqual([]);
});

/** Which language, which colours; and upload tickets, which are good for whoever began them, until the tab is closed. */
const kept: Record<string, string[]> = {
  '/js/i18n.js': ['localStorage'],
  '/js/theme.js': ['localStorage'],
  '/js/uploads/interrupted.js': ['sessionStorage'],
};

it('never reads text as HTML or code, and keeps no sign-in', async () => {
  for (const [path, text] of await filesOfPage()) {
    if (!path.endsWith('.js') || path.startsWith('/lib/')) continue;
    const risky = named(
      text,
      /(innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|localStorage|sessionStorage|document\.cookie)/g,
    );
    expect([path, [...new Set(risky)]]).toEqual([path, kept[path] ?? []]);
  }
});

it('is not there where tokens are not handed out', async () => {
  const demo = await startDemo();
  const answer = await demo.call('GET', '/');
  await demo.close();
  expect([answer.status, answer.json.code]).toEqual([404, 'not_found']);
});
