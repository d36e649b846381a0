import { samples } from 'nest-tenant-storage/testing';
import { accessFaults } from './access.js';
import { layoutFaults } from './layout.js';
import { mebibyte, signedIn, type Kit } from './page.kit.js';

/** Each state in every way. */
export function lookFlows(kit: () => Kit): void {
  // What other tests have left in the views that are hidden would be looked through in every state.
  beforeAll(async () => {
    await kit().page.goto(kit().demo.origin);
    await signedIn(kit());
  });
  afterEach(() => kit().page.setViewportSize({ width: 1200, height: 900 }));

  /** Put there beside the page, which would show its two panes anew for each of them. */
  async function sevenCards(): Promise<void> {
    const { demo, page, one } = kit();
    const files = `/api/forms/7/fields/${await page.getByLabel('Field id').inputValue()}/files`;
    const headers = { 'content-type': 'image/png' };
    for (const name of 'abcdefg')
      await demo.call('PUT', `${files}/${name}.png`, { as: { org: '1' }, headers, body: samples.png.bytes });
    await one.getByRole('button', { name: 'Refresh' }).click();
    await one.locator('.card').nth(6).waitFor();
  }

  it('is accessible in every state, and fits 320, 768 and 1440 pixels', async () => {
    const { demo, page, one, upload, outcome, file } = kit();
    const found: string[] = [];
    const look = async (state: string) => {
      found.push(...(await accessFaults(page, state)));
      found.push(...(await layoutFaults(page, state)));
    };
    await sevenCards();
    await look('the gallery');
    await outcome(await upload('api', 'page.png', Buffer.from('<!doctype html>')));
    await page.emulateMedia({ colorScheme: 'dark' });
    await look('the gallery, dark, with a refusal');
    await one.getByRole('button', { name: 'Dismiss: page.png' }).click();
    await one.locator('.how').evaluate((details) => details.removeAttribute('open'));
    await page.emulateMedia({ colorScheme: 'light' });
    for (const part of ['.log', '.trash'])
      await one.locator(part).evaluate((details) => details.setAttribute('open', ''));
    await one.getByText('Nothing was deleted here.').waitFor();
    await look('the gallery, with its trash and its requests');
    await one.getByRole('button', { name: /^a.png/ }).click();
    await page.locator('.taken-apart summary').click();
    await look('a file');
    await page.keyboard.press('Escape');

    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    demo.storage.s3.faults.add({ operation: 'UploadPart', before: () => held, action: 'error' });
    const long = await upload('MULTIPART', 'long.png', Buffer.concat([samples.png.bytes, Buffer.alloc(9 * mebibyte)]));
    await long.getByRole('button', { name: 'Pause: long.png' }).waitFor();
    await one.locator('input[name=files]').setInputFiles(file('beside.png', samples.png.bytes));
    await one
      .locator('.overall')
      .getByText(/ of 2 sent, /)
      .waitFor();
    await look('uploads under way');
    await one.getByRole('button', { name: 'Pause: long.png' }).click();
    await look('an upload that is paused');
    letGo();
    await one.getByRole('button', { name: 'Cancel: long.png' }).click();

    await one.getByLabel('You are').selectOption('lou');
    for (const place of ['Document', 'Signature']) {
      await page.getByRole('radio', { name: place }).check();
      await one.locator('.slot.refused').first().waitFor();
      await look(`${place}, refused`);
    }
    await one.getByLabel('You are').selectOption('ada');
    await one.getByText('Signed in as ada, admin of organisation 1.').waitFor();
    await one.locator('.slot.refused').waitFor({ state: 'detached' });
    await look('the signature pad');
    await page.getByRole('radio', { name: 'Document' }).check();
    await page.getByLabel('Document id').fill('90');
    await page.getByLabel('Document id').press('Enter');
    await one.locator('.slot').nth(2).waitFor();
    await look('the documents');
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await page.getByRole('link', { name: 'Selbst angreifen' }).click();
    await page.locator('.attack').nth(5).waitFor();
    await page.evaluate(() =>
      document.querySelectorAll('.attack [open]').forEach((each) => each.removeAttribute('open')),
    );
    await look('the attacks');
    const card = page.locator('.attack').first();
    await card.getByRole('button', { name: 'Ausführen', exact: true }).click();
    await card.getByText(/^Abgewehrt/).waitFor();
    await look('the attacks, one of them run, in German');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('link', { name: 'Der Bucket' }).click();
    await page.locator('.tree').waitFor();
    await look('the bucket');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: 'English' }).click();
    expect(found).toEqual([]);
  });

  it('would be told from a layout that is broken', async () => {
    const { page } = kit();
    await sevenCards();
    const faultsWith = async (css: string, width = 1440) => {
      await page.evaluate((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet];
      }, css);
      return (await layoutFaults(page, 'the gallery', [width])).join('\n');
    };
    for (const width of [320, 1440]) expect(await faultsWith('', width)).toBe('');
    expect(await faultsWith('.lead { min-width: 1500px }')).toMatch(/at 1440: \d+ wide in 1440/);
    expect(await faultsWith('.files h3 { position: relative; left: -90px }', 320)).toMatch(/H3 .* sticks out/);
    expect(await faultsWith('.signed { width: 4rem; white-space: nowrap }', 320)).toMatch(
      /P .* is longer than its box/,
    );
    expect(await faultsWith('.pane button { min-height: 0; height: 30px }')).toMatch(/Refresh is \d+ by 30/);
    expect(await faultsWith('.place .pills label { margin-right: -3rem }')).toMatch(/lies on/);
    expect(await faultsWith('.cards { direction: rtl }')).toMatch(/card 2 comes before card 1/);
    expect(await faultsWith('.cards { grid-template-columns: 1fr }')).toMatch(/card 1 is at \[x, width, row\]/);
    expect(await faultsWith('#panes { grid-template-columns: 1fr !important }')).toMatch(/at 1440: pane 1 is at/);
    await page.evaluate(() => (document.adoptedStyleSheets = []));
  });

  it('shows which pill is chosen in forced colours', async () => {
    const { page } = kit();
    await page.emulateMedia({ forcedColors: 'active' });
    const colours = await page
      .locator('.place .pills span')
      .evaluateAll((pills) => pills.map((pill) => getComputedStyle(pill).backgroundColor));
    const highlight = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.cssText = 'forced-color-adjust: none; background: Highlight';
      const colour = getComputedStyle(probe).backgroundColor;
      probe.remove();
      return colour;
    });
    expect(colours[0]).toBe(highlight);
    await page.emulateMedia({ forcedColors: 'none' });
    expect(new Set(colours).size).toBe(2);
    expect(colours.filter((colour) => colour === colours[0])).toHaveLength(1);
  });
}
