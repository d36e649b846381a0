import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { systemDisk, type Disk } from '../../src/store/disk.js';
import { Store } from '../../src/store/store.js';
import { runs } from '../long.js';
import { chunks, content, keysOf, openWithBucket, put, record, SmallDisk } from './store-kit.js';

let work = '';
let dir = '';
let journal = '';
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'embedded-s3-durability-'));
  dir = join(work, 'data');
  journal = join(dir, 'journal.jsonl');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

describe('a full disk', () => {
  test('what was acknowledged stays, what was not does not, whatever room there was', async () => {
    const rooms = fc.sample(fc.integer({ min: 200, max: 6000 }), { seed: 7, numRuns: runs(12, 300) });
    for (const room of rooms) {
      const disk = new SmallDisk(room);
      const store = await openWithBucket(dir, disk);
      const acknowledged: string[] = [];
      const refusals = new Set<string>();
      for (let i = 0; i < 30; i++) {
        if (i === 20) disk.room = 100_000;
        const key = `${i % 2 === 0 ? 1 : 11}/${i}`;
        try {
          await put(store, key, `body of ${key}`);
          acknowledged.push(key);
        } catch (error) {
          refusals.add((error as NodeJS.ErrnoException).code ?? String(error));
        }
      }
      expect(acknowledged.length).toBeLessThan(30);
      expect([...refusals]).toEqual(['ENOSPC']);
      expect(acknowledged).toContain('11/29');
      await store.close();
      const again = await Store.open(dir);
      expect(keysOf(again)).toEqual(acknowledged.toSorted());
      for (const key of acknowledged) expect(await content(again, key)).toBe(`body of ${key}`);
      expect(readdirSync(join(dir, 'data'))).toHaveLength(acknowledged.length);
      await again.close();
      rmSync(dir, { recursive: true });
    }
  });

  test('a large body that does not fit leaves no file', async () => {
    const disk = new SmallDisk(3 << 20);
    const store = await openWithBucket(dir, disk);
    await expect(store.data.write(chunks(...Array<string>(50).fill('x'.repeat(100_000))))).rejects.toThrow('ENOSPC');
    expect(readdirSync(join(dir, 'data'))).toEqual([]);
    await store.close();
  });

  test('a disk that takes a few bytes at a time is written to all the same', async () => {
    const few = (list: readonly Buffer[]): Buffer[] => [Buffer.concat(list).subarray(0, 7)];
    const slow: Disk = {
      writeSync: (fd, list, position) => systemDisk.writeSync(fd, few(list), position),
      write: (fd, list) => systemDisk.write(fd, few(list)),
    };
    const store = await openWithBucket(dir, slow);
    await put(store, 'a', 'some more than seven bytes');
    await store.compact();
    await put(store, 'b', 'and more of them');
    await store.close();
    const again = await Store.open(dir);
    expect([await content(again, 'a'), await content(again, 'b')]).toEqual([
      'some more than seven bytes',
      'and more of them',
    ]);
    await again.close();
  });

  test('history that cannot be written anew stays as it is, and so do the commits after it', async () => {
    const disk = new SmallDisk(Infinity);
    const store = await openWithBucket(dir, disk);
    for (const key of ['1/a', '11/a']) await put(store, key, key);
    disk.room = 300;
    await store.compact();
    expect(readdirSync(dir).toSorted()).toEqual(['data', 'journal.jsonl']);
    disk.room = Infinity;
    await put(store, '1/b', '1/b');
    await store.close();
    const again = await Store.open(dir);
    expect(keysOf(again)).toEqual(['1/a', '1/b', '11/a']);
    await again.close();
  });
});

test('a journal that is cut at any byte of its end opens, with everything acknowledged before that byte', async () => {
  const store = await openWithBucket(dir);
  const ends: { end: number; key: string }[] = [];
  for (let i = 0; ends.length === 0 || statSync(journal).size < 6000; i++) {
    const key = `${i % 2 === 0 ? 1 : 11}/ü${i}`;
    store.commit({ type: 'version', bucket: 'b', version: record(key) });
    ends.push({ end: statSync(journal).size, key });
  }
  await store.close();
  const whole = readFileSync(journal);
  const every = runs(13, 1);
  for (let cut = whole.length - 2000; cut <= whole.length; cut += every) {
    writeFileSync(journal, whole.subarray(0, cut));
    const cutStore = await Store.open(dir);
    const kept = ends.filter(({ end }) => end <= cut).map(({ key }) => key);
    expect([...keysOf(cutStore)].toSorted()).toEqual(kept.toSorted());
    cutStore.commit({ type: 'version', bucket: 'b', version: record('after') });
    await cutStore.close();
    const again = await Store.open(dir);
    expect([...keysOf(again)].toSorted()).toEqual([...kept, 'after'].toSorted());
    await again.close();
  }
});

test.each([
  ['a torn line in the middle', '[{"type":"version","buck[{"type":"removeBucket","name":"b"}]'],
  ['what is JSON and no record', '{"secret":"do not show"}'],
])('%s is named with file, line and remedy, and nothing is touched', async (_, bad) => {
  const store = await openWithBucket(dir);
  await put(store, 'kept', 'x');
  await store.close();
  appendFileSync(journal, `${bad}\n[]\n`);
  writeFileSync(join(dir, 'data', 'unknown'), 'x');
  const before = readFileSync(journal, 'utf8');
  const failure = await Store.open(dir).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  expect(failure?.message).toContain(`${journal}, line 3,`);
  expect(failure?.message).toContain('remove this line');
  expect(failure?.message).not.toContain('secret');
  expect(readFileSync(journal, 'utf8')).toBe(before);
  expect(readdirSync(join(dir, 'data'))).toHaveLength(2);
  // the lock was given back
  writeFileSync(journal, before.split('\n').slice(0, 2).join('\n') + '\n');
  const again = await Store.open(dir);
  expect(keysOf(again)).toEqual(['kept']);
  await again.close();
});

test('a data file that is gone, or shorter than its record says, is an error and no short answer', async () => {
  const store = await openWithBucket(dir);
  await put(store, 'a', 'ten bytes.');
  const [file = ''] = readdirSync(join(dir, 'data'));
  writeFileSync(join(dir, 'data', file), 'nine byte');
  await expect(content(store, 'a')).rejects.toThrow(`${file} has 9 bytes`);
  rmSync(join(dir, 'data', file));
  await expect(content(store, 'a')).rejects.toThrow(`${file} is missing`);
  await store.close();
});

test('a later file of several that is too short breaks the stream', async () => {
  const store = await openWithBucket(dir);
  const [first, second] = [await store.data.write(chunks('first')), await store.data.write(chunks('second'))];
  writeFileSync(join(dir, 'data', second.file), 'sec');
  const reading = store.data.read([first, second], 0, 10);
  await expect(reading.toArray()).rejects.toThrow('has 3 bytes');
  await store.close();
});

describe('history written anew', () => {
  /** Copies the folder at every write, as a killed process would leave it then. */
  class Watched implements Disk {
    count = 0;
    onWrite: (count: number) => void = () => undefined;
    writeSync(fd: number, list: readonly Buffer[], position?: number): number {
      const written = systemDisk.writeSync(fd, list, position);
      this.onWrite(++this.count);
      return written;
    }
    async write(fd: number, list: readonly Buffer[]): Promise<number> {
      const written = await systemDisk.write(fd, list);
      this.onWrite(++this.count);
      return written;
    }
  }

  test('is shorter, leads to the same, and misses nothing that comes in meanwhile', async () => {
    const disk = new Watched();
    const store = await openWithBucket(dir, disk);
    const expected = new Map<string, string>();
    for (let i = 0; i < 1500; i++) {
      const key = `${i % 2 === 0 ? 1 : 11}/${i % 900}`;
      store.commit({ type: 'version', bucket: 'b', version: { ...record(key), etag: String(i) } });
      expected.set(key, String(i));
    }
    store.commit({ type: 'bucket', bucket: { name: 'gone', createdAt: 0, objectLock: false, config: {} } });
    const before = statSync(journal).size;
    const compacting = store.compact();
    // on the first turns of the loop while it runs: overwrite, add, remove, and take a bucket away and back
    let turn = 0;
    const state = { done: false };
    void compacting.then(() => (state.done = true));
    while (!state.done && turn < 30) {
      const n = turn++;
      const etag = `turn ${n}`;
      store.commit(
        { type: 'version', bucket: 'b', version: { ...record('1/0'), etag } },
        { type: 'version', bucket: 'b', version: { ...record(`new/${n}`), etag } },
        { type: 'removeVersion', bucket: 'b', key: `11/${2 * n + 1}`, versionId: 'null' },
        { type: 'removeBucket', name: 'gone' },
        { type: 'bucket', bucket: { name: 'gone', createdAt: n, objectLock: false, config: {} } },
      );
      expected
        .set('1/0', etag)
        .set(`new/${n}`, etag)
        .delete(`11/${2 * n + 1}`);
      await new Promise(setImmediate);
    }
    expect(turn).toBeGreaterThan(3);
    await compacting;
    expect(statSync(journal).size).toBeLessThan(before);
    store.commit({ type: 'version', bucket: 'b', version: { ...record('last'), etag: 'last' } });
    expected.set('last', 'last');
    await store.close();
    const again = await Store.open(dir);
    const found = new Map(keysOf(again).map((key) => [key, again.objects('b').current(key)?.etag]));
    expect(found).toEqual(expected);
    expect(again.findBucket('gone')?.createdAt).toBe(turn - 1);
    await again.close();
  });

  test('a process that dies at any moment of it leaves a folder that opens, with everything acknowledged', async () => {
    const disk = new Watched();
    const store = await openWithBucket(dir, disk);
    for (let i = 0; i < 900; i++) store.commit({ type: 'version', bucket: 'b', version: record(`1/${i % 450}`) });
    const acknowledged = new Set(keysOf(store));
    const deaths: { copy: string; keys: string[] }[] = [];
    const dies = (): void => {
      const copy = join(work, `death-${deaths.length}`);
      cpSync(dir, copy, { recursive: true });
      deaths.push({ copy, keys: [...acknowledged] });
    };
    disk.onWrite = dies;
    const state = { done: false };
    const compacting = store.compact().then(() => (state.done = true));
    for (let i = 0; !state.done && i < 20; i++) {
      store.commit({ type: 'version', bucket: 'b', version: record(`11/${i}`) });
      acknowledged.add(`11/${i}`);
      await new Promise(setImmediate);
    }
    await compacting;
    disk.onWrite = () => undefined;
    dies();
    await store.close();
    expect(deaths.length).toBeGreaterThan(6);
    expect(deaths.some(({ copy }) => readdirSync(copy).includes('journal.jsonl.new'))).toBe(true);
    for (const { copy, keys } of deaths) {
      const after = await Store.open(copy);
      expect(keysOf(after)).toEqual(expect.arrayContaining(keys));
      expect(readdirSync(copy).toSorted()).toEqual(['data', 'journal.jsonl']);
      await after.close();
    }
  });

  test('a store that is closed meanwhile leaves the old history whole and nothing beside it', async () => {
    const store = await openWithBucket(dir);
    for (let i = 0; i < 1000; i++) store.commit({ type: 'version', bucket: 'b', version: record(`1/${i}`) });
    void store.compact();
    await store.close();
    expect(readdirSync(dir).toSorted()).toEqual(['data', 'journal.jsonl']);
    const again = await Store.open(dir);
    expect(keysOf(again)).toHaveLength(1000);
    await again.close();
  });

  test('happens by itself when little of the history is live', async () => {
    const store = await openWithBucket(dir);
    const config = { cors: 'x'.repeat(500_000) };
    const commit = () =>
      store.commit({ type: 'bucket', bucket: { name: 'b', createdAt: 0, objectLock: false, config } });
    const isUnderWay = () => existsSync(`${journal}.new`);
    for (let i = 0; i < 16; i++) commit();
    expect(isUnderWay()).toBe(false);
    commit();
    expect(isUnderWay()).toBe(true);
    while (isUnderWay()) await new Promise(setImmediate);
    expect(statSync(journal).size).toBeLessThan(600_000);
    await store.close();
    const again = await Store.open(dir);
    expect(again.findBucket('b')?.config).toEqual(config);
    await again.close();
  });
});
