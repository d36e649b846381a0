import { jest } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { layout } from '../../keys/layout.js';
import { FormUploadsService } from '../../kinds/form-upload.js';
import { ObjectStore } from '../../store/object-store.js';
import { samples } from '../../testing/samples.js';
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

/** As long as a look counts here, and a clock that is put forward by hand. */
const freshMs = 1_000;
function closuresAt(clock: { ms: number }, from: Pick<ObjectStore, 'list'> = store) {
  return new Closures(from, freshMs, [() => clock.ms]);
}

/** Lists wait until they are let go; `begun` resolves when the store has the first, `looks` counts them. */
function heldLists() {
  let [letGo, arrived] = [() => {}, () => {}];
  const released = new Promise<void>((resolve) => (letGo = resolve));
  const begun = new Promise<void>((resolve) => (arrived = resolve));
  const lists = { begun, letGo, looks: 0 };
  const before = async () => {
    lists.looks += 1;
    arrived();
    await released;
  };
  faults.add({ operation: 'ListObjectsV2', times: Infinity, before });
  return lists;
}

test('a look counts for so long from its beginning, and no longer', async () => {
  const clock = { ms: 0 };
  const closures = closuresAt(clock);
  const lists = heldLists();
  const asked = Array.from({ length: 9 }, () => closures.cover(one, key));
  await lists.begun;
  lists.letGo();
  expect(await Promise.all(asked)).toEqual(Array(9).fill(false));
  await files.put(mark);
  clock.ms = freshMs - 1;
  expect(await closures.cover(one, key)).toBe(false);
  expect(lists.looks).toBe(1);
  clock.ms = freshMs;
  expect(await closures.cover(one, key)).toBe(true);
  expect(lists.looks).toBe(2);
});

test('a look does not outlive its time where a machine was suspended, or its clock was set back', async () => {
  const [steady, wall] = [{ ms: 0 }, { ms: 0 }];
  const closures = new Closures(store, freshMs, [() => steady.ms, () => wall.ms]);
  expect(await closures.cover(one, key)).toBe(false);
  await files.put(mark);
  wall.ms = 3_600_000;
  expect(await closures.cover(one, key)).toBe(true);
  await files.storage.empty();
  wall.ms = 0;
  steady.ms = freshMs - 1;
  expect(await closures.cover(one, key)).toBe(true);
  steady.ms = freshMs;
  expect(await closures.cover(one, key)).toBe(false);
});

test('a look that hangs holds nobody who asks after its time', async () => {
  const clock = { ms: 0 };
  const closures = closuresAt(clock);
  await files.put(mark);
  let letGo = () => {};
  const released = new Promise<void>((resolve) => (letGo = resolve));
  faults.add({ operation: 'ListObjectsV2', before: () => released });
  const hanging = closures.cover(one, key);
  clock.ms = freshMs;
  expect(await closures.cover(one, key)).toBe(true);
  letGo();
  expect(await hanging).toBe(true);
});

test('without a time for which it counts, each asks for itself', async () => {
  const lists = heldLists();
  lists.letGo();
  const closures = new Closures(store, 0);
  await Promise.all([closures.cover(one, key), closures.cover(one, key)]);
  await closures.cover(one, key);
  expect(lists.looks).toBe(3);
});

test('organisations do not wait for each other, and 1 is not 11', async () => {
  const closures = closuresAt({ ms: 0 });
  await files.put(mark);
  let [letGo, arrived] = [() => {}, () => {}];
  const released = new Promise<void>((resolve) => (letGo = resolve));
  const begun = new Promise<void>((resolve) => (arrived = resolve));
  faults.add({ operation: 'ListObjectsV2', before: () => (arrived(), released) });
  const first = closures.cover(one, key);
  await begun;
  expect(await closures.cover(eleven, other)).toBe(false);
  letGo();
  expect(await first).toBe(true);
});

test('who shares a look that fails is told so, nothing is left unhandled, and who asks afterwards looks anew', async () => {
  const closures = closuresAt({ ms: 0 });
  await files.put(mark);
  faults.add({ operation: 'ListObjectsV2', action: 'refuse' });
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
  const closures = closuresAt({ ms: 0 }, { list });
  const cover = async () => [await closures.cover(one, key), context.getStore()];
  const asked = ['first', 'second', 'third'].map((who) => context.run(who, cover));
  expect(await Promise.all(asked)).toEqual([
    [false, 'first'],
    [false, 'second'],
    [false, 'third'],
  ]);
  expect(lookedBy).toEqual(['first']);
});

test('a look goes through all pages: what is told of one key counts for no other', async () => {
  let pages = 0;
  const list: ObjectStore['list'] = (org, folder, options) => {
    pages += 1;
    return store.list(org, folder, { ...options, limit: 1 });
  };
  const late = layout.formUpload(eleven, { formId: '7', customFieldId: '3', fileName: 'b.pdf' });
  for (const scope of [other, late]) await files.put(layout.closure(eleven, { scope: scopeId(scope) }));
  const closures = closuresAt({ ms: 0 }, { list });
  const keys = [other, late, layout.formUpload(eleven, { formId: '7', customFieldId: '3', fileName: 'c.pdf' })];
  expect(await Promise.all(keys.map((each) => closures.cover(eleven, each)))).toEqual([true, true, false]);
  expect(pages).toBe(2);
});

test.each([
  ['once for each organisation in the time that it was given', freshMs, 2],
  ['each time where it was given none', 0, 3],
])('a module looks %s', async (_how, orgControlFreshMs, looks) => {
  const forms = (await files.start({ orgControlFreshMs })).get(FormUploadsService);
  const { requests } = files.storage.s3;
  const file = { bytes: samples.pdf.bytes, contentType: 'application/pdf' };
  const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  try {
    requests.clear();
    for (const [org, fileName] of [
      [one, 'a.pdf'],
      [one, 'b.pdf'],
      [eleven, 'a.pdf'],
    ] as const)
      await forms.upload(org, { formId: '7', customFieldId: '3', fileName }, file);
    expect(requests.list().filter(({ operation }) => operation === 'ListObjectsV2')).toHaveLength(looks);
  } finally {
    now.mockRestore();
  }
});
