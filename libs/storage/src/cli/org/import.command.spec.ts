import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFolder, startExports } from '../../../test/export.kit.js';
import { layout } from '../../keys/layout.js';
import { by, one } from '../../../test/file-kits/org-files.kit.js';
import { newKeyPair } from '../../audit/signer.js';
import { AuditArchiveService } from '../../kinds/audit-month.js';
import { scopeId } from '../../org/control/closures.js';
import { FolderSource } from '../../org/export/sources/folder-source.js';
import { importExport } from '../../org/import/import.js';
import { closuresFreshMs } from '../../storage.policy.js';
import { ObjectStore } from '../../store/object-store.js';

const { files, storage, newBucket, keysIn, folder, call, callIn, inPlace, close } = await startExports();
afterEach(() => {
  jest.restoreAllMocks();
  storage.s3.faults.clear();
});
afterAll(close);

const exported = { folder: folder(), zip: `${folder()}.zip`, bucket: 's3://clinic-leaves/7' };
beforeAll(async () => {
  await storage.raw.send(new CreateBucketCommand({ Bucket: 'clinic-leaves' }));
  for (const to of Object.values(exported))
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 0 });
});

interface Line {
  path: string;
  key: string;
  sha256: string;
}
const linesOf = (at: string) =>
  readFileSync(join(at, 'manifest.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** All that is kept: version ids and times are new. */
const kept = (at: string) => linesOf(at).map((line) => ({ ...line, lastModified: undefined }));

const alteredFolder = folder();
beforeAll(() => cpSync(exported.folder, alteredFolder, { recursive: true }));

/** A copy of the export, always the same one, with other lines, whole as far as its hashes say. */
function altered(lines: readonly (object | string)[], more: object = {}): string {
  const at = alteredFolder;
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  writeFileSync(join(at, 'manifest.jsonl'), text);
  const summary = JSON.parse(readFileSync(join(exported.folder, 'export.json'), 'utf8')) as object;
  const manifestSha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(at, 'export.json'), JSON.stringify({ ...summary, files: lines.length, manifestSha256, ...more }));
  return at;
}

test.each(Object.entries(exported))('a bucket that was imported from a %s exports the same', async (_kind, from) => {
  const bucket = await newBucket();
  const { status, out, err } = await callIn(bucket, 'import', '--org', '1', '--from', from);
  expect([status, err]).toEqual([0, expect.stringMatching(/object lock/)]);
  expect(out).toMatch(/4 files of organisation 1: 4 written, 0 were there/);
  expect(out).toMatch(/catalog reconcile --repair/);
  const again = folder();
  await callIn(bucket, 'export', '--org', '1', '--to', again);
  expect(kept(again)).toEqual(kept(exported.folder));
  const { 'export.json': _a, 'manifest.jsonl': _b, ...bytes } = inFolder(again);
  expect(inFolder(exported.folder)).toMatchObject(bytes);
  expect(await callIn(bucket, 'import', '--org', '1', '--from', from)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/0 written, 4 were there/),
  });
});

test('one that was interrupted goes on, in any order of what was written', async () => {
  const bucket = await newBucket();
  for (const key of [/REPORT/, /report/, /audit-archive/]) {
    storage.s3.faults.add({ operation: 'PutObject', key, action: 'refuse' });
    expect(await callIn(bucket, 'import', '--org', '1', '--from', exported.zip)).toMatchObject({ status: 2 });
    storage.s3.faults.clear();
  }
  expect(await keysIn(bucket)).toHaveLength(3);
  expect(await callIn(bucket, 'import', '--org', '1', '--from', exported.zip)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/1 written, 3 were there/),
  });
  expect(await keysIn(bucket)).toHaveLength(4);
});

test.each<[string, string, RegExp]>([
  ['another file under a key of the export', '1/uploads/forms/201/field_7/con.pdf', /another file/],
  ['a file that the export does not have', '1/documents/1/patient.pdf', /not in the export/],
  ['another month', 'audit-archive/1/2025/12.jsonl.gz', /not in the export/],
])('%s is neither overwritten nor mixed: nothing is written', async (_what, Key, message) => {
  const bucket = await newBucket();
  const own = linesOf(exported.folder).find(({ path }) => /con/.test(path))!.key;
  const key = Key.endsWith('con.pdf') ? own : Key;
  await storage.raw.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'mine', IfNoneMatch: '*' }));
  expect(await callIn(bucket, 'import', '--org', '1', '--from', exported.folder)).toMatchObject({
    status: 2,
    err: expect.stringMatching(message),
  });
  expect(await keysIn(bucket)).toEqual([key]);
  expect(await inPlace(bucket, key)).toEqual({ '': Buffer.from('mine').toString('base64') });
});

test('another organisation’s files are not in the way, and stay as they are', async () => {
  const bucket = await newBucket();
  const Key = '11/uploads/forms/1/field_1/a.pdf';
  await storage.raw.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'theirs' }));
  expect(await callIn(bucket, 'import', '--org', '1', '--from', exported.folder)).toMatchObject({ status: 0 });
  expect(await inPlace(bucket, '11/')).toEqual({ [Key.slice(3)]: Buffer.from('theirs').toString('base64') });
  expect(await callIn(bucket, 'import', '--org', '11', '--from', exported.folder)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/not one of organisation 11/),
  });
});

test('no altered file becomes readable; those before it are, and a mended export goes on', async () => {
  const bucket = await newBucket();
  const at = folder();
  cpSync(exported.folder, at, { recursive: true });
  const { path, key } = linesOf(at).at(-1)!;
  const bytes = readFileSync(join(at, path));
  for (const wrong of [Buffer.concat([bytes, Buffer.from('x')]), bytes.subarray(1), Buffer.alloc(bytes.length, 1)]) {
    writeFileSync(join(at, path), wrong);
    expect(await callIn(bucket, 'import', '--org', '1', '--from', at)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/altered/),
    });
    expect(await keysIn(bucket)).not.toContain(key);
  }
  rmSync(join(at, path));
  symlinkSync('/etc/hostname', join(at, path));
  expect(await callIn(bucket, 'import', '--org', '1', '--from', at)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/lacks/),
  });
  rmSync(join(at, path));
  writeFileSync(join(at, path), bytes);
  expect(await callIn(bucket, 'import', '--org', '1', '--from', at)).toMatchObject({ status: 0 });
});

describe('a manifest that may be anybody’s', () => {
  const [first, second, , month] = [0, 1, 2, 3].map((at) => () => linesOf(exported.folder)[at]!) as [
    () => Line,
    () => Line,
    () => Line,
    () => Line,
  ];

  test.each<[string, () => (object | string)[]]>([
    ['another organisation’s key', () => [{ ...first(), key: first().key.replace(/^1/, '11') }]],
    ['a key that leads out', () => [{ ...first(), key: '1/uploads/../../11/uploads/x' }]],
    ['an absolute key', () => [{ ...first(), key: '/1/uploads/x' }]],
    ['a key of how this module works', () => [{ ...first(), key: `control/1/closed/all` }]],
    ['what a client sent', () => [{ ...first(), key: `incoming/1/AAAAAAAAAAAAAAAAAAAAAA` }]],
    ['a lone surrogate', () => [{ ...first(), key: '1/uploads/\ud800' }]],
    ['the same key twice', () => [first(), first()]],
    ['keys that are not in order', () => [second(), first()]],
    ['a month before files', () => [month(), first()]],
    ['a path that leads out', () => [{ ...first(), path: 'files/../../x' }]],
    ['an absolute path', () => [{ ...first(), path: '/etc/hostname' }]],
    ['a path of the export itself', () => [{ ...first(), path: 'export.json' }]],
    ['no hash', () => [{ ...first(), sha256: '' }]],
    ['a size below nothing', () => [{ ...first(), size: -1 }]],
    ['metadata that would be another header', () => [{ ...first(), metadata: { 'a\r\nx-amz-acl': 'public-read' } }]],
    ['a value that would be another header', () => [{ ...first(), metadata: { a: 'b\r\nx-amz-acl: public-read' } }]],
    [
      'a type that would be another header',
      () => [first(), { ...second(), contentType: 'a/b\r\nx-amz-acl: public-read' }],
    ],
    ['a type that no header can have', () => [first(), { ...second(), contentType: 'a/\u2028' }]],
    ['one name twice', () => [first(), { ...second(), metadata: { 'write-id': 'a', 'Write-Id': 'b' } }]],
    ['no JSON', () => ['{']],
    ['null', () => ['null']],
    ['a list', () => ['[]']],
  ])('%s is refused, and nothing is written', async (_what, lines) => {
    const at = altered([...lines()]);
    expect(await callIn(fresh, 'import', '--org', '1', '--from', at)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/refused/),
    });
    expect(await keysIn(fresh)).toEqual([]);
  });

  test('one that was altered behind its summary is refused, wherever it was', async () => {
    const at = altered(linesOf(exported.folder));
    appendFileSync(
      join(at, 'manifest.jsonl'),
      `${JSON.stringify({ ...month(), key: 'audit-archive/1/2027/01.jsonl.gz' })}\n`,
    );
    expect(await callIn(fresh, 'import', '--org', '1', '--from', at)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/was altered/),
    });
    expect(
      await callIn(
        fresh,
        'import',
        '--org',
        '1',
        '--from',
        altered(linesOf(exported.folder), { finishedAt: undefined, type: 'x' }),
      ),
    ).toMatchObject({ status: 2 });
    expect(await keysIn(fresh)).toEqual([]);
  });
});

let fresh = '';
beforeAll(async () => {
  fresh = await newBucket();
});

test('nothing is imported where the organisation is being erased', async () => {
  const bucket = await newBucket();
  await storage.raw.send(
    new PutObjectCommand({ Bucket: bucket, Key: layout.closure(one, { scope: 'all' }), Body: '{}' }),
  );
  expect(await callIn(bucket, 'import', '--org', '1', '--from', exported.folder)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/being erased/),
  });
});

test('a file whose bytes were coming when an erasure began is not imported', async () => {
  const Bucket = await newBucket();
  const store = (await files.start({ bucket: Bucket })).get(ObjectStore, { strict: false });
  const source = new FolderSource(exported.folder);
  const closing = {
    names: () => source.names(),
    close: () => source.close(),
    async open(path: string) {
      const found = await source.open(path);
      if (!path.startsWith('files/') || !found) return found;
      async function* slow() {
        yield* found!.bytes;
        await storage.raw.send(
          new PutObjectCommand({ Bucket, Key: layout.closure(one, { scope: scopeId('all') }), Body: '{}' }),
        );
        const { now } = Date;
        jest.spyOn(Date, 'now').mockImplementation(() => now() + closuresFreshMs);
      }
      return { ...found, bytes: slow() };
    },
  };
  await expect(importExport(closing, store, { org: one })).rejects.toMatchObject({ code: 'org_frozen' });
  expect((await keysIn(Bucket)).filter((key) => !key.startsWith('control/'))).toEqual([]);
});

test('months come back with their seals, written once, and their chain can be verified there', async () => {
  const [from, bucket, at] = [await newBucket(), await newBucket(), folder()];
  const { privateKey, publicKey } = newKeyPair();
  const module = await files.start({ bucket: from, audit: { signers: [privateKey] } });
  for (const month of [1, 2])
    await module.get(AuditArchiveService).append(one, { year: 2026, month }, [{ n: month }], { by });
  const { seal } = await module.get(AuditArchiveService).lastSeal(one);
  await callIn(from, 'export', '--org', '1', '--to', at);
  storage.s3.faults.add({ operation: 'PutObject', key: /02\.jsonl/, action: 'refuse' });
  expect(await callIn(bucket, 'import', '--org', '1', '--from', at)).toMatchObject({ status: 2 });
  storage.s3.faults.clear();
  expect(await callIn(bucket, 'import', '--org', '1', '--from', at)).toMatchObject({ status: 0 });
  const key = join(at, '../officer.pem');
  writeFileSync(key, publicKey);
  const line = [
    'audit',
    'verify',
    '--org',
    '1',
    '--from',
    '2026-01',
    '--to',
    '2026-02',
    '--public-key',
    key,
    '--head',
    seal,
  ];
  expect(await callIn(bucket, ...line)).toMatchObject({ status: 0, out: expect.stringMatching(/Intact/) });
  const there = await files.start({ bucket, audit: { signers: [privateKey] } });
  await expect(there.get(AuditArchiveService).lastSeal(one)).resolves.toMatchObject({ seal });
  await expect(there.get(AuditArchiveService).append(one, { year: 2026, month: 2 }, [])).rejects.toMatchObject({
    code: 'already_exists',
  });
});
