import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../../test/command.kit.js';
import { hasTool, inFolder, startExports, withoutTime } from '../../../test/export.kit.js';
import { testWith } from '../../../test/needs.js';

const { storage, root, env, next, folder, call, inPlace, close } = await startExports();
const plain = folder();
beforeAll(async () => expect(await call('export', '--org', '1', '--to', plain)).toMatchObject({ status: 0 }));
afterEach(() => storage.s3.faults.clear());
afterAll(close);

describe('a ZIP file', () => {
  testWith('unzip and sha256sum', hasTool('unzip', 'sha256sum'))(
    'has what the folder has, and the system’s tools open it',
    async () => {
      const [to, out] = [`${folder()}.zip`, folder()];
      const { status, err } = await call('export', '--org', '1', '--to', to);
      expect([status, err]).toEqual([0, expect.stringMatching(/begins anew/)]);
      expect(execFileSync('unzip', ['-tq', to], { encoding: 'utf8' })).toMatch(/No errors/);
      execFileSync('unzip', ['-q', to, '-d', out], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
      expect(withoutTime(inFolder(out))).toEqual(withoutTime(inFolder(plain)));
      expect(execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' })).toBe('');
      expect(await call('export', 'verify', to)).toMatchObject({ status: 0, out: 'Whole: 4 files of organisation 1.' });
      expect(await call('export', 'verify', out)).toMatchObject({ status: 0 });
      expect(await call('export', '--org', '1', '--to', to)).toMatchObject({
        status: 2,
        err: expect.stringMatching(/never written over/),
      });
    },
  );

  test('one that was interrupted leaves nothing, and what another export writes is left alone', async () => {
    const to = `${folder()}.zip`;
    storage.s3.faults.add({ operation: 'GetObject', key: /audit-archive/, action: 'refuse' });
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 2 });
    expect(readdirSync(root).filter((name) => join(root, name).startsWith(to))).toEqual([]);
    storage.s3.faults.clear();
    writeFileSync(`${to}.part`, 'of another process');
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/remove it/),
    });
    expect(readFileSync(`${to}.part`, 'utf8')).toBe('of another process');
  });

  test('verify finds what was cut off and what was altered', async () => {
    const to = `${folder()}.zip`;
    await call('export', '--org', '1', '--to', to);
    const bytes = readFileSync(to);
    writeFileSync(to, bytes.subarray(0, bytes.length - 30));
    expect(await call('export', 'verify', to)).toMatchObject({ status: 1, out: expect.stringMatching(/cut short/) });
    bytes[bytes.indexOf('%PDF') + 1] = 0;
    writeFileSync(to, bytes);
    expect(await call('export', 'verify', to)).toMatchObject({
      status: 1,
      out: expect.stringMatching(/pdf was altered/),
    });
  });
});

describe('a place in another bucket', () => {
  const other = 'clinic-leaves';
  beforeAll(() => storage.raw.send(new CreateBucketCommand({ Bucket: other })));
  const place = () => `s3://${other}/${next()}`;
  const operations = (bucket: string) =>
    storage.s3.requests
      .list()
      .filter((each) => each.bucket === bucket)
      .map(({ operation }) => operation);

  test.each([
    ['copied by the store', {}, 'CopyObject', 'GetObject'],
    // As of a store that is reached by another name.
    [
      'sent through here',
      { endpoint: storage.s3.endpoint.replace('127.0.0.1', 'localhost') },
      'PutObject',
      'CopyObject',
    ],
  ])('has what the folder has, %s', async (_how, { endpoint }: { endpoint?: string }, used, unused) => {
    const to = place();
    storage.s3.requests.clear();
    const flags = endpoint ? ['--to-endpoint', endpoint] : [];
    expect(await call('export', '--org', '1', '--to', to, ...flags)).toMatchObject({ status: 0 });
    expect(operations(other)).toContain(used);
    expect([...operations(storage.bucket), ...operations(other).filter((name) => name !== 'GetObject')]).not.toContain(
      unused,
    );
    const found = await inPlace(other, `${to.split('/').at(-1)}/`);
    expect(withoutTime(found)).toEqual(withoutTime(inFolder(plain)));
    expect(await call('export', 'verify', to, ...flags)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/4 files of organisation 1/),
    });
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/finished/),
    });
  });

  test('one that was interrupted goes on, and is the same in the end', async () => {
    const to = place();
    const prefix = `${to.split('/').at(-1)}/`;
    for (const [operation, key] of [
      ['CopyObject', /report/],
      ['CopyObject', /audit-archive/],
      ['PutObject', /manifest/],
      ['PutObject', /SHA256/],
      ['DeleteObject', /progress.00000002/],
      ['PutObject', /export.json/],
    ] as const) {
      storage.s3.faults.add({ operation, key, action: 'refuse' });
      if (operation === 'CopyObject') storage.s3.faults.add({ operation: 'GetObject', key, action: 'refuse' });
      expect({ key, ...(await call('export', '--org', '1', '--to', to)) }).toMatchObject({ status: 2 });
      storage.s3.faults.clear();
      expect(await call('export', 'verify', to)).toMatchObject({ status: 1 });
      if (String(key) !== String(/export.json/)) continue;
      // It died between its end and the word of it.
      await storage.raw.send(new DeleteObjectCommand({ Bucket: other, Key: `${prefix}SHA256SUMS` }));
    }
    expect(await call('export', '--org', '11', '--to', to)).toMatchObject({ status: 2 });
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 0 });
    expect(withoutTime(await inPlace(other, prefix))).toEqual(withoutTime(inFolder(plain)));
    expect(await call('export', 'verify', to)).toMatchObject({ status: 0 });
  });

  test('what one that was interrupted has listed is listed once, and not copied again', async () => {
    const to = place();
    const prefix = `${to.split('/').at(-1)}/`;
    for (const operation of ['CopyObject', 'GetObject'])
      storage.s3.faults.add({ operation, key: /audit-archive/, action: 'refuse' });
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 2 });
    storage.s3.faults.clear();
    storage.s3.requests.clear();
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 0 });
    expect(operations(other).filter((name) => name === 'CopyObject')).toHaveLength(1);
    expect(withoutTime(await inPlace(other, prefix))).toEqual(withoutTime(inFolder(plain)));
  });

  test('where the store does not copy for these credentials, the bytes come through here', async () => {
    const to = place();
    storage.s3.faults.add({ operation: 'CopyObject', action: 'refuse' });
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 0 });
    expect(await call('export', 'verify', to)).toMatchObject({ status: 0 });
  });

  test.each<[string, (prefix: string) => Promise<unknown>, RegExp]>([
    [
      'an altered file',
      (prefix) =>
        storage.raw.send(
          new PutObjectCommand({ Bucket: other, Key: `${prefix}audit-archive/1/2026/01.jsonl.gz`, Body: 'x' }),
        ),
      /01\.jsonl\.gz was altered/,
    ],
    [
      'one more',
      (prefix) => storage.raw.send(new PutObjectCommand({ Bucket: other, Key: `${prefix}files/x`, Body: 'x' })),
      /not in the manifest/,
    ],
    [
      'other sums',
      (prefix) => storage.raw.send(new PutObjectCommand({ Bucket: other, Key: `${prefix}SHA256SUMS`, Body: 'x' })),
      /SHA256SUMS was altered/,
    ],
  ])('verify finds %s', async (_what, alter, message) => {
    const to = place();
    await call('export', '--org', '1', '--to', to);
    await alter(`${to.split('/').at(-1)}/`);
    expect(await call('export', 'verify', to)).toMatchObject({ status: 1, out: expect.stringMatching(message) });
  });

  test.each([
    [`s3://${storage.bucket}/x`, /bucket that it comes from/],
    [`s3://${other}/control/x`, /no place/],
    [`s3://${other}/../x`, /no place/],
    ['s3://', /no place/],
  ])('%s is refused', async (to, message) => {
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({
      status: 2,
      err: expect.stringMatching(message),
    });
  });

  test('what lies there already is left alone', async () => {
    const to = place();
    const Key = `${to.split('/').at(-1)}/mine`;
    await storage.raw.send(new PutObjectCommand({ Bucket: other, Key, Body: 'mine' }));
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/another export/),
    });
    expect(Object.keys(await inPlace(other, `${to.split('/').at(-1)}/`))).toEqual(['mine']);
  });
});

test('a read that breaks off goes on where it was', async () => {
  const to = `${folder()}.zip`;
  storage.s3.faults.add({ operation: 'GetObject', key: /audit-archive/, action: { cutAfterBytes: 20 } });
  expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 0 });
  expect(existsSync(to)).toBe(true);
  expect(await call('export', 'verify', to)).toMatchObject({ status: 0 });
});

test('a bucket without versions or object lock says before what is not promised', async () => {
  const Bucket = 'plain-bucket';
  await storage.raw.send(new CreateBucketCommand({ Bucket }));
  const { err } = await command(['export', '--org', '1', '--to', folder()], { env: { ...env, S3_BUCKET: Bucket } });
  expect(err).toMatch(/keeps no versions.*\n.*no object lock/);
});
