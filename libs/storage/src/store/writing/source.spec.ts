import { Readable } from 'node:stream';
import { StorageError } from '../../storage.error.js';
import { unbroken } from './source.js';

const KiB = 1024;

/** As a fast socket is: the next chunk is always there already. */
async function* ready(chunks: number, size: number) {
  for (let i = 0; i < chunks; i += 1) yield new Uint8Array(size);
}

async function lengthOf(source: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of source) length += chunk.length;
  return length;
}

test('every chunk comes out, and others get their turn meanwhile', async () => {
  let turns = 0;
  const others = () => {
    turns += 1;
    next = setImmediate(others);
  };
  let next = setImmediate(others);
  expect(await lengthOf(unbroken(ready(64, 64 * KiB)))).toBe(4096 * KiB);
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(15);
});

test('many small chunks are not slowed down', async () => {
  let turns = 0;
  const others = () => {
    turns += 1;
    next = setImmediate(others);
  };
  let next = setImmediate(others);
  await lengthOf(unbroken(ready(255, KiB)));
  clearImmediate(next);
  expect(turns).toBe(0);
});

describe('a signal', () => {
  const cancelled = { code: 'cancelled' };

  test('that has fired lets nothing come out', async () => {
    let left = false;
    const source = (async function* () {
      try {
        yield* ready(1, 1);
      } finally {
        left = true;
      }
    })();
    await source.next();
    await expect(lengthOf(unbroken(source, AbortSignal.abort()))).rejects.toMatchObject(cancelled);
    expect(left).toBe(true);
  });

  test('that fires between two chunks is heeded, whoever reads slowly', async () => {
    const controller = new AbortController();
    const chunks = unbroken(ready(10, 1), controller.signal);
    await chunks.next();
    controller.abort();
    await expect(chunks.next()).rejects.toMatchObject(cancelled);
  });

  test('ends the wait for a source that stalls', async () => {
    const controller = new AbortController();
    const stalled = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const reading = lengthOf(unbroken(stalled, controller.signal));
    controller.abort();
    await expect(reading).rejects.toMatchObject(cancelled);
  });
});

/** As Node says it of a client that disconnects. */
const reset = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
const databaseGone = new Error('database gone');

test.each([
  ['a client that disconnects', reset, { code: 'cancelled' }],
  ['an error of this module', new StorageError('file_too_large', 'x'), { code: 'file_too_large' }],
  ['any other', databaseGone, { error: databaseGone }],
])('a source that fails: %s', async (_name, error, expected) => {
  const failing = (async function* () {
    yield new Uint8Array(1);
    throw error;
  })();
  await expect(lengthOf(unbroken(failing))).rejects.toMatchObject(expected);
});

const mistake = expect.any(TypeError) as Error;

test.each([
  ['nothing', undefined, mistake],
  ['a Buffer', Buffer.from('x'), mistake],
  ['a string', 'x', mistake],
  ['a stream of strings', Readable.from(['x']), { error: mistake }],
])('%s is no source', async (_name, source, expected) => {
  await expect(lengthOf(unbroken(source as never))).rejects.toEqual(expected);
});
