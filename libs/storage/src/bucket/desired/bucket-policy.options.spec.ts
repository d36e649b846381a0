import {
  archiver,
  breakGlass,
  decision,
  options,
  presigned,
  session,
  sse,
  tenant,
  type Context,
} from '../../../test/bucket-kits/policy-decision.kit.js';
import { parseOrgId } from '../../keys/org-id.js';
import { bucketPolicy } from './bucket-policy.js';
import { lifecycleRules } from './bucket-settings.js';
import type { BucketOptions } from './bucket.options.js';

/** As S3 says of a write that makes an object: a PUT, a copy, a form, a completion. */
const asCreation: Context = { 's3:ObjectCreationOperation': 'true' };

describe('without a role for the archive', () => {
  const { archiverRoleArns: _none, ...rest } = options;
  test.each<[string, string, string, Context, string]>([
    [
      'the tenant session keeps its own archive',
      'PutObject',
      'audit-archive/1/2026/01.jsonl.gz',
      session(tenant, '1'),
      'allow',
    ],
    [
      'but not its neighbour’s',
      'GetObject',
      'audit-archive/11/2026/01.jsonl.gz',
      session(tenant, '1'),
      'DenyTenantRoleOutsideItsOrgPrefix',
    ],
    ['nor may the app', 'GetObject', 'audit-archive/1/2026/01.jsonl.gz', {}, 'DenyAuditArchiveExceptArchiver'],
  ])('%s', (_name, action, key, ctx, want) => expect(decision(rest, action, key, ctx)).toBe(want));

  test.each<[string, string, Context, string]>([
    ['anybody may add to it whom IAM allows', 'PutObject', { ...asCreation, 's3:if-none-match': '*' }, 'allow'],
    ['nobody may overwrite', 'PutObject', asCreation, 'DenyAuditArchiveOverwrite'],
    ['nobody may delete', 'DeleteObject', {}, 'DenyAuditArchiveDeletion'],
    ['nor a version', 'DeleteObjectVersion', {}, 'DenyAuditArchiveDeletion'],
  ])('without any role %s', (_name, action, ctx, want) => {
    expect(decision({ bucket: 'restartix-uploads' }, action, 'audit-archive/1/2026/01.jsonl.gz', ctx)).toBe(want);
  });
});

describe('the archive is written once', () => {
  const month = 'audit-archive/1/2026/01.jsonl.gz';
  const own = session(archiver, '1');
  test.each<[string, Context, string]>([
    ['a first write', { ...own, ...asCreation, 's3:if-none-match': '*' }, 'allow'],
    ['a write over it', { ...own, ...asCreation }, 'DenyAuditArchiveOverwrite'],
    [
      'a write on condition of what is there',
      { ...own, ...asCreation, 's3:if-match': 'e' },
      'DenyAuditArchiveOverwrite',
    ],
    ['a part, which cannot carry the condition', { ...own, 's3:ObjectCreationOperation': 'false' }, 'allow'],
    ['whoever breaks the glass', { ...session(breakGlass), ...asCreation }, 'allow'],
  ])('%s', (_name, ctx, want) => expect(decision(options, 'PutObject', month, ctx)).toBe(want));

  test('no other area is', () => {
    expect(decision(options, 'PutObject', '1/signatures/specialists/2/signature.png', asCreation)).toBe('allow');
  });

  test('a store without conditional writes is not shut for the archive', () => {
    expect(
      decision({ ...options, store: { like: 'aws', conditionalWrites: false } }, 'PutObject', month, {
        ...own,
        ...asCreation,
      }),
    ).toBe('allow');
  });
});

describe('a lifecycle rule has no exception', () => {
  const reached = (key: string) =>
    lifecycleRules()
      .filter(({ Filter }) => key.startsWith(Filter?.Prefix ?? ''))
      .filter(({ Expiration, NoncurrentVersionExpiration }) => Expiration ?? NoncurrentVersionExpiration);

  test('versions of the archive are never removed', () => {
    expect(reached('audit-archive/1/2026/01.jsonl.gz')).toEqual([]);
  });

  test.each(['1', '11', '99', '9223372036854775807', '20', '345'])('those of organisation %s are', (org) => {
    expect(reached(`${parseOrgId(org)}/uploads/forms/f/field_2/a.pdf`)).toHaveLength(1);
  });
});

describe('strict is the specification word for word, with its victims', () => {
  const strict = { ...options, strict: true };
  test.each<[string, string, string, Context, string]>([
    ['a write that asks for AES256', 'PutObject', '1/uploads/a', sse('AES256'), 'allow'],
    [
      'a read from the app’s page',
      'GetObject',
      '1/uploads/a',
      presigned(1, { 'aws:Referer': 'https://app.restartix.com/' }),
      'allow',
    ],
    ['a write without the header', 'PutObject', '1/uploads/a', {}, 'DenyUnencryptedUploads'],
    ['the part of a multipart upload', 'PutObject', 'incoming/1/u', presigned(1), 'DenyUnencryptedUploads'],
    ['a read by the server', 'GetObject', '1/uploads/a', {}, 'DenyPublicAccess'],
    ['a read by a mobile app', 'GetObject', '1/uploads/a', presigned(1), 'DenyPublicAccess'],
  ])('%s', (_name, action, key, ctx, want) => expect(decision(strict, action, key, ctx)).toBe(want));
});

describe('other keys of encryption', () => {
  const key = 'arn:aws:kms:eu-central-1:111122223333:key/1';
  const id = 's3:x-amz-server-side-encryption-aws-kms-key-id';
  const kms = { ...options, encryption: { kmsKeyId: key } };
  test.each<[string, Context, string]>([
    ['ours', { ...sse('aws:kms'), [id]: key }, 'allow'],
    ['another', { ...sse('aws:kms'), [id]: `${key}1` }, 'DenyOtherEncryptionKeys'],
    ['the store’s own', sse('AES256'), 'DenyUnencryptedUploads'],
    ['the uploader’s', { 's3:x-amz-server-side-encryption-customer-algorithm': 'AES256' }, 'DenyCustomerProvidedKeys'],
  ])('%s', (_name, ctx, want) => expect(decision(kms, 'PutObject', '1/uploads/a', ctx)).toBe(want));

  test('a store without encryption is asked for none', () => {
    expect(decision({ ...options, encryption: 'none' }, 'PutObject', '1/uploads/a', sse('aws:kms'))).toBe('allow');
  });
});

test('a store that does not know a key gets no statement on it', () => {
  const sids = bucketPolicy({ ...options, store: 'ceph' }).Statement.map(({ Sid }) => Sid);
  expect(sids).toEqual(['DenyUnencryptedUploads', 'DenyPublicAccess', 'DenyKeysOutsideLayout']);
  const conditions = bucketPolicy({ ...options, store: 'ceph' }).Statement.map(({ Condition }) => Condition ?? {});
  expect(conditions.map((condition) => Object.keys(condition))).toEqual([['StringNotEquals'], ['StringNotLike'], []]);
});

test('a store behind plain HTTP is not locked up', () => {
  const plain = { ...options, requireTls: false };
  expect(decision(plain, 'GetObject', '1/uploads/a', { 'aws:SecureTransport': 'false' })).toBe('allow');
});

test('another partition', () => {
  expect(JSON.stringify(bucketPolicy({ ...options, partition: 'aws-cn' }))).not.toContain('arn:aws:s3');
});

test('nothing is granted, and it fits', () => {
  const policy = bucketPolicy(options);
  expect(policy.Statement.every(({ Effect }) => Effect === 'Deny')).toBe(true);
  expect(Buffer.byteLength(JSON.stringify(policy))).toBeLessThan(20 * 1024);
  expect(new Set(policy.Statement.map(({ Sid }) => Sid)).size).toBe(policy.Statement.length);
});

test.each<[string, Partial<BucketOptions>, RegExp]>([
  ['a wildcard origin', { appOrigins: ['https://*.restartix.com'] }, /appOrigins are exact/],
  ['an origin with a path', { appOrigins: ['https://restartix.com/app'] }, /appOrigins are exact/],
  ['an origin with a slash', { appOrigins: ['https://restartix.com/'] }, /appOrigins are exact/],
  ['no seconds', { readSeconds: 0 }, /readSeconds/],
  ['parts of seconds', { writeSeconds: 1.5 }, /writeSeconds/],
  ['strict without origins', { strict: true, appOrigins: [] }, /give appOrigins/],
  ['strict where it denies everything', { strict: true, store: 'ceph' }, /deny every multipart/],
  ['an unknown store', { store: 'abc' as 'aws' }, /store must be one of/],
])('refused: %s', (_name, more, message) => {
  expect(() => bucketPolicy({ ...options, ...more })).toThrow(
    expect.objectContaining({ code: 'misconfigured', message: expect.stringMatching(message) }),
  );
});
