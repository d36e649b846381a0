import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { by, eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { follow } from '../../../test/http.js';
import { DirectUploads } from '../../files/uploads/direct-uploads.js';
import { StorageEvents, type StorageEvent } from '../../files/events.js';
import { auditMonth } from '../../kinds/audit-month.js';
import { formUpload } from '../../kinds/form-upload.js';
import { FormUploadsService } from '../../kinds/form-upload.js';
import { samples } from '../../testing/samples.js';
import { Trash } from '../trash/trash.js';
import { Holds } from './holds.js';

const files = await startOrgFiles();
const { storage } = files;
const Bucket = storage.bucket;
const other = await files.start();
const holds = files.module.get(Holds);
const told: StorageEvent[] = [];
files.module.get(StorageEvents).subscribe((event) => void told.push(event));
afterEach(() => storage.s3.faults.clear());
afterAll(files.close);

const why = { reason: 'Case 12/2026', by };
const file = { bytes: samples.pdf.bytes, contentType: 'application/pdf' };
const code = (expected: string) => expect.objectContaining({ code: expected });
const all = async (org = one) => {
  const found = [];
  for await (const hold of holds.holds(org)) found.push(hold);
  return found;
};

/** Everything that changes or removes a file, through another process. */
function changes(place: { formId: string; customFieldId: string; fileName: string }) {
  const forms = other.get(FormUploadsService);
  const trash = other.get(Trash);
  const declared = { contentType: 'application/pdf', size: file.bytes.length };
  return {
    replace: () => forms.upload(one, place, file, { replace: true }),
    'replace directly': () => forms.beginUpload(one, place, declared, { by, replace: true }),
    delete: () => forms.delete(one, place),
    purge: () => trash.purge(formUpload, one, place),
    'purge a version': async () => {
      const version = (await trash.versions(formUpload, one, place)).at(-1)!.version;
      return trash.purge(formUpload, one, place, { version });
    },
    restore: async () => {
      const version = (await trash.versions(formUpload, one, place)).at(-1)!.version;
      return trash.restore(formUpload, one, place, { version });
    },
  };
}

test('a file on hold is changed and removed by nobody, in no process, until its last hold is released', async () => {
  const { place } = await files.form(one, 2);
  const theirs = await files.form(eleven, 1, place.fileName);
  const first = await holds.hold(formUpload, one, place, why);
  const second = await holds.hold(formUpload, one, place, { ...why, reason: 'Case 13/2026' });
  expect(await all()).toEqual(
    [first, second].map(({ lockedVersions: _none, ...hold }) => hold).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
  expect(await all(eleven)).toEqual([]);
  const ways = Object.entries(changes(place));
  for (const [way, change] of ways) await expect([way, change()][1]).rejects.toEqual(code('on_hold'));
  expect(await files.forms.stat(one, place)).toBeDefined();
  // What was never on hold is free, also in the organisation whose id begins alike.
  await files.forms.delete(eleven, theirs.place);
  await expect(holds.release(eleven, first.id, { by })).rejects.toEqual(code('not_found'));
  await holds.release(one, first.id, { by });
  await expect(changes(place).delete()).rejects.toEqual(code('on_hold'));
  await holds.release(one, second.id, { by });
  await changes(place).replace();
  await changes(place).delete();
  await expect(holds.release(one, second.id, { by })).rejects.toEqual(code('not_found'));
  expect(told.filter(({ kind }) => kind.startsWith('hold-'))).toMatchObject([
    { kind: 'hold-placed', org: one, by, holdId: first.id },
    { kind: 'hold-placed', holdId: second.id },
    { kind: 'hold-released', holdId: first.id },
    { kind: 'hold-released', holdId: second.id },
  ]);
});

test('a hold that comes while a file is being replaced stops it before it is written', async () => {
  const { place } = await files.form(one, 1);
  async function* slow() {
    yield file.bytes.subarray(0, 100);
    await holds.hold(formUpload, one, place, why);
    yield file.bytes.subarray(100);
  }
  const before = await files.forms.stat(one, place);
  const replacing = files.forms.upload(one, place, { ...file, bytes: slow() }, { replace: true });
  await expect(replacing).rejects.toEqual(code('on_hold'));
  expect(await files.forms.stat(one, place)).toEqual(before);
});

test.each(['through the application', 'directly'])(
  'a hold that comes during a scan stops what replaces %s',
  async (way) => {
    const { place } = await files.form(one, 1);
    const verdict = async () => void (await holds.hold(formUpload, one, place, why));
    const scanning = { name: 'a scan', inspect: () => ({ write: () => {}, verdict, abort: () => {} }) };
    const module = await files.start({ gates: [scanning] });
    const before = await files.forms.stat(one, place);
    const forms = module.get(FormUploadsService);
    const replace = async () => {
      if (way !== 'directly') return forms.upload(one, place, file, { replace: true });
      const declared = { contentType: 'application/pdf', size: file.bytes.length };
      const ticket = await forms.beginUpload(one, place, declared, { by, replace: true });
      await follow(ticket, file.bytes);
      return module.get(DirectUploads).complete(one, ticket.token, { by });
    };
    await expect(replace()).rejects.toEqual(code('on_hold'));
    expect(await files.forms.stat(one, place)).toEqual(before);
  },
);

test('a ticket from before the hold replaces nothing, and is completed once the hold is released', async () => {
  const { place } = await files.form(one, 1);
  const declared = { contentType: 'application/pdf', size: file.bytes.length };
  const ticket = await files.forms.beginUpload(one, place, declared, { by, replace: true });
  await follow(ticket, file.bytes);
  const { id } = await holds.hold(formUpload, one, place, why);
  const uploads = other.get(DirectUploads);
  await expect(uploads.complete(one, ticket.token, { by })).rejects.toEqual(code('on_hold'));
  const step = { method: 'PUT' } as const;
  await expect(uploads.sign(one, ticket.token, step, { by })).rejects.toEqual(code('on_hold'));
  await holds.release(one, id, { by });
  expect(await uploads.complete(one, ticket.token, { by })).toMatchObject({ size: file.bytes.length });
});

test('what is not there is not held, and a hold needs a reason', async () => {
  const place = { formId: '201', customFieldId: '7', fileName: 'nothing.pdf' };
  await files.form(eleven, 1, 'nothing.pdf');
  await expect(holds.hold(formUpload, one, place, why)).rejects.toEqual(code('not_found'));
  await files.form(one, 1, 'nothing.pdf');
  for (const bad of [
    { reason: ' ', by },
    { reason: 'x', by: '' },
    { reason: 7 as never, by },
  ]) {
    await expect(holds.hold(formUpload, one, place, bad)).rejects.toEqual(code('invalid_request'));
  }
  for (const id of ['', 'x', `${'0'.repeat(64)}-${'0'.repeat(32)}`, `${'0'.repeat(64)}/../${'0'.repeat(32)}`]) {
    await expect(holds.release(one, id, { by })).rejects.toEqual(code('not_found'));
  }
});

test('a bucket that cannot be asked lets nothing change', async () => {
  const { place } = await files.form(one, 1);
  storage.s3.faults.add({ operation: 'ListObjectsV2', action: 'refuse', times: 99 });
  await expect(files.forms.delete(one, place)).rejects.toEqual(code('store_refused'));
  await expect(files.forms.upload(one, place, file, { replace: true })).rejects.toEqual(code('store_refused'));
});

test('where nobody heeds holds, none is placed', async () => {
  const unheeding = (await files.start({ orgControl: false })).get(Holds);
  const { place } = await files.form(one, 1);
  await expect(unheeding.hold(formUpload, one, place, why)).rejects.toEqual(code('misconfigured'));
});

describe('in a bucket with object lock', () => {
  beforeAll(async () => {
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const };
    await storage.raw.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  });
  const versionsOf = async (Prefix: string) =>
    (await storage.raw.send(new ListObjectVersionsCommand({ Bucket, Prefix }))).Versions ?? [];
  const lockedOf = async (Key: string) => {
    const states = (await versionsOf(Key)).map(({ VersionId }) =>
      storage.raw.send(new GetObjectLegalHoldCommand({ Bucket, Key, VersionId })).then(
        ({ LegalHold }) => LegalHold?.Status,
        () => 'none',
      ),
    );
    return Promise.all(states);
  };

  test('every state has S3’s legal hold, which stops whoever goes behind the module, and goes with the last hold', async () => {
    const { place, key } = await files.form(one, 3);
    await files.forms.delete(one, place);
    const first = await holds.hold(formUpload, one, place, why);
    const second = await holds.hold(formUpload, one, place, why);
    expect(first.lockedVersions).toBe(3);
    expect(await lockedOf(key)).toEqual(['ON', 'ON', 'ON']);
    const [{ VersionId } = {}] = await versionsOf(key);
    const remove = () => storage.raw.send(new DeleteObjectCommand({ Bucket, Key: key, VersionId }));
    await expect(remove()).rejects.toThrow('object lock');
    await holds.release(one, second.id, { by });
    await expect(remove()).rejects.toThrow('object lock');
    await holds.release(one, first.id, { by });
    expect(await lockedOf(key)).toEqual(['OFF', 'OFF', 'OFF']);
    await remove();
  });

  test('a state that a write under way adds meanwhile is locked too', async () => {
    const { place, key } = await files.form(one, 1);
    const again = async () => void (await files.put(key, 'written behind the gate'));
    storage.s3.faults.add({ operation: 'PutObjectLegalHold', before: again });
    expect((await holds.hold(formUpload, one, place, why)).lockedVersions).toBe(2);
    expect(await lockedOf(key)).toEqual(['ON', 'ON']);
  });

  test('a hold that is placed while another one is released keeps its locks', async () => {
    const { place, key } = await files.form(one, 1);
    const { id } = await holds.hold(formUpload, one, place, why);
    const another = async () => void (await other.get(Holds).hold(formUpload, one, place, why));
    // Between the look for other holds and the lock that is taken off.
    storage.s3.faults.add({ operation: 'PutObjectLegalHold', before: another });
    await holds.release(one, id, { by });
    expect(await lockedOf(key)).toEqual(['ON']);
  });

  test('where the store does not lock, the hold stands in the module and whoever placed it is told', async () => {
    const { place } = await files.form(one, 1);
    storage.s3.faults.add({ operation: 'PutObjectLegalHold', action: 'refuse' });
    await expect(holds.hold(formUpload, one, place, why)).rejects.toEqual(code('store_refused'));
    await expect(files.forms.delete(one, place)).rejects.toEqual(code('on_hold'));
  });

  test('an archived month can be held', async () => {
    await files.put('audit-archive/1/2026/02.jsonl.gz');
    const held = await holds.hold(auditMonth, one, { year: 2026, month: 2 }, why);
    expect(held).toMatchObject({ lockedVersions: 1, place: { year: '2026', month: '2' } });
  });
});
