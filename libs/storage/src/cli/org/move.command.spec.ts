import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { startExports } from '../../../test/export.kit.js';
import { by, eleven, one } from '../../../test/file-kits/org-files.kit.js';
import { keptStatesIn } from '../../../test/kept-states.kit.js';
import { layout } from '../../keys/layout.js';
import { parseFileName } from '../../keys/file-name.js';
import { parseOrgId } from '../../keys/org-id.js';
import { formUpload } from '../../kinds/form-upload.js';
import { moveFrom, moveTo } from '../../org/move/move-sides.js';
import { moveOrg } from '../../org/move/move.js';
import { Holds } from '../../org/holds/holds.js';
import { createS3Client } from '../../store/client/s3-client.js';

const { files, storage, settingsOf, newBucket, keysIn, folder, call, callIn, inPlace, close } = await startExports();
const { bucket, raw, s3 } = storage;
afterEach(() => s3.faults.clear());
afterAll(close);

const described = async (Bucket: string, Key: string) => {
  const { ContentType, ContentLength, Metadata } = await raw.send(new HeadObjectCommand({ Bucket, Key }));
  return { ContentType, ContentLength, Metadata };
};
const move = (to: string, ...more: string[]) => call('move', '--org', '1', '--to-bucket', to, ...more);
/** Of an organisation that has one file alone. */
const five = parseOrgId('5');
const moveOne = (to: string, ...more: string[]) => call('move', '--org', five, '--to-bucket', to, ...more);
const operations = (name: string) =>
  s3.requests.list().flatMap(({ bucket, operation }) => (bucket === name ? [operation] : []));
const elsewhere = ['--to-endpoint', s3.endpoint.replace('127.0.0.1', 'localhost')];

/** What lies in the bucket at first. */
let original: Record<string, string> = {};
beforeAll(async () => {
  original = await inPlace(bucket, '');
});
const mine = (keys: string[]) => keys.filter((key) => /^(1|audit-archive\/1)\//.test(key));

test.each([
  ['by the store, on condition', [], ['CopyObject'], ['PutObject']],
  // The policy of the bucket demands of months a condition that this store is said not to know for copies: they are sent.
  ['by a store that knows fewer conditions', ['--store', 'ceph'], ['CopyObject', 'PutObject'], []],
  ['through here, where it is another store', elsewhere, ['PutObject'], ['CopyObject']],
])('what is current is in the new bucket as it was, copied %s', async (_how, flags, used, unused) => {
  const to = await newBucket();
  const before = await keptStatesIn(raw, bucket);
  s3.requests.clear();
  const { status, out, err } = await move(to, ...flags);
  expect([status, err]).toEqual([0, expect.stringMatching(/no object lock/)]);
  expect(out).toMatch(/4 the same, 4 of them copied now \(\d+ bytes\), 0 differences/);
  expect(out).toMatch(/Nothing was removed from tenant-files/);
  // What locks here is asked for where it could lock there.
  expect(operations(bucket)).not.toContain('GetObjectLockConfiguration');
  expect(operations(to)).toEqual(expect.arrayContaining(used));
  expect(unused.filter((name) => operations(to).includes(name))).toEqual([]);
  const keys = mine(Object.keys(original));
  expect(await keysIn(to)).toEqual(keys);
  for (const key of keys) expect(await described(to, key)).toEqual(await described(bucket, key));
  expect(await inPlace(to, '')).toEqual(Object.fromEntries(keys.map((key) => [key, original[key]])));
  expect(await keptStatesIn(raw, bucket)).toEqual(before);

  s3.requests.clear();
  expect(await move(to, '--verify-only', ...flags)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/4 the same/),
  });
  expect(operations(to).filter((name) => /Put|Copy|Create|Delete/.test(name ?? ''))).toEqual([]);
  expect(await move(to, ...flags)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/4 the same, 0 of them copied/),
  });
});

test('one that was interrupted goes on', async () => {
  const to = await newBucket();
  for (const [at, key] of [/con/, /REPORT/, /report/, /audit-archive/].entries()) {
    for (const operation of ['CopyObject', 'PutObject']) s3.faults.add({ operation, key, action: 'refuse' });
    expect(await move(to)).toMatchObject({ status: 2 });
    s3.faults.clear();
    expect(await keysIn(to)).toHaveLength(at);
  }
  expect(await move(to)).toMatchObject({ status: 0, out: expect.stringMatching(/4 the same, 1 of them copied/) });
  expect(await move(to, '--verify-only')).toMatchObject({ status: 0 });
});

test('nothing that is there is overwritten, and every difference is named', async () => {
  const to = await newBucket();
  const [first = '', second = '', third = ''] = mine(await keysIn(bucket));
  await raw.send(new PutObjectCommand({ Bucket: to, Key: first, Body: 'mine' }));
  const Key = '1/documents/1/patient.pdf';
  await raw.send(new PutObjectCommand({ Bucket: to, Key, Body: 'more' }));
  expect(await move(to)).toMatchObject({
    status: 1,
    out: expect.stringMatching(
      /ONLY THERE 1\/documents\/1\/patient\.pdf\nDIFFERS .*con.*\n.*3 the same.*2 differences/,
    ),
  });
  expect((await inPlace(to, first))['']).toBe(Buffer.from('mine').toString('base64'));
  await raw.send(new DeleteObjectCommand({ Bucket: to, Key: second }));
  const same = await described(bucket, third);
  const Body = Buffer.alloc(same.ContentLength ?? 0, 'x');
  await raw.send(
    new PutObjectCommand({ Bucket: to, Key: third, Body, ContentType: same.ContentType, Metadata: same.Metadata }),
  );
  const { status, out } = await move(to, '--verify-only');
  expect([status, out.split('\n').map((line) => line.split(' ')[0])]).toEqual([
    1,
    ['ONLY', 'DIFFERS', 'MISSING', 'DIFFERS', `${to}:`],
  ]);
});

test('the copy is of what was looked at: a file that is replaced meanwhile is copied as it is then', async () => {
  const to = await newBucket();
  const { place } = await files.form(five, 1, 'zz changed.pdf');
  const key = layout.formUpload(five, { ...place, fileName: parseFileName('zz changed.pdf').key });
  s3.faults.add({
    operation: 'CopyObject',
    key,
    before: async () => void (await files.form(five, 2, 'zz changed.pdf')),
  });
  s3.requests.clear();
  expect(await moveOne(to)).toMatchObject({ status: 0, out: expect.stringMatching(/1 of them copied/) });
  const copies = s3.requests.list().filter((each) => each.operation === 'CopyObject' && each.key === key);
  expect(copies.map(({ status }) => status)).toEqual([412, 200]);
  expect(await inPlace(to, key)).toEqual(await inPlace(bucket, key));
  expect(await moveOne(to, '--verify-only')).toMatchObject({ status: 0 });
  await files.forms.delete(five, place);
});

test('a file that is another one at every look ends the move with an error, and is not tried for ever', async () => {
  const to = await newBucket();
  const { place } = await files.form(five, 1, 'zz restless.pdf');
  const key = layout.formUpload(five, { ...place, fileName: parseFileName('zz restless.pdf').key });
  let looks = 0;
  const before = async () => void (await files.form(five, 1 + (++looks % 2), 'zz restless.pdf'));
  s3.faults.add({ operation: 'CopyObject', key, before, times: 50 });
  expect((await moveOne(to)).status).not.toBe(0);
  expect(looks).toBeLessThan(18);
  s3.faults.clear();
  expect(await moveOne(to)).toMatchObject({ status: 0 });
  expect(await inPlace(to, key)).toEqual(await inPlace(bucket, key));
  await files.forms.delete(five, place);
});

test('what arrives is compared with what was sent', async () => {
  const to = await newBucket();
  const [key = ''] = mine(await keysIn(bucket));
  let looks = 0;
  const alter = async () => {
    // Three tell the buckets apart; then here, there, and what has arrived.
    if (++looks === 6) await raw.send(new PutObjectCommand({ Bucket: to, Key: key, Body: 'other' }));
  };
  s3.faults.add({ operation: 'HeadObject', key, before: alter, times: 6 });
  expect(await move(to, ...elsewhere)).toMatchObject({ status: 1, out: expect.stringMatching(/^DIFFERS .*con/) });
});

test('what is large is copied in parts, and is the same', async () => {
  const to = await newBucket();
  const Key = '5/uploads/large';
  const Metadata = { 'file-name': 'large.bin' };
  const Body = Buffer.alloc(5 * 1024 * 1024 + 1, 'abc');
  await raw.send(new PutObjectCommand({ Bucket: bucket, Key, Body, Metadata, ContentType: 'application/x' }));
  const from = moveFrom(settingsOf(bucket), createS3Client(settingsOf(bucket)));
  const target = moveTo(settingsOf(to), bucket);
  const parts = { above: 5 * 1024 * 1024, part: 5 * 1024 * 1024 };
  s3.faults.add({ operation: 'UploadPartCopy', action: 'refuse' });
  s3.requests.clear();
  // The store refuses one part: the upload is given up, and the bytes come through here.
  expect(await moveOrg(from, target, { org: five, parts })).toMatchObject({ copied: 1, differences: 0 });
  expect(operations(to)).toEqual(expect.arrayContaining(['AbortMultipartUpload', 'UploadPart']));
  const again = await newBucket();
  const other = moveTo(settingsOf(again), bucket);
  expect(await moveOrg(from, other, { org: five, parts })).toMatchObject({ copied: 1, differences: 0 });
  expect(operations(again).filter((name) => name === 'UploadPartCopy')).toHaveLength(2);
  expect(await described(again, Key)).toEqual(await described(bucket, Key));
  expect(await moveOrg(from, other, { org: five, verifyOnly: true })).toMatchObject({ same: 1, differences: 0 });
  for (const side of [from, target, other]) side.client.destroy();
  await raw.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
});

test('one that is stopped leaves no upload open, whenever it is', async () => {
  const Key = '5/uploads/stopped';
  await raw.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.alloc(5 * 1024 * 1024 + 1) }));
  const parts = { above: 5 * 1024 * 1024, part: 5 * 1024 * 1024 };
  const steps = [
    ...['CreateMultipartUpload', 'UploadPartCopy', 'CompleteMultipartUpload'].map((operation) => ({
      operation,
      here: true,
    })),
    ...['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'].map((operation) => ({
      operation,
      here: false,
    })),
  ];
  for (const { operation, here } of steps) {
    const to = await newBucket();
    const settings = !here ? { ...settingsOf(to), endpoint: elsewhere[1]! } : settingsOf(to);
    const [from, target] = [moveFrom(settingsOf(bucket), createS3Client(settingsOf(bucket))), moveTo(settings, bucket)];
    const stop = new AbortController();
    s3.faults.add({ operation, key: Key, before: () => stop.abort() });
    await expect(moveOrg(from, target, { org: five, parts, signal: stop.signal })).rejects.toBeDefined();
    const { Uploads = [] } = await raw.send(new ListMultipartUploadsCommand({ Bucket: to }));
    expect([operation, Uploads]).toEqual([operation, []]);
    for (const side of [from, target]) side.client.destroy();
  }
  await raw.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
});

test('holds come first and hold there too, by the store where it can', async () => {
  const to = await newBucket({ objectLock: true });
  const holds = files.module.get(Holds);
  const { place, key } = await files.form(five, 1, 'held.pdf');
  const { id } = await holds.hold(formUpload, five, { ...place }, { reason: 'A court', by });
  expect(await moveOne(to)).toMatchObject({ status: 0 });
  expect((await keysIn(to)).filter((each) => each.startsWith('control/5/holds/'))).toHaveLength(1);
  const held = async (Key: string) =>
    (await raw.send(new GetObjectLegalHoldCommand({ Bucket: to, Key }))).LegalHold?.Status;
  expect(await held(key)).toBe('ON');
  const module = await files.start({ bucket: to });
  await expect(module.get(Holds).holds(five).next()).resolves.toMatchObject({ value: { id } });
  await holds.release(five, id, { by });
  await files.forms.delete(five, place);
});

test('an archived month is kept there as long as here, where both stores can', async () => {
  const [here, to] = [await newBucket({ objectLock: true }), await newBucket({ objectLock: true })];
  const until = new Date(Date.now() + 86_400_000);
  until.setMilliseconds(0);
  const Key = 'audit-archive/1/2026/02.jsonl.gz';
  const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: until } as const;
  await raw.send(
    new PutObjectCommand({ Bucket: here, Key, Body: 'month', IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256', ...lock }),
  );
  expect(await callIn(here, 'move', '--org', '1', '--to-bucket', to)).toMatchObject({ status: 0 });
  const { Retention } = await raw.send(new GetObjectRetentionCommand({ Bucket: to, Key }));
  expect(Retention).toEqual({ Mode: 'GOVERNANCE', RetainUntilDate: until });
});

test('an organisation that is being erased is not moved, and no other one ever is', async () => {
  const to = await newBucket();
  const Key = layout.closure(one, { scope: 'all' });
  await raw.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '{}' }));
  expect(await move(to)).toMatchObject({ status: 2, err: expect.stringMatching(/being erased/) });
  expect(await keysIn(to)).toEqual([]);
  await raw.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  expect(await call('move', '--org', '11', '--to-bucket', to)).toMatchObject({ status: 0 });
  expect((await keysIn(to)).filter((key) => !/^(11|audit-archive\/11)\//.test(key))).toEqual([]);
  expect(eleven).toBe('11');
});

test.each<[string, string, string[], unknown[]]>([
  ['copies, and nothing more is copied', 'CopyObject', [], [expect.stringMatching(/con/)]],
  ['sends its bytes, and it is not stored', 'GetObject', elsewhere, []],
])('an erasure that begins while a move %s', async (_how, operation, flags, moved) => {
  const to = await newBucket();
  const Key = layout.closure(one, { scope: 'all' });
  const before = async () => void (await raw.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '{}' })));
  s3.faults.add({ operation, key: /con/, before });
  expect(await move(to, ...flags)).toMatchObject({ status: 2, err: expect.stringMatching(/being erased/) });
  expect(await keysIn(to)).toEqual(moved);
  await raw.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
});

test('what lies under keys of others’ making is named, so that nobody erases it as moved', async () => {
  const to = await newBucket();
  const keys = ['1/uploads/\u001b[2J', '1/uploads/con'];
  for (const Key of keys) await raw.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'letter' }));
  for (const flags of [[], ['--verify-only']]) {
    const { status, out } = await move(to, ...flags);
    expect([status, out]).toEqual([
      1,
      expect.stringMatching(
        /^CANNOT BE MOVED 1\/uploads\/\\u\{001b\}\[2J\nCANNOT BE MOVED 1\/uploads\/con\n.*4 the same.*2 differences/,
      ),
    ]);
  }
  expect(await call('export', '--org', '1', '--to', folder())).toMatchObject({
    status: 0,
    out: expect.stringMatching(
      /Not included: 2 objects under keys that this module does not make, as 1\/uploads\/\\u\{001b\}\[2J$/,
    ),
  });
  for (const Key of keys) await raw.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
});

test.each<[string, string[], RegExp]>([
  ['the same bucket', ['--to-bucket', bucket], /bucket that the files are in/],
  ['no bucket', [], /--to-bucket is missing/],
  ['a name that is none', ['--to-bucket', 'A'], /bucket must be/],
])('%s is refused', async (_what, flags, message) => {
  expect(await call('move', '--org', '1', ...flags)).toMatchObject({ status: 2, err: expect.stringMatching(message) });
});
