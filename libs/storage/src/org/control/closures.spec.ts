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
afterEach(() => faults.clear());
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
