import { fileURLToPath } from 'node:url';
import { mebibyte, type Kit } from './page.kit.js';
import { serveModules } from './modules.js';

const recipe = (name: string) => fileURLToPath(new URL(`../../../../examples/recipes/web/${name}.ts`, import.meta.url));

export function uppyFlows(kit: () => Kit): void {
  it.each(['1', '11'])('sends a file in parts with the recipe for Uppy, as organisation %s', async (orgId) => {
    const { demo, page, one, eleven } = kit();
    const urlOf = await serveModules(page);
    const field = await page.getByLabel('Field id').inputValue();
    const folder = `/forms/7/fields/${field}`;
    demo.storage.s3.requests.clear();
    const result = await page.evaluate(
      async ({ orgId, folder, size, api, uppy }) => {
        const person = JSON.stringify({ orgId, userId: 'ada', role: 'admin' });
        const headers = { 'content-type': 'application/json' };
        const signed = await fetch('/api/demo/tokens', { method: 'POST', headers, body: person });
        const { accessToken } = (await signed.json()) as { accessToken: string };
        const { apiAt } = (await import(api)) as typeof import('../../../../examples/recipes/web/api.js');
        const { uppyFor } = (await import(uppy)) as typeof import('../../../../examples/recipes/web/uppy.js');
        const file = new File(['lines of text. '.repeat(size / 15)], 'uppy.txt', { type: 'text/plain' });
        const upload = await uppyFor(
          apiAt(`${location.origin}/api`, () => accessToken),
          folder,
          file,
        );
        const seen: number[] = [];
        upload.on('progress', (percent) => seen.push(percent));
        const done = await upload.upload();
        const failed = done?.failed?.map(({ error }) => error);
        // The last word of it is throttled away now and then.
        return { sent: done?.successful?.map(({ name }) => name), failed, isTold: seen.some((percent) => percent > 0) };
      },
      { orgId, folder, size: 9 * mebibyte, api: urlOf(recipe('api')), uppy: urlOf(recipe('uppy')) },
    );
    await page.unrouteAll({ behavior: 'wait' });
    expect(result).toEqual({ sent: ['uppy.txt'], failed: [], isTold: true });
    const parts = demo.storage.s3.requests.list().filter(({ operation }) => operation === 'UploadPart');
    expect(parts.length).toBeGreaterThan(1);
    const [mine, theirs] = orgId === '1' ? [one, eleven] : [eleven, one];
    for (const pane of [mine, theirs]) await pane.getByRole('button', { name: 'Refresh' }).click();
    await mine.locator('.card').getByText('uppy.txt').waitFor();
    await theirs.locator('.content').getByText('No files here yet.').waitFor();
  });
}
