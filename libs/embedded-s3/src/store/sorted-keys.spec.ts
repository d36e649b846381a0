import fc from 'fast-check';
import { compareKeys } from './key-order.js';
import { SortedKeys } from './sorted-keys.js';

const sorted = (keys: Iterable<string>): string[] => [...keys].sort(compareKeys);
const from = (keys: SortedKeys, start: string, many = Infinity): string[] => {
  const found: string[] = [];
  for (const key of keys.from(start)) {
    found.push(key);
    if (found.length >= many) break;
  }
  return found;
};
const key = fc.oneof(
  fc.integer({ min: 0, max: 6000 }).map((n) => `${n % 2 === 0 ? '1/' : '11/'}${n}`),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);

test('keys that come and go are walked in order, from anywhere', () => {
  const step = fc.tuple(fc.boolean(), key);
  fc.assert(
    fc.property(fc.array(key), fc.array(step, { maxLength: 300 }), key, (first, steps, start) => {
      const model = new Set(first);
      const keys = new SortedKeys(model);
      for (const [isNew, key] of steps) {
        if (!isNew) keys.remove(key);
        else if (!model.has(key)) keys.add(key);
        model[isNew ? 'add' : 'delete'](key);
      }
      expect(from(keys, '')).toEqual(sorted(model));
      expect(from(keys, start)).toEqual(sorted(model).filter((key) => compareKeys(key, start) >= 0));
    }),
    { seed: 1, numRuns: 60 },
  );
});

test.each([
  ['rising', (n: number) => n],
  ['falling', (n: number) => 5000 - n],
  ['mixed', (n: number) => (n * 7919) % 5000],
])('many chunks filled by %s keys, then emptied', (_, place) => {
  const names = Array.from({ length: 5000 }, (_, n) => `1/${String(place(n)).padStart(5, '0')}`);
  const keys = new SortedKeys([]);
  for (const name of names) keys.add(name);
  expect(from(keys, '')).toEqual(sorted(names));
  expect(from(keys, '1/02500', 2)).toEqual(['1/02500', '1/02501']);
  for (const name of names.slice(0, 4990)) keys.remove(name);
  expect(from(keys, '')).toEqual(sorted(names.slice(4990)));
  for (const name of names.slice(4990)) keys.remove(name);
  expect(from(keys, '')).toEqual([]);
  keys.add('again');
  expect(from(keys, '')).toEqual(['again']);
});

test('who walks misses nothing and sees nothing twice while keys come and go', () => {
  const names = Array.from({ length: 3000 }, (_, n) => `k${String(n).padStart(5, '0')}`);
  const keys = new SortedKeys(names);
  const seen: string[] = [];
  for (const name of keys.from('')) {
    seen.push(name);
    if (seen.length % 3 === 0) keys.remove(name);
    if (seen.length % 5 === 0) keys.add(`${name.slice(0, 3)}-${seen.length}`);
  }
  expect(seen.filter((name) => /^k\d+$/.test(name))).toEqual(names);
  expect(new Set(seen).size).toBe(seen.length);
});
