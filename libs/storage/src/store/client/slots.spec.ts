import { getEventListeners, setMaxListeners } from 'node:events';
import { StorageError } from '../../storage.error.js';
import { Slots } from './slots.js';

const patient = 3_600_000;

/** Enters in order of the letters, and writes down who got in. */
function queueOf(slots: Slots, orgs: readonly string[]) {
  const entered: string[] = [];
  const releases: (() => void)[] = [];
  const all = orgs.map(async (org) => {
    const release = await slots.enter(org);
    entered.push(org);
    releases.push(release);
  });
  return { entered, releases, all };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('organisations take turns, however many wait for one of them', async () => {
  const slots = new Slots({ all: 1, perOrg: 1, waitMs: patient });
  const first = await slots.enter('1');
  const { entered, releases, all } = queueOf(slots, ['1', '1', '1', '1', '11', '11', '2']);
  first();
  for (let i = 0; i < all.length; i += 1) {
    await turn();
    releases[i]?.();
  }
  await Promise.all(all);
  expect(entered).toEqual(['1', '11', '2', '1', '11', '1', '1']);
});

test('an organisation that holds its share waits, and keeps nobody else from a free one', async () => {
  const slots = new Slots({ all: 3, perOrg: 2, waitMs: patient });
  const { entered, releases } = queueOf(slots, ['1', '1', '1', '11']);
  await turn();
  expect(entered).toEqual(['1', '1', '11']);
  releases[0]?.();
  await turn();
  expect(entered).toEqual(['1', '1', '11', '1']);
});

test('a slot is given back once, however often it is released', async () => {
  const slots = new Slots({ all: 1, perOrg: 1, waitMs: 1 });
  const release = await slots.enter('1');
  release();
  release();
  await slots.enter('1');
  await expect(slots.enter('11')).rejects.toMatchObject({ code: 'store_unavailable' });
});

test.each([
  ['who has its share', '1', { code: 'too_many_requests', retryAfterSeconds: 5 }],
  ['who finds all taken', '11', { code: 'store_unavailable', message: expect.stringMatching(/no free connection/) }],
])('nobody waits for ever: %s', async (_name, org, error) => {
  const slots = new Slots({ all: 1, perOrg: 1, waitMs: 1 });
  const release = await slots.enter('1');
  await expect(slots.enter(org)).rejects.toMatchObject(error);
  release();
  (await slots.enter(org))();
});

test('those of one organisation who may wait are bounded', async () => {
  const slots = new Slots({ all: 1, perOrg: 1, waitMs: patient });
  const leave = new AbortController();
  setMaxListeners(20, leave.signal);
  await slots.enter('1');
  const waiting = Array.from({ length: 20 }, () => slots.enter('1', leave.signal));
  await expect(slots.enter('1')).rejects.toMatchObject({ code: 'too_many_requests' });
  leave.abort();
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
  expect(getEventListeners(leave.signal, 'abort')).toEqual([]);
});

test('who gives up leaves the queue, and its turn is the next one’s', async () => {
  const slots = new Slots({ all: 1, perOrg: 1, waitMs: patient });
  const release = await slots.enter('1');
  const controller = new AbortController();
  const leaving = slots.enter('11', controller.signal);
  const staying = slots.enter('2');
  controller.abort();
  await expect(leaving).rejects.toMatchObject({ name: 'AbortError' });
  release();
  (await staying)();
  await expect(slots.enter('11', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});

test('those who may wait are bounded in all as well, and told what whoever shares them out says', async () => {
  const told = (which: string) => () => new StorageError('not_allowed', which);
  const [allHeld, shareHeld] = [told('all'), told('share')];
  const slots = new Slots({ all: 1, perOrg: 1, waiting: { all: 2, perOrg: 1 } }, { allHeld, shareHeld });
  const release = await slots.enter('1');
  const { entered, releases, all } = queueOf(slots, ['1', '11']);
  await expect(slots.enter('1')).rejects.toMatchObject({ message: 'share' });
  await expect(slots.enter('2')).rejects.toMatchObject({ message: 'all' });
  release();
  await turn();
  const late = slots.enter('2');
  for (const _each of all) {
    releases.shift()?.();
    await turn();
  }
  expect(entered).toEqual(['1', '11']);
  (await late)();
});

test('a slot that work holds comes back also when the work fails', async () => {
  const slots = new Slots({ all: 1, perOrg: 1 });
  expect(await slots.run('1', async () => 'done')).toBe('done');
  await expect(slots.run('1', () => Promise.reject(new Error('broken off')))).rejects.toThrow('broken off');
  (await slots.enter('11'))();
});
