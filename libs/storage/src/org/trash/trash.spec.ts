import {
  PutBucketVersioningCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { eleven, one, startOrgFiles, by } from '../../../test/file-kits/org-files.kit.js';
import { StorageEvents, type StorageEvent } from '../../files/events.js';
import { auditMonth } from '../../kinds/audit-month.js';
import { formUpload } from '../../kinds/form-upload.js';
import { signature, SignaturesService } from '../../kinds/signature.js';
import { StorageError } from '../../storage.error.js';
import { samples } from '../../testing/samples.js';
import { Trash } from './trash.js';

const files = await startOrgFiles();
const { storage, forms } = files;
const Bucket = storage.bucket;
const trash = files.module.get(Trash);
const told: StorageEvent[] = [];
files.module.get(StorageEvents).subscribe((event) => void told.push(event));
afterEach(() => storage.s3.faults.clear());
afterAll(files.close);

const field = { formId: '201', customFieldId: '7' };
const bytesOf = async (...at: Parameters<typeof forms.read>) =>
  Buffer.concat(await (await forms.read(...at)).body.toArray()).toString('latin1');
const code = (expected: string) => expect.objectContaining({ code: expected });

test('a deleted file is listed for its organisation, restored as it was, and nothing of another one is touched', async () => {
  const { place } = await files.form(one, 2, 'ä b.pdf');
  const theirs = await files.form(eleven, 1, 'ä b.pdf');
  const before = await bytesOf(one, place);
  await forms.delete(one, place, { by });
  await forms.delete(eleven, theirs.place, { by });
  const { items } = await trash.list(formUpload, one, field, { by });
  expect(items).toEqual([
    {
      fileName: 'ä b.pdf',
      deletedAt: expect.any(Date),
      versions: [expect.objectContaining({ size: before.length, isCurrent: false }), expect.any(Object)],
    },
  ]);
  told.length = 0;
  const stored = await trash.restore(formUpload, one, place, { by });
  expect(stored).toMatchObject({ fileName: 'ä b.pdf', contentType: 'application/pdf', size: before.length });
  expect(await bytesOf(one, place)).toBe(before);
  expect((await trash.list(formUpload, one, field)).items).toEqual([]);
  expect((await trash.list(formUpload, eleven, field)).items).toHaveLength(1);
  expect(told).toEqual(
    [
      expect.objectContaining({ kind: 'file-read' }),
      expect.objectContaining({ kind: 'file-restored', org: one, by, version: items[0]?.versions[0]?.version }),
    ].toReversed(),
  );
});

test('a state that was replaced comes back by its name; another organisation cannot name it', async () => {
  const { place } = await files.form(one, 3, 'thrice.pdf');
  const { place: same } = await files.form(eleven, 1, 'thrice.pdf');
  const versions = await trash.versions(formUpload, one, place);
  expect(versions.map(({ isCurrent }) => isCurrent)).toEqual([true, false, false]);
  const { version, size } = versions[2]!;
  await expect(trash.restore(formUpload, eleven, same, { version })).rejects.toEqual(code('not_found'));
  await expect(trash.restore(formUpload, one, place, { version: 'x' })).rejects.toEqual(code('not_found'));
  expect(await trash.restore(formUpload, one, place, { version })).toMatchObject({ size });
  expect(await bytesOf(one, place)).toMatch(/%0$/);
  expect(await trash.versions(formUpload, one, place)).toHaveLength(4);
  // What is current already stays as it is.
  const [current] = await trash.versions(formUpload, one, place);
  await trash.restore(formUpload, one, place, { version: current!.version });
  expect(await trash.versions(formUpload, one, place)).toHaveLength(4);
});

test('what is there is not restored, what came back meanwhile is not overwritten', async () => {
  const { place } = await files.form(one, 1, 'raced.pdf');
  await expect(trash.restore(formUpload, one, place)).rejects.toEqual(code('already_exists'));
  const [{ version } = { version: '' }] = await trash.versions(formUpload, one, place);
  await forms.delete(one, place);
  const again = async () => void (await files.form(one, 2, 'raced.pdf'));
  storage.s3.faults.add({ operation: 'CopyObject', before: again });
  await expect(trash.restore(formUpload, one, place)).rejects.toEqual(code('conflict'));
  const first = { bytes: samples.pdf.bytes, contentType: 'application/pdf' };
  await forms.upload(one, place, first, { replace: true });
  storage.s3.faults.add({ operation: 'CopyObject', before: again });
  await expect(trash.restore(formUpload, one, place, { version })).rejects.toEqual(code('conflict'));
  expect(await trash.versions(formUpload, one, place)).toHaveLength(6);
});

test('the trash of a folder comes in pages, and a cursor of elsewhere is refused', async () => {
  const folder = { formId: '202', customFieldId: '7' };
  const names = ['a.pdf', 'a.pdf.pdf', 'b.pdf', 'c.pdf', 'd.pdf'];
  for (const fileName of names) {
    const file = { bytes: samples.pdf.bytes, contentType: 'application/pdf' };
    await forms.upload(one, { ...folder, fileName }, file);
    if (fileName !== 'b.pdf') await forms.delete(one, { ...folder, fileName });
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await trash.list(formUpload, one, folder, { limit: 1, ...(cursor && { cursor }) });
    seen.push(...page.items.map(({ fileName }) => fileName));
    cursor = page.nextCursor;
  } while (cursor);
  expect(seen).toEqual(['a.pdf', 'a.pdf.pdf', 'c.pdf', 'd.pdf']);
  for (const bad of ['../../../x', 'a/../b', '']) {
    const cursor = Buffer.from(`${bad}\u0001`).toString('base64url');
    await expect(trash.list(formUpload, one, folder, { cursor })).rejects.toEqual(code('invalid_request'));
  }
  for (const limit of [0, 201, 1.5]) {
    await expect(trash.list(formUpload, one, folder, { limit })).rejects.toEqual(code('invalid_request'));
  }
  // Names that begin alike are different files.
  await trash.purge(formUpload, one, { ...folder, fileName: 'a.pdf' });
  expect((await trash.list(formUpload, one, folder)).items.map(({ fileName }) => fileName)).toEqual(seen.slice(1));
});

test('purge removes a deleted file for good, every state of it, and never what is current', async () => {
  const { place, key } = await files.form(one, 2, 'purged.pdf');
  await expect(trash.purge(formUpload, one, place)).rejects.toEqual(code('conflict'));
  const [current, earlier] = await trash.versions(formUpload, one, place);
  await expect(trash.purge(formUpload, one, place, { version: current!.version })).rejects.toEqual(code('conflict'));
  await trash.purge(formUpload, one, place, { version: earlier!.version });
  expect(await trash.versions(formUpload, one, place)).toHaveLength(1);
  await forms.delete(one, place);
  const theirs = await files.form(eleven, 2, 'purged.pdf');
  await forms.delete(eleven, theirs.place);
  await trash.purge(formUpload, one, place, { by });
  expect((await files.versions.versions(one, key)).items).toEqual([]);
  expect((await files.versions.versions(eleven, theirs.key)).items).toHaveLength(3);
  expect(told.at(-1)).toMatchObject({ kind: 'file-purged', states: 2, by });
  await expect(trash.purge(formUpload, one, place)).rejects.toEqual(code('not_found'));
  await expect(trash.restore(formUpload, one, place)).rejects.toEqual(code('not_found'));
});

test('what the store locks is not purged, and says why', async () => {
  const lock = { ObjectLockEnabled: 'Enabled' as const };
  await storage.raw.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: lock }));
  const { place, key } = await files.form(one, 1, 'locked.pdf');
  const LegalHold = { Status: 'ON' as const };
  await storage.raw.send(new PutObjectLegalHoldCommand({ Bucket, Key: key, LegalHold }));
  await forms.delete(one, place);
  await expect(trash.purge(formUpload, one, place)).rejects.toEqual(code('on_hold'));
  // Still in the trash: its mark has not gone before it.
  await expect(forms.stat(one, place)).rejects.toEqual(code('not_found'));
  storage.s3.faults.add({ operation: 'GetObjectLegalHold', action: 'refuse' });
  await expect(trash.purge(formUpload, one, place)).rejects.toEqual(code('store_refused'));
});

test('a file without a folder has its own trash', async () => {
  const signatures = files.module.get(SignaturesService);
  const place = { specialistId: '5' };
  await signatures.upload(one, place, { bytes: samples.png.bytes });
  expect((await trash.list(signature, one, place)).items).toEqual([]);
  await signatures.delete(one, place);
  expect((await trash.list(signature, one, place)).items).toMatchObject([{ fileName: 'signature.png' }]);
  expect((await trash.list(signature, eleven, place)).items).toEqual([]);
  expect(await trash.restore(signature, one, place)).toMatchObject({ contentType: 'image/png' });
});

test('the archive is restored over by nobody', async () => {
  const place = { year: 2026, month: 1 };
  await files.put('audit-archive/1/2026/01.jsonl.gz');
  await expect(trash.restore(auditMonth, one, place, { version: 'null' })).rejects.toEqual(code('not_found'));
  await expect(trash.restore(auditMonth, one, place)).rejects.toEqual(code('already_exists'));
  const [{ version } = { version: '' }] = await trash.versions(auditMonth, one, place);
  await expect(trash.restore(auditMonth, one, place, { version })).rejects.toEqual(code('already_exists'));
});

test('gates are asked before anything is restored or purged', async () => {
  const { place } = await files.form(one, 1, 'guarded.pdf');
  await forms.delete(one, place);
  const asked: string[] = [];
  const refuse = (what: string) => (file: { key: string }) => {
    asked.push(`${what} ${file.key}`);
    throw new StorageError('not_allowed', 'No.');
  };
  const gate = { name: 'no', beforeRestore: refuse('restore'), beforeRemoval: refuse('remove') };
  const guarded = (await files.start({ gates: [gate] })).get(Trash);
  await expect(guarded.restore(formUpload, one, place)).rejects.toEqual(code('not_allowed'));
  await expect(guarded.purge(formUpload, one, place)).rejects.toEqual(code('not_allowed'));
  expect(asked).toEqual(['restore', 'remove'].map((what) => `${what} 1/uploads/forms/201/field_7/guarded.pdf`));
});

test('a bucket that keeps no versions says so', async () => {
  const { place } = await files.form(one, 1, 'gone.pdf');
  await forms.delete(one, place);
  const plain = await startOrgFiles({ storage: { store: { like: 'aws', conditionsInVersions: false } } });
  try {
    const trash = plain.module.get(Trash);
    for (const ask of [() => trash.list(formUpload, one, field), () => trash.restore(formUpload, one, place)]) {
      await expect(ask()).rejects.toEqual(code('not_supported'));
    }
    await plain.storage.raw.send(
      new PutBucketVersioningCommand({ Bucket: plain.storage.bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect((await trash.list(formUpload, one, field)).items).toEqual([]);
  } finally {
    await plain.close();
  }
});
