import { CreateBucketCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, envOf } from '../../../test/command.kit.js';
import { by, eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { formUpload } from '../../kinds/form-upload.js';
import { moveFrom, moveTo } from '../../org/move/move-sides.js';
import { moveOrg } from '../../org/move/move.js';
import { Holds } from '../../org/holds/holds.js';
import { createS3Client } from '../../store/client/s3-client.js';
import { Arguments } from '../arguments.js';
import { otherSettings, settingsFrom } from '../inputs.js';

/*
 * Where each organisation has a key of its own, its files have that key wherever these commands take them.
 */
const arn = (name: string) => `arn:aws:kms:us-east-1:000000000000:key/${name}`;
const keys = { '1': arn('of-1'), '11': arn('of-11') };
const there = arn('there');
const kmsKeys = Object.fromEntries([...Object.values(keys), there].map((key) => [key, {}]));
const encryption = { kmsKeyOf: (org: string) => arn(`of-${org}`) };
const { module, form, storage, close } = await startOrgFiles({ embedded: { kmsKeys }, storage: { encryption } });
const { raw, s3, bucket } = storage;
const root = mkdtempSync(join(tmpdir(), 'keys-'));
writeFileSync(join(root, 'keys.json'), JSON.stringify(keys));
const env = {
  ...envOf(storage),
  S3_ENCRYPTION: 'aws:kms',
  S3_KMS_KEYS: join(root, 'keys.json'),
};
const elsewhere = ['--to-endpoint', s3.endpoint.replace('127.0.0.1', 'localhost')];

beforeAll(async () => {
  for (const org of [one, eleven]) {
    const { place } = await form(org, 1, 'a.pdf');
    await module.get(Holds).hold(formUpload, org, { ...place }, { reason: 'r', by });
  }
  // Goes in parts wherever it goes through here.
  await raw.send(
    new PutObjectCommand({
      ...{ Bucket: bucket, Key: '11/uploads/large', Body: Buffer.alloc(5 * 1024 * 1024 + 1) },
      ...{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keys['11'] },
    }),
  );
});
afterEach(() => s3.faults.clear());
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await close();
});

let count = 0;
async function newBucket(): Promise<string> {
  const Bucket = `other-${++count}`;
  await raw.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}
const call = (line: string[], more: object = {}) => command(line, { env: { ...env, ...more } });

/** The keys that objects have, apart from holds, which are read when the organisation's is gone. */
async function keysIn(Bucket: string) {
  const { Contents = [] } = await raw.send(new ListObjectsV2Command({ Bucket }));
  const found = await Promise.all(
    Contents.map(async ({ Key = '' }) => {
      const { SSEKMSKeyId, ServerSideEncryption } = await raw.send(new HeadObjectCommand({ Bucket, Key }));
      return [Key.startsWith('control/') ? 'hold' : 'file', SSEKMSKeyId ?? ServerSideEncryption].join(' ');
    }),
  );
  return [...new Set(found)].sort();
}

test.each([
  ['by the store', [], keys],
  ['through here', elsewhere, keys],
  ['to a store that is named', ['--to-store', 'aws'], keys],
  ['to a key that is given', ['--to-kms-key', there], { '1': there, '11': there }],
])('a move %s', async (_how, flags, expected) => {
  for (const org of ['1', '11'] as const) {
    const to = await newBucket();
    expect(await call(['move', '--org', org, '--to-bucket', to, ...flags])).toMatchObject({ status: 0 });
    expect(await keysIn(to)).toEqual([`file ${expected[org]}`, 'hold AES256']);
  }
});

test('a move in parts', async () => {
  const to = await newBucket();
  const args = new Arguments([], env);
  const [here, other] = [settingsFrom(args, env), otherSettings(args, env, to)];
  const [from, target] = [moveFrom(here, createS3Client(here)), moveTo(other, bucket)];
  const parts = { above: 5 * 1024 * 1024, part: 5 * 1024 * 1024 };
  expect(await moveOrg(from, target, { org: eleven, parts })).toMatchObject({ differences: 0 });
  expect(s3.requests.list().some(({ operation }) => operation === 'UploadPartCopy')).toBe(true);
  expect(await keysIn(to)).toEqual([`file ${keys['11']}`, 'hold AES256']);
  for (const side of [from, target]) side.client.destroy();
});

test.each([
  ['by the store', []],
  ['through here', elsewhere],
  ['to a store that is named', ['--to-store', 'aws']],
])('an export to a place in another bucket %s, and its import', async (_how, flags) => {
  for (const org of ['1', '11'] as const) {
    const [to, back] = [await newBucket(), await newBucket()];
    expect(await call(['export', '--org', org, '--to', `s3://${to}/leaves`, ...flags])).toMatchObject({ status: 0 });
    expect(await keysIn(to)).toEqual([`file ${keys[org]}`]);
    const from = ['import', '--org', org, '--from', `s3://${to}/leaves`, ...flags];
    expect(await call(from, { S3_BUCKET: back })).toMatchObject({ status: 0 });
    expect(await keysIn(back)).toEqual([`file ${keys[org]}`]);
  }
});

test('to another kind of store no file goes without a key unless that is said; reading needs none', async () => {
  const [to, leaves, back] = [await newBucket(), await newBucket(), await newBucket()];
  const ceph = ['--to-store', 'ceph'];
  const lines = [
    ['move', '--org', '1', '--to-bucket', to],
    ['export', '--org', '1', '--to', `s3://${leaves}/leaves`],
  ];
  for (const line of lines) {
    expect(await call([...line, ...ceph])).toMatchObject({
      status: 2,
      err: expect.stringMatching(/give --to-kms-key, or --encryption AES256/),
    });
  }
  expect([await keysIn(to), await keysIn(leaves)]).toEqual([['hold AES256'], []]);
  for (const line of lines) {
    expect(await call([...line, ...ceph, '--encryption', 'AES256'])).toMatchObject({ status: 0 });
  }
  expect(await call(['move', '--org', '1', '--to-bucket', to, '--verify-only', ...ceph])).toMatchObject({ status: 0 });
  const from = ['import', '--org', '1', '--from', `s3://${leaves}/leaves`, ...ceph];
  expect(await call(from, { S3_BUCKET: back })).toMatchObject({ status: 0 });
  expect(await keysIn(back)).toEqual([`file ${keys['1']}`]);
});
