import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { areas } from '../keys/areas.js';
import { layout } from '../keys/layout.js';
import { eleven, one, startOrgFiles } from '../../test/file-kits/org-files.kit.js';
import { walk, walkPages, type Found } from './walk.js';

const files = await startOrgFiles();
const { storage, versions, forms } = files;
const Bucket = storage.bucket;
afterAll(files.close);

const hold = { file: 'ab'.repeat(32), number: 'cd'.repeat(16) };
for (const org of [one, eleven]) {
  await files.form(org, 3, 'thrice.pdf');
  const { place } = await files.form(org, 2, 'deleted.pdf');
  await forms.delete(org, place);
  await files.put(layout.auditMonth(org, { year: 2026, month: 1 }));
  await files.put(layout.incoming(org, { uploadId: 'left' }));
  await files.put(layout.hold(org, hold));
  for (const Key of [layout.incoming(org, { uploadId: 'parts' }), layout.logo(org)]) {
    await storage.raw.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  }
}

const shown = ({ area, kind, key }: Found) => `${area} ${kind} ${key}`;
const expected = [
  'own marker 1/uploads/forms/201/field_7/deleted.pdf',
  'own earlier 1/uploads/forms/201/field_7/deleted.pdf',
  'own earlier 1/uploads/forms/201/field_7/deleted.pdf',
  'own current 1/uploads/forms/201/field_7/thrice.pdf',
  'own earlier 1/uploads/forms/201/field_7/thrice.pdf',
  'own earlier 1/uploads/forms/201/field_7/thrice.pdf',
  'own upload 1/templates/logos/logo.png',
  'audit-archive current audit-archive/1/2026/01.jsonl.gz',
  'incoming current incoming/1/left',
  'incoming upload incoming/1/parts',
  `control current ${layout.hold(one, hold)}`,
];

async function all(walked: AsyncIterable<Found>) {
  const found: Found[] = [];
  for await (const each of walked) found.push(each);
  return found;
}

/** Lists by so few at once that every page ends in the middle of something. */
const inPagesOf = (limit: number): Parameters<typeof walk>[0] => ({
  versions: (org, prefix, options) => versions.versions(org, prefix, { ...options, limit }),
  openUploads: (org, prefix, behind) => versions.openUploads(org, prefix, behind),
});

test('everything is found, in every area and of every kind, and nothing of the organisation whose id begins alike', async () => {
  expect((await all(walk(versions, one))).map(shown)).toEqual(expected);
  const theirs = await all(walk(versions, eleven));
  expect(new Set(theirs.map(({ area }) => area))).toEqual(new Set(Object.keys(areas)));
  expect(theirs).toHaveLength(expected.length);
  expect(theirs.every(({ key }) => key.includes('11/'))).toBe(true);
});

test.each([1, 2, 3])(
  'pages of %d show each thing once, and every cursor goes on where its page ended',
  async (limit) => {
    const store = inPagesOf(limit);
    const whole = (await all(walk(store, one))).map(({ key, id, kind }) => `${kind} ${key} ${id}`);
    expect(new Set(whole).size).toBe(expected.length);
    const before: Found[] = [];
    for await (const { items, cursor } of walkPages(store, one)) {
      before.push(...items);
      if (cursor === undefined) break;
      const rest = await all(walk(store, one, { cursor }));
      expect([...before, ...rest].map(({ key, id, kind }) => `${kind} ${key} ${id}`)).toEqual(whole);
    }
    expect(before).toHaveLength(expected.length);
  },
);

test('whoever removes a page once the next one is there walks through everything', async () => {
  const { key } = await files.form(one, 5, 'vanishing.pdf');
  const store = inPagesOf(2);
  const seen: string[] = [];
  let before: Found[] = [];
  const remove = async (items: Found[]) => {
    const gone = items.filter((found) => found.key === key).map(({ id }) => ({ key, versionId: id }));
    seen.push(...gone.map(({ versionId }) => versionId));
    expect(await versions.remove(one, gone)).toEqual([]);
  };
  for await (const { items } of walkPages(store, one)) {
    await remove(before);
    before = items;
  }
  expect(new Set(seen).size).toBe(5);
  expect((await all(walk(versions, one))).map(shown)).toEqual(expected);
});

test.each(['', 'x', Buffer.from('{"folder":-1,"what":"versions"}').toString('base64url'), 'bnVsbA'])(
  'a cursor that no walk gave is refused: %j',
  async (cursor) => {
    await expect(all(walk(versions, one, { cursor }))).rejects.toMatchObject({ code: 'invalid_request' });
  },
);

test('nothing is removed without its version, and no version of another organisation', async () => {
  const { key } = await files.form(eleven, 1, 'theirs.pdf');
  await expect(versions.remove(eleven, [{ key, versionId: '' }])).rejects.toMatchObject({ code: 'invalid_request' });
  const [theirs] = (await versions.versions(eleven, key)).items;
  await expect(versions.remove(one, [theirs!])).rejects.toMatchObject({ code: 'invalid_key' });
  await expect(versions.versions(one, key)).rejects.toMatchObject({ code: 'invalid_key' });
  await expect(versions.openUploads(one, '11/' as never)).rejects.toMatchObject({ code: 'invalid_key' });
  expect((await versions.versions(eleven, key)).items).toHaveLength(1);
});
