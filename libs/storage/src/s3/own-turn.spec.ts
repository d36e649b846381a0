import { ownTurn } from './own-turn.js';

test('whoever waits together gets turns apart, in the order of coming', async () => {
  let turn = 0;
  const count = () => {
    turn += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const turns = await Promise.all(Array.from({ length: 8 }, () => ownTurn().then(() => turn)));
  clearImmediate(next);
  expect(new Set(turns).size).toBe(8);
  expect(turns).toEqual(turns.toSorted((a, b) => a - b));
});
