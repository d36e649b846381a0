import { decision, options, presigned, session, sse, tenant, type Context } from '../../test/policy-decision.kit.js';
import { bucketPolicy } from './bucket-policy.js';
import type { BucketOptions } from './bucket.options.js';

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

  test('without any role the archive is left to IAM', () => {
    expect(decision({ bucket: 'restartix-uploads' }, 'PutObject', 'audit-archive/1/2026/01.jsonl.gz')).toBe('allow');
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
