import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunks, content, openWithBucket, record } from '../../test/store/store-kit.js';
import { Store } from './store.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'embedded-s3-store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const files = (): string[] => readdirSync(join(dir, 'data'));
test('a file that was let go of and taken up again outlives the replay', async () => {
  const store = await openWithBucket(dir);
  const segment = await store.data.write(chunks('shared ', 'bytes'));
  store.commit({ type: 'version', bucket: 'b', version: record('source', segment) });
  // a copy that is under way holds the segment while its source is deleted
  store.commit({ type: 'removeVersion', bucket: 'b', key: 'source', versionId: 'null' });
  store.commit({ type: 'version', bucket: 'b', version: record('copy', segment) });
  store.data.release([segment]);
  expect(await content(store, 'copy')).toBe('shared bytes');
  await store.close();
  const again = await Store.open(dir);
  expect(await content(again, 'copy')).toBe('shared bytes');
  again.commit({ type: 'removeVersion', bucket: 'b', key: 'copy', versionId: 'null' });
  expect(files()).toEqual([]);
  await again.close();
});

test('a source of bytes that fails leaves no file', async () => {
  const store = await openWithBucket(dir);
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.alloc(3 << 20);
    throw new Error('gone');
  };
  await expect(store.data.write(failing())).rejects.toThrow('gone');
  expect(files()).toEqual([]);
  await store.close();
});

test('who is reading an object when it is deleted gets all of it', async () => {
  const store = await openWithBucket(dir);
  const segment = await store.data.write(chunks('x'.repeat(2 << 20)));
  store.commit({ type: 'version', bucket: 'b', version: record('read', segment) });
  store.data.release([segment]);
  const reader = store.data.read([segment], 0, segment.size - 1);
  store.commit({ type: 'removeVersion', bucket: 'b', key: 'read', versionId: 'null' });
  let size = 0;
  for await (const chunk of reader) size += (chunk as Buffer).length;
  expect(size).toBe(2 << 20);
  expect(files()).toEqual([]);
  await store.close();
});

test('a closed store takes nothing more', async () => {
  const store = await openWithBucket(dir);
  await store.close();
  expect(() => store.commit({ type: 'removeBucket', name: 'b' })).toThrow('closed');
});

test('a small file of more chunks than a system writes at once is whole', async () => {
  const store = await Store.open(dir);
  const texts = Array.from({ length: 5000 }, (_, i) => `${i},`);
  const segment = await store.data.write(chunks(...texts));
  expect(segment.size).toBe(texts.join('').length);
  const read: Buffer[] = [];
  for await (const part of store.data.read([segment], 0, segment.size - 1)) read.push(part as Buffer);
  expect(Buffer.concat(read).toString()).toBe(texts.join(''));
});
