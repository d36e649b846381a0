import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startExports } from '../../../test/export.kit.js';
import { one } from '../../../test/file-kits/org-files.kit.js';
import { FolderSource } from '../../org/export/sources/folder-source.js';
import { summaryIn } from '../../org/export/summary-in.js';

const { storage, newBucket, keysIn, folder, call, callIn, close } = await startExports({ isEmpty: true });
const other = 'clinic-leaves';
let bucket = '';
beforeAll(async () => {
  await storage.raw.send(new CreateBucketCommand({ Bucket: other }));
  bucket = await newBucket();
});
afterAll(close);

/** A folder with folders in it alone. */
function emptyFolder(): string {
  const at = folder();
  mkdirSync(join(at, 'files/uploads'), { recursive: true });
  return at;
}

/** As `zip -d` leaves it: the end of a directory that has no entry. */
function emptyZip(): string {
  const at = `${folder()}.zip`;
  writeFileSync(at, Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]));
  return at;
}

test.each([
  ['an empty bucket', () => `s3://${other}`],
  ['a place where nothing lies', () => `s3://${other}/2027`],
  ['an empty folder', emptyFolder],
  ['an empty ZIP file', emptyZip],
])('%s is told to have no export, by verify and by import', async (_what, where) => {
  const at = where();
  const none = { status: 2, out: '', err: 'There is no export: nothing lies there.' };
  expect(await call('export', 'verify', at)).toMatchObject(none);
  for (const org of ['1', '11']) {
    const { status, err } = await callIn(bucket, 'import', '--org', org, '--from', at);
    expect([status, err]).toEqual([2, expect.stringMatching(/There is no export: nothing lies there\.$/)]);
  }
  expect(await keysIn(bucket)).toEqual([]);
});

test('the code is not_found; what is there and has not ended is another thing', async () => {
  const at = emptyFolder();
  await expect(summaryIn(new FolderSource(at))).rejects.toMatchObject({ code: 'not_found' });
  writeFileSync(join(at, 'files/left.pdf'), '');
  await expect(summaryIn(new FolderSource(at))).rejects.toMatchObject({ code: 'invalid_request' });
  expect(await call('export', 'verify', at)).toMatchObject({ status: 1, out: expect.stringMatching(/complete/) });
  const Key = `2028/files/${one}`;
  await storage.raw.send(new PutObjectCommand({ Bucket: other, Key, Body: 'left' }));
  expect(await call('export', 'verify', `s3://${other}/2028`)).toMatchObject({
    status: 1,
    out: expect.stringMatching(/complete/),
  });
});
