import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { parseOrgId } from '../keys/org-id.js';
import { firstOf, sha256Of, WholeReads } from './whole-reads.js';

const [one, eleven, two] = [parseOrgId('1'), parseOrgId('11'), parseOrgId('2')];
const bounds = { atOnce: 3, atOnceOfOne: 2, waiting: 4, waitingOfOne: 3 };

/** Reads that end when they are told to. */
function startReads() {
  const reads = new WholeReads(bounds);
  const running: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const read = (org: typeof one, name: string) =>
    reads.run(org, () => {
      running.push(name);
      return new Promise<void>((end, fail) => ends.set(name, { end, fail })).finally(() =>
        running.splice(running.indexOf(name), 1),
      );
    });
  return { read, running, ends };
}

/** Lets what was started come to its next wait. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('so many at once, fewer of one organisation; another one has its turn before them', async () => {
  const { read, running, ends } = startReads();
  const all = ['a', 'b', 'c', 'd'].map((name) => read(one, name));
  all.push(read(eleven, 'e'), read(two, 'f'));
  expect(running).toEqual(['a', 'b', 'e']);
  ends.get('e')?.end();
  await settled();
  expect(running).toEqual(['a', 'b', 'f']);
  ends.get('a')?.fail(new Error('broken off'));
  await expect(all[0]).rejects.toThrow('broken off');
  await settled();
  expect(running).toEqual(['b', 'f', 'c']);
  for (const name of ['b', 'f', 'c']) ends.get(name)?.end();
  await settled();
  expect(running).toEqual(['d']);
  ends.get('d')?.end();
  await Promise.all(all.slice(1));
});

test('who would wait too long is told so, and of one organisation sooner', async () => {
  const { read, ends } = startReads();
  const busy = { code: 'too_many_requests', retryAfterSeconds: 5 };
  const all = Array.from({ length: 5 }, (_, at) => read(one, `one-${at}`));
  await expect(read(one, 'one too many')).rejects.toMatchObject(busy);
  all.push(read(eleven, 'x'), read(eleven, 'y'));
  await expect(read(two, 'too many in all')).rejects.toMatchObject(busy);
  for (let left = all.length; left > 0; left--) {
    for (const { end } of ends.values()) end();
    await settled();
  }
  await Promise.all(all);
});

test('a whole file is hashed, and others have their turns meanwhile', async () => {
  const chunks = Array.from({ length: 40 }, (_, at) => Buffer.alloc(65_536, at));
  let turns = 0;
  const count = setInterval(() => turns++, 0);
  const hash = await sha256Of(Readable.from(chunks));
  clearInterval(count);
  expect(hash).toBe(createHash('sha256').update(Buffer.concat(chunks)).digest('hex'));
  expect(turns).toBeGreaterThan(0);
});

test('the first bytes of a body: all of a short one, and the rest of a long one is left', async () => {
  expect(await firstOf(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 4)).toEqual(Buffer.from('abcd'));
  const long = Readable.from(Array.from({ length: 1000 }, () => Buffer.from('abc')));
  expect(await firstOf(long, 4)).toEqual(Buffer.from('abca'));
  expect(long.destroyed).toBe(true);
});
