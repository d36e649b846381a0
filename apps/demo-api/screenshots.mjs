/**
 * Takes the README's pictures from the running page: `npm run screenshots [folder]`. It starts the built demo on a free port
 * with a folder of its own, stores a few files that it draws, runs every attack, and fails if one of them did not hold.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = process.argv[2] ?? join(root, 'docs');
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const roomMs = 120_000;

if (!existsSync(executablePath)) {
  process.stdout.write(`There is no Chromium at ${executablePath}: no pictures are taken.\n`);
  process.exit(0);
}

const dataDir = mkdtempSync(join(tmpdir(), 'demo-screenshots-'));
const demo = spawn(process.execPath, ['dist/apps/demo-api/apps/demo-api/src/main.js'], {
  cwd: root,
  env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DEMO_MODE: 'true', DEMO_DATA_DIR: dataDir },
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** Where the demo says that it is. */
async function originOf({ stdout }) {
  let text = '';
  for await (const chunk of stdout) {
    text += chunk;
    const [, origin] = /demo: (http:\/\/[^/]+)\//.exec(text) ?? [];
    if (origin) return origin;
  }
  throw new Error('The demo did not start.');
}

/** Runs in the browser: pictures as a clinic has them, drawn. */
async function drawn() {
  const draw = async (name, type, paint) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 600 });
    const pen = canvas.getContext('2d');
    paint(pen);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.85));
    return { name, bytes: [...new Uint8Array(await blob.arrayBuffer())] };
  };
  const fill = (pen, colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 800, 600);
  };
  const bone = (pen, x, y, width, height) => {
    pen.beginPath();
    pen.ellipse(x, y, width, height, 0, 0, 7);
    pen.fill();
  };
  const xRay = (pen) => {
    const light = pen.createRadialGradient(400, 300, 40, 400, 300, 430);
    light.addColorStop(0, '#b9c6cc');
    light.addColorStop(1, '#0b0f12');
    fill(pen, light);
    pen.fillStyle = 'rgb(255 255 255 / 70%)';
    for (const at of [
      [400, 90, 62, 190],
      [372, 262, 62, 46],
      [430, 262, 62, 46],
      [400, 520, 54, 190],
      [376, 350, 56, 38],
      [428, 350, 56, 38],
      [480, 500, 18, 160],
    ])
      bone(pen, ...at);
  };
  const heart = (pen) => {
    fill(pen, '#fff7f5');
    pen.strokeStyle = '#f5d3cd';
    for (let at = 0; at <= 800; at += 25) {
      pen.strokeRect(at, -1, 0, 602);
      pen.strokeRect(-1, at, 802, 0);
    }
    pen.strokeStyle = '#20282a';
    pen.lineWidth = 4;
    pen.beginPath();
    for (let x = 0; x <= 800; x += 1) {
      const beat = x % 200;
      const spike = beat > 80 && beat < 92 ? -190 : beat >= 92 && beat < 104 ? 80 : 0;
      const wave = beat > 130 && beat < 165 ? -36 * Math.sin(((beat - 130) / 35) * Math.PI) : 0;
      pen.lineTo(x, 320 + spike + wave);
    }
    pen.stroke();
  };
  const skin = (pen) => {
    fill(pen, '#e6bda3');
    for (let at = 0; at < 90; at += 1) {
      pen.fillStyle = `rgb(${150 + (at % 30)} 74 52 / 14%)`;
      bone(
        pen,
        400 + 130 * Math.sin(at * 2.4) * Math.cos(at),
        300 + 100 * Math.cos(at * 1.7),
        14 + (at % 40),
        12 + (at % 34),
      );
    }
  };
  return [
    await draw('knee-x-ray.jpg', 'image/jpeg', xRay),
    await draw('ecg.png', 'image/png', heart),
    await draw('skin.webp', 'image/webp', skin),
  ];
}

/** A second of a tone. */
function sound() {
  const samples = Int16Array.from({ length: 8000 }, (_, at) => 8000 * Math.sin(at / 5) * Math.sin(at / 800));
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}

async function takePictures(page, origin) {
  page.setDefaultTimeout(roomMs);
  await page.goto(origin);
  const one = page.locator('.pane').first();
  await one.getByText('Signed in as ada, admin of organisation 1.').waitFor();
  const pictures = (await page.evaluate(drawn)).map(({ name, bytes }) => ({ name, buffer: Buffer.from(bytes) }));
  const others = [
    { name: 'letter.pdf', buffer: await page.pdf() },
    { name: 'heart.wav', buffer: sound() },
    { name: 'note.txt', buffer: Buffer.from('Blood pressure: 120/80\n') },
  ];
  const files = [...pictures, ...others].map((file) => ({ ...file, mimeType: '' }));
  await one.locator('input[name=files]').setInputFiles(files);
  for (const { name } of files) await one.locator('.card').getByText(name, { exact: true }).waitFor();
  await page.reload();
  await one
    .locator('.card')
    .nth(files.length - 1)
    .waitFor();
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(folder, 'page-gallery.png') });

  await page.getByRole('link', { name: 'Try to break it' }).click();
  await page.locator('.attack-bar .primary').click();
  const score = page.locator('.score[data-state]').getByText(/^(\d+) of \1 run|did not hold/);
  await score.waitFor();
  const said = await score.innerText();
  if (!said.endsWith('all held.')) throw new Error(said);
  await page.locator('.attack summary').first().click();
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(folder, 'page-attacks.png') });

  await page.getByRole('link', { name: 'Journal' }).click();
  await page.getByLabel('Part of a name').fill('knee');
  await page.locator('.found').getByText('knee-x-ray.jpg').waitFor();
  await page.locator('.journal .done').first().waitFor();
  await page.locator('.usage meter').waitFor();
  process.stdout.write(`${said} The pictures are in ${folder}.\n`);
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await takePictures(page, await originOf(demo));
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await once(demo, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
}
