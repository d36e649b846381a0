import { layout } from '../keys/layout.js';
import { orgScopedKey } from '../keys/object-key.js';
import { attributes, eleven, key, one, pattern, startObjectStore, stream } from '../../test/object-store.kit.js';
import { parseOrgId } from '../keys/org-id.js';

const { store, storeWith, reset, close } = await startObjectStore();

// More than all buffers between the two processes hold: an unread body keeps its connection.
const film = pattern(24 << 20);
const two = parseOrgId('2');
const theirs = orgScopedKey(eleven, 'uploads/a.bin');
const others = orgScopedKey(two, 'uploads/a.bin');
const tight = { maxSockets: 2, limits: { downloadsAtOnce: 3, downloadsPerOrg: 2 }, timeouts: { queue: 30 } };

beforeAll(async () => {
  await store.put(one, key, stream(film), { ...attributes, size: film.length });
  for (const [org, at] of [
    [eleven, theirs],
    [two, others],
  ] as const) {
    await store.put(org, at, stream(film.subarray(0, 1 << 20)), attributes);
  }
});
afterAll(async () => {
  await reset();
  await close();
});

test('readers of one organisation that do not read stop nobody else', async () => {
  const narrow = await storeWith(tight);
  const unread = [await narrow.read(one, key), await narrow.read(one, key)];
  await expect(narrow.read(one, key)).rejects.toMatchObject({ code: 'too_many_requests' });

  expect((await narrow.head(eleven, theirs)).size).toBe(1 << 20);
  expect(
    (await narrow.list(eleven, layout.formField(eleven, { formId: '1', customFieldId: '1' }), { limit: 5 })).objects,
  ).toEqual([]);
  await narrow.put(eleven, orgScopedKey(eleven, 'uploads/b.bin'), stream(pattern(100)), attributes);
  const { body } = await narrow.read(eleven, theirs);
  expect(Buffer.concat(await body.toArray()).length).toBe(1 << 20);
  // Their own calls too, which are no downloads.
  expect((await narrow.head(one, key)).size).toBe(film.length);

  unread[0]!.body.destroy();
  (await narrow.read(one, key)).body.destroy();
  for (const { body: held } of unread) held.destroy();
});

test('with every connection for downloads held, the next one is told so, and to come back', async () => {
  const narrow = await storeWith(tight);
  const held = [
    await narrow.read(one, key),
    await narrow.read(one, key),
    await narrow.read(one, key).catch(() => undefined),
  ];
  const another = await storeWith({ ...tight, limits: { downloadsAtOnce: 1 } });
  const only = await another.read(one, key);
  await expect(another.read(eleven, theirs)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/no free connection/) as string,
    retryAfterSeconds: expect.any(Number) as number,
  });
  // What is read to verify it waits for no reader.
  const { body } = await another.readAtOnce(eleven, theirs);
  expect(Buffer.concat(await body.toArray()).length).toBe(1 << 20);
  for (const file of [...held, only]) file?.body.destroy();
});

test('a body that is read to its end gives its connection back, as an error does', async () => {
  const narrow = await storeWith({ ...tight, limits: { downloadsAtOnce: 1 } });
  const absent = orgScopedKey(one, 'uploads/absent.bin');
  for (let i = 0; i < 3; i += 1) {
    await expect(narrow.read(one, absent)).rejects.toMatchObject({ code: 'not_found' });
    const { body } = await narrow.read(eleven, theirs);
    expect(Buffer.concat(await body.toArray()).length).toBe(1 << 20);
  }
});

test('many calls at once on few connections all succeed: to wait for one is no timeout', async () => {
  const timeouts = { connect: 1_000, queue: 600_000 };
  const narrow = await storeWith({ ...tight, maxSockets: 1, timeouts, orgControl: false });
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, i) => narrow.head(i % 2 ? one : eleven, i % 2 ? key : theirs)),
  );
  expect(all.length).toBe(20);
});
