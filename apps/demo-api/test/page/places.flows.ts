import { samples } from 'nest-tenant-storage/testing';
import { inLong, type Kit } from './page.kit.js';

const { png, pdf, txt } = samples;

export function placeFlows(kit: () => Kit): void {
  it('shows a file by its signed URL and through the API, downloads it, asks as the other organisation, deletes and restores it', async () => {
    const { page, one, upload, outcome } = kit();
    await outcome(await upload('PUT', 'scan.png', png.bytes));
    await one.getByRole('button', { name: /^scan.png/ }).click();
    const viewer = page.locator('.viewer');
    const isShown = () =>
      page.waitForFunction(() => document.querySelector<HTMLImageElement>('.viewer img')?.naturalWidth === 1);
    await isShown();
    await viewer.getByText(/^ends in 1[45]:\d\d$/).waitFor();
    await viewer.getByRole('button', { name: 'Ask for it as organisation 11' }).click();
    await viewer.getByText('The same answer: whether it exists is not told.').waitFor();
    await viewer.getByRole('button', { name: 'Read through the API' }).click();
    await viewer.getByText('Through the API, with your token: image/png.').waitFor();
    await isShown();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      viewer.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('scan.png');
    await viewer.getByRole('button', { name: 'Delete' }).click();
    await viewer.getByRole('button', { name: 'Delete: sure?' }).click();
    await one.getByText('No files here yet.').waitFor();
    await one.getByText('Trash', { exact: true }).click();
    await one.getByRole('button', { name: 'Restore: scan.png' }).click();
    await one.locator('.card').getByText('scan.png').waitFor();
    await one.getByText('Nothing was deleted here.').waitFor();
  });

  it('shows names as text', async () => {
    const { one, upload, outcome } = kit();
    const name = '<img src=x onerror=alert(1)> &amp;.txt';
    const row = await upload('api', name, txt.bytes);
    await outcome(row);
    expect(await row.locator('.name').innerText()).toBe(name);
    const stored = one.locator('.card .name');
    await stored.waitFor();
    expect(await stored.innerText()).toBe(name.replaceAll(/[<>]/g, '-'));
    expect(await one.locator('.uploads img, .files img').count()).toBe(0);
  });

  inLong('tells an absent signature, document, logo and month from one that is there', async () => {
    const { page, one, eleven, upload, outcome, file } = kit();
    for (const [place, empty] of [
      ['Signature', 'No signature yet.'],
      ['Logo', 'No logo yet.'],
    ] as const) {
      await page.getByRole('radio', { name: place }).check();
      await one.locator('.content').getByText(empty).waitFor();
      await outcome(await upload('POST', png.fileName, png.bytes));
      await one.locator('.card').waitFor();
      await eleven.locator('.content').getByText(empty).waitFor();
    }
    await page.getByRole('radio', { name: 'Document' }).check();
    await one.getByLabel('Choose a file: patient').setInputFiles(file('letter.pdf', pdf.bytes));
    await one.locator('.card').getByText('For the patient').waitFor();
    expect(await one.locator('.content').getByText('Nothing here yet.').count()).toBe(2);
    await eleven.locator('.content').getByText('Nothing here yet.').nth(2).waitFor();
    expect(await eleven.locator('.content').getByText('Nothing here yet.').count()).toBe(3);
    await page.getByRole('radio', { name: 'Audit month' }).check();
    await one.locator('.content').getByText('Nothing was archived for this month.').waitFor();
  });

  inLong('restores a document of the audience it was for, a signature and a logo', async () => {
    const { page, one, eleven, file } = kit();
    const viewer = page.locator('.viewer');
    const remove = async (name: string) => {
      await one.locator('.card').getByText(name).click();
      await viewer.getByRole('button', { name: 'Delete' }).click();
      await viewer.getByRole('button', { name: 'Delete: sure?' }).click();
      await one.locator('.card').getByText(name).waitFor({ state: 'detached' });
      await one.locator('.trash').evaluate((details) => details.setAttribute('open', ''));
    };
    await page.getByRole('radio', { name: 'Document' }).check();
    await page.getByLabel('Document id').fill('77');
    await page.getByLabel('Document id').press('Enter');
    for (const audience of ['patient', 'specialist']) {
      await one.getByLabel(`Choose a file: ${audience}`).setInputFiles(file('letter.pdf', pdf.bytes));
      await one.locator('.card').getByText(`For the ${audience}`).waitFor();
    }
    await remove('For the specialist');
    await one.locator('.trash').getByText('For the specialist').waitFor();
    expect(await one.locator('.trash li').count()).toBe(1);
    await eleven.locator('.trash').evaluate((details) => details.setAttribute('open', ''));
    await eleven.getByText('Nothing was deleted here.').waitFor();
    await one.getByRole('button', { name: 'Restore: For the specialist' }).click();
    await one.locator('.card').getByText('For the specialist').waitFor();
    await one.getByText('Nothing was deleted here.').waitFor();
    for (const [place, title] of [
      ['Signature', 'Signature of specialist 5'],
      ['Logo', 'Logo'],
    ] as const) {
      await page.getByRole('radio', { name: place }).check();
      await one.locator('input[name=files]').setInputFiles(file(png.fileName, png.bytes));
      await one.locator('.card').getByText(title).waitFor();
      await remove(title);
      await one
        .getByRole('button', { name: `Restore: ${title}` })
        .first()
        .click();
      await one.locator('.card').getByText(title).waitFor();
    }
  });

  inLong('shows that a second patient is refused, and that a patient may not delete', async () => {
    const { page, one, upload, outcome } = kit();
    await outcome(await upload('PUT', 'scan.png', png.bytes));
    const who = one.getByLabel('You are');
    await who.selectOption('pat');
    await one.getByText('Signed in as pat, patient of organisation 1.').waitFor();
    await one.getByRole('button', { name: /^scan.png/ }).click();
    await page.locator('.viewer').getByRole('button', { name: 'Delete (not yours: try it)' }).click();
    await page.locator('.viewer').getByText('403 forbidden').waitFor();
    await page.keyboard.press('Escape');
    await who.selectOption('lou');
    await one.locator('.content').getByText('403 forbidden').waitFor();
    await one.getByText(/^Same organisation, another person’s record/).waitFor();
    await who.selectOption('ada');
    await one.getByText('Signed in as ada, admin of organisation 1.').waitFor();
  });
}
