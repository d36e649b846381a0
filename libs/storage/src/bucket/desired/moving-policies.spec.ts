import { GetObjectLegalHoldCommand, GetObjectRetentionCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { command, envOf } from '../../../test/command.kit.js';
import { startExports } from '../../../test/export.kit.js';
import { by, eleven, one } from '../../../test/file-kits/org-files.kit.js';
import { formUpload } from '../../kinds/form-upload.js';
import { Holds } from '../../org/holds/holds.js';
import type { PolicyDocument } from './policy-document.js';

/*
 * What `policy` prints for who imports and moves is enough for these commands, and without any one statement they fail.
 */
const [bucket, imported, moved] = ['tenant-files', 'clinic-imported', 'clinic-moved'];
const printed = async (...line: string[]): Promise<PolicyDocument> =>
  JSON.parse((await command(['policy', ...line])).out) as PolicyDocument;
const importing = await printed('iam-import', '--bucket', imported, '--retention-days', '30');
const moving = await printed('iam-move', '--bucket', bucket, '--to-bucket', moved);

const sidsOf = ({ Statement }: PolicyDocument) => Statement.map(({ Sid = '' }) => Sid);
const without = ({ Statement, ...rest }: PolicyDocument, sid: string) => ({
  ...{ ...rest, Statement: Statement.filter(({ Sid }) => Sid !== sid) },
});
const user = (name: string, policy: object) => ({
  name,
  accessKeyId: `AKIA${name}`,
  secretAccessKey: 'secret',
  policy,
});
const lacking = (what: string, policy: PolicyDocument) =>
  sidsOf(policy).map((sid) => user(`${what}without${sid}`, without(policy, sid)));

const { files, storage, newBucket, folder, keysIn, call, inPlace, close } = await startExports({
  embedded: {
    users: [
      ...[user('import', importing), user('move', moving)],
      ...[...lacking('import', importing), ...lacking('move', moving)],
    ],
  },
  storage: { bucketRules: { objectLock: true } },
});
const { raw } = storage;
const exported = folder();
const as = (name: string, Bucket: string, ...line: string[]) =>
  command(line, {
    env: { ...envOf(storage), S3_BUCKET: Bucket, S3_ACCESS_KEY_ID: `AKIA${name}`, S3_SECRET_ACCESS_KEY: 'secret' },
  });
const month = { Key: 'audit-archive/1/2025/12.jsonl.gz', Body: 'month' };
const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 86_400_000);
let held = '';

beforeAll(async () => {
  for (const name of [imported, moved]) await newBucket({ name, objectLock: true });
  for (const to of [exported, `${exported}-11`]) {
    expect(await call('export', '--org', to === exported ? '1' : '11', '--to', to)).toMatchObject({ status: 0 });
  }
  const { place, key } = await files.form(one, 1, 'held.pdf');
  held = key;
  await files.module.get(Holds).hold(formUpload, one, { ...place }, { reason: 'A court', by });
  const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: until } as const;
  const sums = { IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256' } as const;
  await raw.send(new PutObjectCommand({ Bucket: bucket, ...month, ...sums, ...lock }));
});
afterAll(close);

const refused = { status: 2, err: expect.stringMatching(/refused/) };

describe('import', () => {
  const line = ['import', '--from', exported, '--retention-days', '30', '--org'];

  test.each(sidsOf(importing))('fails without %s', async (sid) => {
    expect(await as(`importwithout${sid}`, imported, ...line, '1')).toMatchObject(refused);
    expect(await keysIn(imported)).toEqual([]);
  });

  test('has the rights it needs, also to go on where it was', async () => {
    for (const [org, from] of [
      ['1', exported],
      ['11', `${exported}-11`],
    ] as const) {
      for (const there of [0, 4]) {
        expect(await as('import', imported, ...line, org, '--from', from)).toMatchObject({
          status: 0,
          out: expect.stringContaining(`${there} were there already`),
        });
      }
    }
    const Key = 'audit-archive/1/2026/01.jsonl.gz';
    expect(await raw.send(new GetObjectRetentionCommand({ Bucket: imported, Key }))).toMatchObject({
      Retention: { Mode: 'GOVERNANCE' },
    });
    expect(await as('import', bucket, ...line, '1')).toMatchObject({ status: 2 });
  });
});

describe('move', () => {
  const line = ['move', '--to-bucket', moved, '--org'];

  test.each(sidsOf(moving))('fails without %s', async (sid) => {
    expect(await as(`movewithout${sid}`, bucket, ...line, '1')).toMatchObject(refused);
  });

  test('has the rights it needs, and takes holds and retention along', async () => {
    for (const org of [one, eleven]) {
      for (const flags of [[], [], ['--verify-only']]) {
        expect(await as('move', bucket, ...line, org, ...flags)).toMatchObject({ status: 0 });
      }
    }
    expect(await inPlace(moved, '1/')).toEqual(await inPlace(bucket, '1/'));
    expect(await inPlace(moved, '11/')).toEqual(await inPlace(bucket, '11/'));
    const { Retention } = await raw.send(new GetObjectRetentionCommand({ Bucket: moved, Key: month.Key }));
    expect(Retention).toEqual({ Mode: 'GOVERNANCE', RetainUntilDate: until });
    const { LegalHold } = await raw.send(new GetObjectLegalHoldCommand({ Bucket: moved, Key: held }));
    expect(LegalHold).toEqual({ Status: 'ON' });
    expect(await as('move', moved, 'move', '--to-bucket', bucket, '--org', '1')).toMatchObject({ status: 2 });
  });
});
