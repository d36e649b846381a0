import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { parseOrgId } from '../keys/org-id.js';
import { firstOf, sha256Of, wholeReads } from './whole-reads.js';

const [one, eleven] = [parseOrgId('1'), parseOrgId('11')];

test('so many at once, fewer of one organisation, and who would wait too long is told so', async () => {
  const reads = wholeReads();
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const read = (org: typeof one) =>
    reads.run(org, async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((end) => ends.push(end));
      running -= 1;
    });
  const all = Array.from({ length: 18 }, () => read(one));
  await settled();
  expect(running).toBe(2);
  await expect(read(one)).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 5 });
  all.push(read(eleven));
  await settled();
  expect(running).toBe(3);
  while (ends.length > 0) {
    for (const end of ends.splice(0)) end();
    await settled();
  }
  await Promise.all(all);
  expect(most).toBe(3);
});

/** Lets what was started come to its next wait. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a whole file is hashed, and others have their turns meanwhile', async () => {
  const chunks = Array.from({ length: 40 }, (_, at) => Buffer.alloc(65_536, at));
  let turns = 0;
  let next = setImmediate(function count() {
    turns += 1;
    next = setImmediate(count);
  });
  const hash = await sha256Of(one, Readable.from(chunks));
  clearImmediate(next);
  expect(hash).toBe(createHash('sha256').update(Buffer.concat(chunks)).digest('hex'));
  expect(turns).toBeGreaterThanOrEqual(40 / 4 - 1);
});

test('the first bytes of a body: all of a short one, and the rest of a long one is left', async () => {
  expect(await firstOf(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 4)).toEqual(Buffer.from('abcd'));
  const long = Readable.from(Array.from({ length: 1000 }, () => Buffer.from('abc')));
  expect(await firstOf(long, 4)).toEqual(Buffer.from('abca'));
  expect(long.destroyed).toBe(true);
});
