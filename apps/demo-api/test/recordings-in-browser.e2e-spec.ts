import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { prepareBucket } from '../src/demo/demo-bucket.js';
import { startDemo, type Demo } from './demo.harness.js';
import { isLong } from './long.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
/** In the long run: it has a browser and a demo of its own, and what it sends are files like others. */
const inBrowser = isThere && isLong ? describe : describe.skip;
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

const field = '/forms/7/fields/3';
const one = { org: '1', sub: 'ada' };
const eleven = { org: '11', sub: 'ada' };
const ways = ['form', 'api', 'PUT', 'POST', 'MULTIPART'] as const;

/** The page's own modules, as far as they are used here. */
interface Session {
  signIn(person: object): Promise<void>;
  call(method: string, path: string, options: { body: FormData }): Promise<void>;
}
interface PageModules {
  Session: new (onRequest: (request: { to: string; status: number }) => void) => Session;
  Upload: new (
    session: Session,
    place: { begin: string; file: (name: string) => string },
    file: Blob,
    declared: { way: string; fileName: string; contentType: string },
    onChange: () => void,
  ) => { run(): Promise<void>; error?: { code: string } };
}

inBrowser(`recorded in a browser${isThere ? '' : ` [skipped: there is no Chromium at ${executablePath}]`}`, () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([
      startDemo({ DEMO_MODE: 'true' }),
      chromium.launch({ executablePath, args, timeout: 100_000 }),
    ]);
    await prepareBucket(demo.app, demo.origin);
    page = await browser.newPage();
    await page.goto(demo.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  /** Records in the page, sends it from there, and tells what was sent, as what, and how each request ended. */
  const recordAndSend = (mimeType: string, fileNames: Record<(typeof ways)[number], string>) =>
    page.evaluate(
      async ({ mimeType, fileNames, field }) => {
        const [session, upload]: string[] = ['/js/http/session.js', '/js/uploads/upload.js'];
        const { Session, Upload } = { ...(await import(session!)), ...(await import(upload!)) } as PageModules;

        const video = mimeType.startsWith('video/');
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
        const recorder = new MediaRecorder(stream, { mimeType });
        const chunks: Blob[] = [];
        const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
        recorder.addEventListener('dataavailable', ({ data }) => {
          chunks.push(data);
          if (recorder.state === 'recording' && chunks.filter(({ size }) => size > 0).length >= 3) recorder.stop();
        });
        recorder.start(100);
        await stopped;
        for (const track of stream.getTracks()) track.stop();
        const recorded = new Blob(chunks, { type: recorder.mimeType });

        const ends: Record<string, string> = {};
        for (const [way, fileName] of Object.entries(fileNames)) {
          const statuses: string[] = [];
          const sender = new Session(({ to, status }) => statuses.push(`${to} ${status}`));
          await sender.signIn({ orgId: 1, userId: 'ada', role: 'admin' });
          if (way === 'form') {
            const body = new FormData();
            body.append('file', recorded, fileName);
            await sender.call('POST', `${field}/files`, { body }).catch(() => {});
          } else {
            const place = { begin: `${field}/uploads`, file: (name: string) => `${field}/files/${name}` };
            const declared = { way, fileName, contentType: recorded.type };
            await new Upload(sender, place, recorded, declared, () => {}).run();
          }
          ends[way] = statuses.at(-1)!;
        }
        const bytes = new Uint8Array(await recorded.arrayBuffer());
        return { type: recorded.type, bytes: Array.from(bytes), ends };
      },
      { mimeType, fileNames, field },
    );

  it.each([
    ['video/webm;codecs=vp8,opus', /^video\/webm; ?codecs=vp8,opus$/, 'video/webm', 'webm'],
    ['audio/webm', /^audio\/webm(; ?codecs=opus)?$/, 'audio/webm', 'weba'],
  ])('%s goes in by every way, and comes back as it was', async (mimeType, type, stored, extension) => {
    const fileNames = Object.fromEntries(ways.map((way) => [way, `${way}-recording.${extension}`]));
    const { bytes, ...sent } = await recordAndSend(mimeType, fileNames as Record<(typeof ways)[number], string>);
    expect(sent).toEqual({
      type: expect.stringMatching(type),
      ends: Object.fromEntries(ways.map((way) => [way, 'API 201'])),
    });
    expect(bytes.length).toBeGreaterThan(100);
    for (const name of Object.values(fileNames)) {
      const path = `/api${field}/files/${name}/content`;
      const { status, headers, body } = await demo.call('GET', path, { as: one });
      expect([name, status, headers['content-type']]).toEqual([name, 200, stored]);
      expect(body.equals(Buffer.from(bytes))).toBe(true);
      expect((await demo.call('GET', path, { as: eleven })).status).toBe(404);
    }
  });
});
