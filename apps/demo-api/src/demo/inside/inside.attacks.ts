import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { onBehalfOf } from 'nest-tenant-storage';
import type { InsideAttack } from './inside-attack.js';

const area = 'inside';

const byClient: InsideAttack[] = [
  {
    name: 'inside: the key of another organisation',
    area,
    tries: 'to read organisation 1’s file with the S3 client, in the name of organisation 11',
    from: ['CWE-639'],
    must: { refusedBy: 'client', code: 'invalid_key', note: 'No request leaves the process.' },
    sent: 'S3_CLIENT: GetObject {keyOfA}, on behalf of 11',
    run: ({ client, bucket, keyOfA, b }) =>
      client.send(onBehalfOf(b, new GetObjectCommand({ Bucket: bucket, Key: keyOfA }))),
  },
  {
    name: 'inside: no organisation at all',
    area,
    tries: 'to read it without saying for whom',
    from: ['CWE-862'],
    must: { refusedBy: 'client', code: 'invalid_key', note: 'No request leaves the process.' },
    sent: 'S3_CLIENT: GetObject {keyOfA}',
    run: ({ client, bucket, keyOfA }) => client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOfA })),
  },
  {
    name: 'inside: a copy of it',
    area,
    tries: 'to copy organisation 1’s file into the folder of organisation 11',
    from: ['CWE-639'],
    must: { refusedBy: 'client', code: 'invalid_key', note: 'No request leaves the process.' },
    sent: 'S3_CLIENT: CopyObject {keyOfA} to 11/uploads/…, on behalf of 11',
    run: ({ client, bucket, keyOfA, b }) => {
      const to = { Bucket: bucket, Key: `${b}/uploads/forms/7/field_3/copy.png` };
      return client.send(onBehalfOf(b, new CopyObjectCommand({ ...to, CopySource: `${bucket}/${keyOfA}` })));
    },
  },
];

const byPolicy: InsideAttack[] = [
  {
    name: 'inside: a month of the audit log, removed',
    area,
    tries: 'to remove what is written once, with the application’s credentials and no module between',
    from: ['CWE-284'],
    must: { refusedBy: 'bucket policy', code: 'AccessDenied', note: 'DenyAuditArchiveDeletion' },
    sent: 'DELETE audit-archive/1/2000/01.jsonl.gz, signed with the application’s credentials',
    run: ({ bare, bucket, a }) =>
      bare.send(new DeleteObjectCommand({ Bucket: bucket, Key: `audit-archive/${a}/2000/01.jsonl.gz` })),
  },
  {
    name: 'inside: an object where no organisation is',
    area,
    tries: 'to leave an object at the root of the bucket',
    from: ['CWE-732'],
    must: { refusedBy: 'bucket policy', code: 'AccessDenied', note: 'DenyKeysOutsideLayout' },
    sent: 'PUT stray.txt, signed with the application’s credentials',
    run: ({ bare, bucket }) =>
      bare.send(
        new PutObjectCommand({ Bucket: bucket, Key: 'stray.txt', Body: 'stray', ServerSideEncryption: 'AES256' }),
      ),
  },
];

const byDatabase: InsideAttack[] = [
  {
    name: 'inside: a forgotten WHERE',
    area,
    tries: 'to read organisation 1’s rows in a transaction of organisation 11',
    from: ['CWE-566'],
    must: { refusedBy: 'database', code: 'no rows', note: 'Row level security: for 11 these rows are not there.' },
    sent: 'select name from tenant_storage.file where org_id = 1',
    run: ({ sql, a }) => sql(`select name from tenant_storage.file where org_id = ${a}`),
  },
  {
    name: 'inside: row level security, switched off',
    area,
    tries: 'to take the protection itself away',
    from: ['CWE-250'],
    must: { refusedBy: 'database', code: '42501', note: 'The application’s role owns nothing.' },
    sent: 'alter table tenant_storage.file disable row level security',
    run: ({ sql }) => sql('alter table tenant_storage.file disable row level security'),
  },
  {
    name: 'inside: a record of the journal, removed',
    area,
    tries: 'to make what was done unhappen',
    from: ['CWE-778'],
    must: { refusedBy: 'database', code: '42501', note: 'The journal is only added to.' },
    sent: 'delete from tenant_storage.journal',
    run: ({ sql }) => sql('delete from tenant_storage.journal'),
  },
];

/** What holds beneath the checks of the API: the client, the bucket's policy, the database. */
export const insideAttacks: readonly InsideAttack[] = [...byClient, ...byPolicy, ...byDatabase];
