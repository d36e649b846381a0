import { attacks, samples } from 'nest-tenant-storage/testing';
import { insideAttacks } from '../../src/demo/inside/inside.attacks.js';
import { inLong, type Kit } from './page.kit.js';

/** Attacks that the page tries on itself. */
const inBrowser = 3;

/** The browser tells of what it refused as an error: here it must. */
function expectOnlyPolicy(faults: string[]): void {
  const told = faults.splice(0);
  expect(told.filter((fault) => !/Content Security Policy|^http:\/\/127\.0\.0\.1:9\//.test(fault))).toEqual([]);
  expect(told.length).toBeGreaterThan(0);
}

export function attackFlows(kit: () => Kit): void {
  inLong('runs an attack of each area, and shows who refused it and what each side saw', async () => {
    const { page, faults } = kit();
    await page.getByRole('link', { name: 'Try to break it' }).click();
    const all = attacks.length + insideAttacks.length + inBrowser;
    await page.getByRole('button', { name: `Run all ${all}` }).waitFor();
    const areas = [...new Set([...attacks, ...insideAttacks].map(({ area }) => area)), 'browser'];
    const cards = page.locator('.attack-area');
    expect(await cards.count()).toBe(areas.length);
    expect(await page.locator('.attack').count()).toBe(all);
    for (let at = 0; at < areas.length; at += 1) {
      const card = cards.nth(at).locator('.attack').first();
      await card.getByRole('button', { name: 'Run', exact: true }).click();
      await card.getByText(/^Held/).waitFor();
      if (areas[at] !== 'browser') await card.locator('.eyes').getByText('Organisation 1 sees, afterwards').waitFor();
    }
    await page.getByText(`${areas.length} of ${all} run: all held.`).waitFor();
    for (const who of ['browser', 'guard', 'client', 'store'])
      await page.locator('.refusers').getByText(who, { exact: true }).waitFor();
    const first = cards.first().locator('.attack').first();
    expect(await first.locator('.verdict').innerText()).toMatch(/nothing there for them · 404 not_found/);
    await first.getByText('The same, to the byte.').waitFor();
    await first.locator('.eyes').getByText('Organisation 11 sees', { exact: true }).waitFor();
    // Those that need the store's clock, or pass the module by, cannot be run on a bucket of one's own, as here.
    expect(await page.getByRole('button', { name: 'Needs the embedded store' }).count()).toBe(
      attacks.filter(({ sends }) => sends.some(({ later }) => later)).length +
        insideAttacks.filter(({ must }) => must.refusedBy !== 'client').length,
    );
    expectOnlyPolicy(faults);
  });

  inLong('names them in the language of the page, and in English what has no German text', async () => {
    const page = await kit().open(kit().demo.origin);
    const unknown = { ...attacks[0]!, name: 'foreign file: a new one', tries: 'to be noticed', canRun: false };
    await page.route('**/api/demo/attacks', async (route) => {
      if (route.request().method() !== 'GET') return route.fallback();
      const answer = await route.fetch();
      const { items } = (await answer.json()) as { items: object[] };
      await route.fulfill({ response: answer, json: { items: [unknown, ...items] } });
    });
    await page.getByRole('link', { name: 'Try to break it' }).click();
    const [added, known] = [page.locator('.attack').first(), page.locator('.attack').nth(1)];
    const said = async (card: typeof known) =>
      card
        .locator('h3, .tries, .tries span, details > .about[lang]')
        .evaluateAll((nodes) => nodes.map((node) => [(node as HTMLElement).lang, node.textContent]));
    const english = [
      ['en', 'its bytes'],
      ['', "… to read a neighbour's file"],
      ['en', "to read a neighbour's file"],
      ['en', 'Not to be told from an absent file.'],
    ];
    const german = [
      ['de', 'Der Inhalt'],
      ['', '… um die Datei eines Nachbarn zu lesen'],
      ['de', 'um die Datei eines Nachbarn zu lesen'],
      ['de', 'Nicht von einer Datei zu unterscheiden, die es nicht gibt.'],
    ];
    const untold = [
      ['en', 'a new one'],
      ['', '… to be noticed'],
      ['en', 'to be noticed'],
    ];
    await known.getByRole('button', { name: 'Run', exact: true }).click();
    await known.getByText(/^Held/).waitFor();
    expect(await said(known)).toEqual(english);
    await page.getByRole('button', { name: 'Deutsch' }).click();
    expect([await said(added), await said(known)]).toEqual([untold, german]);
    await page.reload();
    await known.waitFor();
    expect([await said(added), await said(known)]).toEqual([untold, german.slice(0, 3)]);
    await page.getByRole('button', { name: 'English' }).click();
    expect(await said(known)).toEqual(english.slice(0, 3));
    await page.close();
  });

  it('has the browser refuse what this page may not do', async () => {
    const { page, faults } = kit();
    await page.getByRole('link', { name: 'Try to break it' }).click();
    const area = page.locator('.attack-area').last();
    await area.getByRole('button', { name: `Run these ${inBrowser}` }).click();
    await area
      .locator('.attack[data-state=held]')
      .nth(inBrowser - 1)
      .waitFor();
    const verdicts = await area.locator('.verdict').allInnerTexts();
    for (const [at, directive] of ['script-src-elem', 'connect-src', 'img-src'].entries())
      expect(verdicts[at]).toMatch(new RegExp(`refused by the browser.* · ${directive}$`));
    expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false);
    expectOnlyPolicy(faults);
  });

  inLong('shows in red what would not hold', async () => {
    const { page } = kit();
    await page.getByRole('link', { name: 'Try to break it' }).click();
    const card = page.locator('.attack').first();
    await page.route('**/api/demo/attacks', async (route) => {
      const answer = await route.fetch();
      const report = (await answer.json()) as object;
      await route.fulfill({ response: answer, json: { ...report, held: false, broken: ['It was answered 200.'] } });
    });
    await card.getByRole('button', { name: 'Run', exact: true }).click();
    await card.getByText('Did not hold').waitFor();
    expect(await page.locator('.score').innerText()).toMatch(/^1 did not hold/);
    await page.unrouteAll({ behavior: 'wait' });
    await card.getByRole('button', { name: 'Run', exact: true }).click();
    await card.getByText(/^Held/).waitFor();
  });

  inLong(
    'draws the bucket: what is stored lights up, for who wants no motion without it; the other branch stays closed',
    async () => {
      const { page, upload, outcome } = kit();
      await outcome(await upload('PUT', 'lit.png', samples.png.bytes));
      await page.getByRole('link', { name: 'The bucket' }).click();
      const tree = page.locator('.tree');
      await tree.locator('.object.lit').getByText('lit.png').waitFor();
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
      const moved = await page.evaluateHandle(() => {
        const first = new Promise((resolve) =>
          document.addEventListener('animationstart', ({ animationName }) => resolve(animationName), { once: true }),
        );
        return { first };
      });
      await page.emulateMedia({ reducedMotion: 'no-preference' });
      expect(await moved.evaluate(({ first }) => first)).toBe('light');
      await page.emulateMedia({ reducedMotion: 'reduce' });
      expect(await tree.locator('.folder.own').allInnerTexts()).toContain('1/');
      await tree.locator('.closed').getByText('11/').first().waitFor();
      expect(await tree.innerText()).not.toContain('theirs.png');
    },
  );

  inLong('takes a signature that is drawn, and one that is written', async () => {
    const { page, one } = kit();
    await page.getByRole('radio', { name: 'Signature' }).check();
    const save = one.getByRole('button', { name: 'Save the signature' });
    expect(await save.isDisabled()).toBe(true);
    await one.locator('.signer canvas').scrollIntoViewIfNeeded();
    const field = (await one.locator('.signer canvas').boundingBox())!;
    await page.mouse.move(field.x + 30, field.y + 40);
    await page.mouse.down();
    await page.mouse.move(field.x + 120, field.y + 90, { steps: 5 });
    await page.mouse.up();
    await save.click();
    await one.getByText(/^Stored as image\/png, /).waitFor();
    const before = await one.locator('.card .about').innerText();
    await one.getByLabel('Write the name instead').fill('Dr. Ada Lovelace');
    await save.press('Enter');
    await one.getByText(/^Stored as image\/png, /).waitFor();
    expect(before).toMatch(/^PNG/);
  });
}
