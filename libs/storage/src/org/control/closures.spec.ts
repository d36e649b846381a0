import { AsyncLocalStorage } from 'node:async_hooks';
import { eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { layout } from '../../keys/layout.js';
import { ObjectStore } from '../../store/object-store.js';
import { Closures, scopeId } from './closures.js';

const files = await startOrgFiles();
const { faults } = files.storage.s3;
const store = files.module.get(ObjectStore, { strict: false });
const key = layout.formUpload(one, { formId: '7', customFieldId: '3', fileName: 'a.pdf' });
const other = layout.formUpload(eleven, { formId: '7', customFieldId: '3', fileName: 'a.pdf' });
const mark = layout.closure(one, { scope: scopeId('all') });
const refused = expect.objectContaining({ code: 'store_refused' }) as object;
afterEach(async () => {
  faults.clear();
  await files.storage.empty();
});
afterAll(files.close);

/** The first list waits until it is let go; `begun` resolves when the store has it, `looks` counts them. */
function heldList() {
  let [letGo, arrived] = [() => {}, () => {}];
  const released = new Promise<void>((resolve) => (letGo = resolve));
  const begun = new Promise<void>((resolve) => (arrived = resolve));
  const list = { begun, letGo, looks: 0 };
  const before = async () => {
    list.looks += 1;
    arrived();
    if (list.looks === 1) await released;
  };
  faults.add({ operation: 'ListObjectsV2', times: Infinity, before });
  return list;
}

test('who asks while a look is under way shares the next one, which sees what was closed meanwhile', async () => {
  const closures = new Closures(store);
  const list = heldList();
  const first = closures.cover(one, key);
  await list.begun;
  await files.put(mark);
  const late = Array.from({ length: 9 }, () => closures.cover(one, key));
  list.letGo();
  await first;
  expect(await Promise.all(late)).toEqual(Array(9).fill(true));
  expect(list.looks).toBe(2);
  expect(await closures.cover(one, key)).toBe(true);
  expect(list.looks).toBe(3);
});

test('organisations do not wait for each other, and 1 is not 11', async () => {
  const closures = new Closures(store);
  const list = heldList();
  await files.put(mark);
  const first = closures.cover(one, key);
  await list.begun;
  expect(await closures.cover(eleven, other)).toBe(false);
  list.letGo();
  expect(await first).toBe(true);
});

test('a look that fails is the trouble of who waited for it, and of nobody after', async () => {
  const closures = new Closures(store);
  await files.put(mark);
  faults.add({ operation: 'ListObjectsV2', action: 'refuse' });
  const [first, second] = await Promise.allSettled([closures.cover(one, key), closures.cover(one, key)]);
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'store_refused' } });
  expect(second).toEqual({ status: 'fulfilled', value: true });
});

test('whoever shares a look that fails is told so, nothing is left unhandled, and who asks afterwards looks anew', async () => {
  const closures = new Closures(store);
  await files.put(mark);
  faults.add({ operation: 'ListObjectsV2', action: 'refuse', times: 2 });
  const asked = await Promise.allSettled(Array.from({ length: 4 }, () => closures.cover(one, key)));
  expect(asked).toEqual(Array(4).fill({ status: 'rejected', reason: refused }));
  // A rejection that nobody handles would be noticed here, and fail this test.
  await new Promise(setImmediate);
  expect(await closures.cover(one, key)).toBe(true);
  expect(await closures.cover(eleven, other)).toBe(false);
});

test('a look is made in the context of who began it, and not of who shares it', async () => {
  const context = new AsyncLocalStorage<string>();
  const lookedBy: (string | undefined)[] = [];
  const list: ObjectStore['list'] = (...asked) => {
    lookedBy.push(context.getStore());
    return store.list(...asked);
  };
  const closures = new Closures({ list });
  const cover = async () => [await closures.cover(one, key), context.getStore()];
  const asked = ['first', 'second', 'third'].map((who) => context.run(who, cover));
  expect(await Promise.all(asked)).toEqual([
    [false, 'first'],
    [false, 'second'],
    [false, 'third'],
  ]);
  expect(lookedBy).toEqual(['first', 'second']);
});

test('a look goes through all pages: what is told of one key counts for no other', async () => {
  let pages = 0;
  const list: ObjectStore['list'] = (org, folder, options) => {
    pages += 1;
    return store.list(org, folder, { ...options, limit: 1 });
  };
  const late = layout.formUpload(eleven, { formId: '7', customFieldId: '3', fileName: 'b.pdf' });
  for (const scope of [other, late]) await files.put(layout.closure(eleven, { scope: scopeId(scope) }));
  const closures = new Closures({ list });
  const keys = [other, late, layout.formUpload(eleven, { formId: '7', customFieldId: '3', fileName: 'c.pdf' })];
  expect(await Promise.all(keys.map((each) => closures.cover(eleven, each)))).toEqual([true, true, false]);
  // The first one's, and one that the others share.
  expect(pages).toBe(4);
});
