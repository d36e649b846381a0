import { samples } from 'nest-tenant-storage/testing';
import { isLong } from './long.js';
import { freshField, inBrowser, mebibyte, openPage, signedIn, type Kit } from './page/page.kit.js';

const { png } = samples;
const inLong = isLong ? inBrowser : describe.skip;
const roomMs = 500_000;

inLong('the page in a browser, with large files and a slow line', () => {
  let kit: Kit;
  beforeAll(async () => {
    kit = await openPage();
  });
  afterAll(() => kit?.close());
  beforeEach(() => freshField(kit));
  afterEach(() =>
    expect(kit.faults.splice(0).filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]),
  );

  /** Of what goes out, in bytes a second; 0: the line is cut. */
  let line: (bytesPerSecond: number) => Promise<void>;
  beforeAll(async () => {
    const wire = await kit.page.context().newCDPSession(kit.page);
    await wire.send('Network.enable');
    line = async (bytesPerSecond) => {
      const speed = { downloadThroughput: -1, uploadThroughput: bytesPerSecond };
      await wire.send('Network.emulateNetworkConditions', { offline: bytesPerSecond === 0, latency: 0, ...speed });
    };
  });

  it('sends 60 MiB through pause, a lost connection and a reload', async () => {
    const { page, upload, outcome, pathOf } = kit;
    const bytes = Buffer.concat([png.bytes, Buffer.alloc(60 * mebibyte)]);
    const arrived: string[] = [];
    page.on('response', (answer) => {
      const part = new URL(answer.url()).searchParams.get('partNumber');
      if (part === null || answer.request().method() !== 'PUT' || !answer.ok()) return;
      arrived.push(part);
    });
    const untilArrived = async (count: number) => {
      while (arrived.length < count) await page.waitForEvent('response', { timeout: roomMs });
    };
    await line(4 * mebibyte);
    const row = await upload('auto', 'film.png', bytes);
    const film = pathOf('film.png');
    await untilArrived(2);
    await row.getByText(/ MiB\/s, \d+:\d\d left$/).waitFor();
    await row.getByRole('button', { name: 'Pause: film.png' }).click();
    await row.getByText(/^Paused at /).waitFor();
    await row.getByRole('button', { name: 'Resume: film.png' }).click();
    await untilArrived(3);
    await line(0);
    await row.getByText(/^Connection lost at /).waitFor();
    await line(4 * mebibyte);
    await untilArrived(4);
    const field = await page.getByLabel('Field id').inputValue();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await signedIn(kit);
    await page.getByLabel('Field id').fill(field);
    await page.getByLabel('Field id').press('Enter');
    await row.getByText('Interrupted.').waitFor();
    await row.getByLabel('Choose the file again: film.png').setInputFiles(film);
    expect(await outcome(row)).toBe('Stored as image/png, 60 MiB.');
    // 8 parts of 8 MiB or less, and none of them twice. What had arrived when the page was left, the page did not see end.
    expect(new Set(arrived).size).toBe(arrived.length);
    expect(['1', '2', '3', '4', '5', '6', '7', '8']).toEqual(expect.arrayContaining(arrived));
  });

  it('gives each of seven files its ticket when its turn comes, on a slow line', async () => {
    const { page, one, file } = kit;
    let open = 0;
    let most = 0;
    page.on('response', (answer) => {
      if (answer.request().method() !== 'POST') return;
      const { pathname } = new URL(answer.url());
      if (pathname.endsWith('/uploads')) most = Math.max(most, (open += 1));
      if (pathname.endsWith('/uploads/complete')) open -= 1;
    });
    await line(50_000);
    const names = Array.from({ length: 7 }, (_, at) => `slow-${at}.png`);
    const bytes = Buffer.concat([png.bytes, Buffer.alloc(600_000)]);
    await one.locator('input[name=files]').setInputFiles(names.map((name) => file(name, bytes)));
    await one.locator('.uploads > li[data-state=waiting]').nth(3).waitFor();
    expect(await one.locator('.uploads > li[data-state=running]').count()).toBe(3);
    await one
      .locator('.overall')
      .getByText(/^\d of 7 sent, .* of 4\.0 MiB · .*\/s, \d+:\d\d left$/)
      .waitFor({ timeout: roomMs });
    for (const name of names) await one.locator('.card').getByText(name).waitFor({ timeout: roomMs });
    await line(-1);
    expect(most).toBe(3);
  });
});
