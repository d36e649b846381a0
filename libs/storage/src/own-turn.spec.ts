import { ownTurn } from './own-turn.js';

/** Counts the turns of the event loop while `run` goes on. */
async function counted<T>(run: (turn: () => number) => Promise<T>): Promise<T> {
  let turn = 0;
  const count = () => {
    turn += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  try {
    return await run(() => turn);
  } finally {
    clearImmediate(next);
  }
}

test('whoever waits together gets turns apart, in the order of coming', async () => {
  const turns = await counted((turn) => Promise.all(Array.from({ length: 8 }, () => ownTurn('1').then(turn))));
  expect(new Set(turns).size).toBe(8);
  expect(turns).toEqual(turns.toSorted((a, b) => a - b));
});

test('a thousand who wait of one organisation are one turn to another, again and again', async () => {
  const order: string[] = [];
  const flood = Array.from({ length: 1000 }, async () => {
    await ownTurn('1');
    order.push('1');
  });
  for (let i = 0; i < 5; i += 1) {
    await ownTurn('11');
    order.push('11');
  }
  expect(order.filter((org) => org === '1').length).toBeLessThanOrEqual(11);
  await Promise.all(flood);
  expect(order).toHaveLength(1005);
  // And what is over leaves nothing behind: the next one has its turn.
  await ownTurn('111');
});

test('nobody waits for ever: whoever comes later has a later turn, and what fails in its own holds up nobody', async () => {
  const order: string[] = [];
  const wait = async (org: string) => {
    await ownTurn(org);
    order.push(org);
    throw new Error(`${org} fails`);
  };
  const before = Array.from({ length: 10 }, (_, n) => `${100 + n}`);
  const later = Array.from({ length: 10 }, (_, n) => `${200 + n}`);
  const all = [...before, '1', '11', ...later, ...before];
  const ends = await Promise.allSettled(all.map(wait));
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(all.length);
  expect(order).toEqual(all);
  // One who never comes back from its turn is no turn of the next one.
  void ownTurn('1').then(() => new Promise(() => {}));
  await ownTurn('11');
});
