import { samples } from 'nest-tenant-storage/testing';
import type { Request } from 'playwright-core';
import { isLong } from '../long.js';
import { accessFaults } from './access.js';
import { inLong, mebibyte, signedIn, ways, type Kit } from './page.kit.js';

const { png } = samples;
const steps = [
  ['POST', 'PostObject'],
  ['PUT', 'PutObject'],
  ['MULTIPART', 'CompleteMultipartUpload'],
] as const;

export function uploadFlows(kit: () => Kit): void {
  it.each(isLong ? ways : (['POST'] as const))(
    'uploads by %s what organisation 11 does not see, and says why it refuses',
    async (way) => {
      const { upload, outcome, one, eleven } = kit();
      expect(await outcome(await upload(way, 'scan.png', png.bytes))).toMatch(/^Stored as image\/png, /);
      const html = Buffer.from('<!doctype html><script>alert(1)</script>');
      expect(await outcome(await upload(way, 'page.png', html))).toMatch(/^422 content_mismatch /);
      expect(await outcome(await upload(way, 'scan.png', png.bytes))).toMatch(/^409 already_exists /);
      await one.locator('.card').getByText('scan.png', { exact: true }).waitFor();
      expect(await one.locator('.card .name').allInnerTexts()).toEqual(['scan.png']);
      await eleven.getByRole('button', { name: 'Refresh' }).click();
      await eleven.locator('.files[aria-busy=false]').waitFor();
      expect(await eleven.locator('.content').innerText()).toBe('No files here yet.');
    },
  );

  inLong('says by whom a file with malware was refused', async () => {
    const { page, upload, outcome } = kit();
    await page.getByText('by eicar-only, which knows the EICAR test file').waitFor();
    const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
    expect(await outcome(await upload('auto', 'test.txt', Buffer.from(eicar)))).toMatch(/^422 malware_found /);
  });

  inLong('takes what is dropped anywhere on the place, and stays when something misses it', async () => {
    const { page, one } = kit();
    const dataTransfer = await page.evaluateHandle((bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], 'dropped.png', { type: 'image/png' }));
      return data;
    }, Array.from(png.bytes));
    const files = one.locator('.files');
    await files.dispatchEvent('dragenter', { dataTransfer });
    await one.getByText(/^Drop it here: Form 7, field \d+$/).waitFor();
    await files.dispatchEvent('drop', { dataTransfer });
    await one.locator('.card').getByText('dropped.png').waitFor();
    expect(await one.locator('.drop-here').isVisible()).toBe(false);
    expect(
      await page.evaluate((dataTransfer) => {
        const drop = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer });
        return document.body.dispatchEvent(drop);
      }, dataTransfer),
    ).toBe(false);
  });

  inLong('pauses an upload in parts; after a reload it sends only what is missing', async () => {
    const { demo, page, one, upload, outcome, file, pathOf } = kit();
    const sent: (string | null)[] = [];
    const partOf = (url: string) => new URL(url).searchParams.get('partNumber');
    const onRequest = (request: Request) => request.method() === 'PUT' && sent.push(partOf(request.url()));
    const arrived: typeof sent = [];
    page.on('request', onRequest);
    page.on('response', (answer) => answer.request().method() === 'PUT' && arrived.push(partOf(answer.url())));
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    demo.storage.s3.faults.add({ operation: 'UploadPart', before: () => held, action: 'error' });

    const bytes = Buffer.concat([png.bytes, Buffer.alloc(17 * mebibyte)]);
    const row = await upload('auto', 'long.png', bytes);
    await row.getByRole('button', { name: 'Pause: long.png' }).waitFor();
    while (arrived.length < 2) await page.waitForEvent('response');
    // The browser tells of an answer before the page has it.
    const had = one.locator('.log .group', { hasText: 'long.png' }).locator('li', { hasText: /^Store PUT .* 200 / });
    await had.nth(1).waitFor({ state: 'attached' });
    await row.getByRole('button', { name: 'Pause: long.png' }).click();
    await row.getByText(/^Paused at (9\.0|16) MiB of 17 MiB\.$/).waitFor();
    letGo();
    const missing = sent.splice(0).filter((part) => !arrived.includes(part));
    expect(missing).toHaveLength(1);
    const field = await page.getByLabel('Field id').inputValue();
    await page.reload();
    await signedIn(kit());
    await page.getByLabel('Field id').fill(field);
    await page.getByLabel('Field id').press('Enter');
    await row.getByText('Interrupted.').waitFor();
    expect(await accessFaults(page, 'an upload that was interrupted')).toEqual([]);
    const chooser = row.getByLabel('Choose the file again: long.png');
    await chooser.setInputFiles(file('other.png', png.bytes));
    await page.getByText('That is another file').waitFor();
    await chooser.setInputFiles(pathOf('long.png'));
    expect(await outcome(row)).toBe('Stored as image/png, 17 MiB.');
    expect(sent).toEqual(missing);
    page.off('request', onRequest);
    expect(await page.evaluate(() => Object.values(sessionStorage))).toEqual(['[]']);
    await one.locator('.card').getByText('long.png').waitFor();
  });

  inLong('sends three at once, and gives the next its turn when one ends', async () => {
    const { demo, page, one, file } = kit();
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    for (let each = 0; each < 3; each += 1) {
      demo.storage.s3.faults.add({ operation: 'PutObject', before: () => held });
    }
    const names = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png'];
    await one.locator('[name=way][value=auto]').check();
    await one.locator('input[name=files]').setInputFiles(names.map((name) => file(name, png.bytes)));
    await one.locator('.uploads > li[data-state=waiting]').nth(1).waitFor();
    expect(await one.locator('.uploads > li[data-state=running]').count()).toBe(3);
    letGo();
    for (const name of names) await one.locator('.card').getByText(name).waitFor();
    expect(await page.locator('.uploads > li[data-state=waiting]').count()).toBe(0);
  });

  describe('answers that are lost', () => {
    const isLastToStore = (request: Request) => {
      const { pathname, searchParams } = new URL(request.url());
      const isWrite = request.method() === 'PUT' || request.method() === 'POST';
      return (
        isWrite && !pathname.startsWith('/api/') && !searchParams.has('uploads') && !searchParams.has('partNumber')
      );
    };

    inLong.each(steps)('%s: of the store: the file is stored all the same', async (way, operation) => {
      const { demo, page, upload, outcome } = kit();
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

    inLong.each(steps)('%s: of the API: what was sent goes on, as it is', async (way) => {
      const { page, upload, outcome } = kit();
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
}
