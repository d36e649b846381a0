import { parseOrgId } from '../../keys/org-id.js';
import { layout } from '../../keys/layout.js';
import type { ObjectStore } from '../../store/object-store.js';
import { listFolder } from './listing.js';

const [one, eleven] = [parseOrgId('1'), parseOrgId('11')];
const field = { formId: '1', customFieldId: '1' };

/** A store that answers at once, so that whoever gets a turn gets it from what makes the page. */
const atOnce = {
  list: (_org: unknown, prefix: string, { limit }: { limit: number }) =>
    Promise.resolve({
      objects: Array.from({ length: limit }, (_, n) => ({
        key: `${prefix}${'한'.repeat(80)}${n}.png`,
        etag: '"e"',
        size: 1,
      })),
    }),
  readSigner: () => Promise.resolve((key: string) => ({ url: `https://files.test/${key}`, expiresAt: new Date() })),
} as unknown as ObjectStore;

test('while the URLs of one organisation’s page are signed others have their turns', async () => {
  let turns = 0;
  let next = setImmediate(function count() {
    turns += 1;
    next = setImmediate(count);
  });
  const { items } = await listFolder(atOnce, eleven, layout.formField(eleven, field), { urls: true });
  clearImmediate(next);
  expect(items).toHaveLength(200);
  expect(turns).toBeGreaterThanOrEqual(200 / 25 - 1);
});

test.each([
  [1, 1],
  [0, 1],
  [-5, 1],
  [200, 200],
  [201, 200],
  [1e9, 200],
  [undefined, 200],
])('a page with URLs of %j files has %j', async (limit, expected) => {
  const { items } = await listFolder(atOnce, one, layout.formField(one, field), { urls: true, limit });
  expect(items).toHaveLength(expected);
});
