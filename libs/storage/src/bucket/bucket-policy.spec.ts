import { readFileSync } from 'node:fs';
import { explain, type PolicyDocument as EvaluatedPolicy } from '../../../embedded-s3/src/policy/index.js';
import { bucketPolicy } from './bucket-policy.js';
import type { BucketOptions } from './bucket.options.js';

type Context = Record<string, string | number>;

interface Vector {
  name: string;
  action: string;
  resource: string;
  ctx: Context;
  want: 'allow' | 'deny';
}

const role = (name: string) => `arn:aws:iam::111122223333:role/restartix-${name}`;
const [app, tenant, archiver, breakGlass] = ['app', 'tenant', 'audit-archiver', 'break-glass'].map(role) as [
  string,
  string,
  string,
  string,
];
const options: BucketOptions = {
  bucket: 'restartix-uploads',
  appOrigins: ['https://app.restartix.com', 'https://restartix.com', 'https://www.restartix.com'],
  tenantRoleArn: tenant,
  archiverRoleArns: [archiver],
  breakGlassRoleArns: [breakGlass],
};

/** Everything is allowed by IAM here, so that only the bucket policy can object: its deciding statement, or `allow`. */
function decision(settings: BucketOptions, action: string, key: string, ctx: Context = {}): string {
  const context: Context = {
    'aws:SecureTransport': 'true',
    's3:TlsVersion': '1.3',
    's3:authType': 'REST-HEADER',
    'aws:PrincipalArn': app,
    ...ctx,
  };
  const everything: EvaluatedPolicy = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const { decision, statement } = explain([everything, bucketPolicy(settings)], {
    action: `s3:${action}`,
    resource: `arn:aws:s3:::restartix-uploads/${key}`,
    principal: { arn: String(context['aws:PrincipalArn']), accountId: '111122223333' },
    context,
  });
  return decision === 'allow' ? 'allow' : String(statement);
}

const presigned = (age: number, more: Context = {}): Context => ({
  's3:authType': 'REST-QUERY-STRING',
  's3:signatureAge': age * 1000,
  ...more,
});
const form = (age: number): Context => ({ ...presigned(age), 's3:authType': 'POST' });
const session = (arn: string, org?: string): Context => ({
  'aws:PrincipalArn': arn,
  ...(org && { 'aws:PrincipalTag/OrgId': org }),
});
const sse = (algorithm: string): Context => ({ 's3:x-amz-server-side-encryption': algorithm });

const file = new URL('testdata/bucket-policy-vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];

test.each(vectors)('$want: $name', ({ action, resource, ctx, want }) => {
  const [, key = ''] = resource.split('restartix-uploads/');
  expect(decision(options, action.slice(3), key, ctx) === 'allow' ? 'allow' : 'deny').toBe(want);
});

describe('what the module itself does passes', () => {
  test.each<[string, string, string, Context]>([
    ['streams a file in', 'PutObject', '1/uploads/forms/f/field_2/a.pdf', sse('AES256')],
    ['a part of it', 'PutObject', '1/uploads/forms/f/field_2/a.mp4', {}],
    ['a custom domain', 'PutObject', '1/custom/exports/a.zip', sse('AES256')],
    ['a ticket for a form', 'PutObject', 'incoming/1/0b1c', { ...form(299), ...sse('AES256') }],
    ['a ticket for a PUT', 'PutObject', 'incoming/1/0b1c', presigned(300, sse('AES256'))],
    ['a presigned part', 'PutObject', 'incoming/1/0b1c', presigned(10)],
    ['presigned ListParts', 'ListMultipartUploadParts', 'incoming/1/0b1c', presigned(10)],
    ['presigned abort', 'AbortMultipartUpload', 'incoming/1/0b1c', presigned(10)],
    ['reads what came in', 'GetObject', 'incoming/1/0b1c', {}],
    ['removes it', 'DeleteObject', 'incoming/1/0b1c', {}],
    ['a read URL in its last second', 'GetObject', '1/documents/9/patient.pdf', presigned(900)],
    ['a read URL without Referer', 'GetObject', '1/documents/9/patient.pdf', presigned(1)],
    ['a tenant session on its files', 'PutObject', '1/signatures/specialists/2/signature.png', session(tenant, '1')],
    ['a tenant session on its incoming', 'PutObject', 'incoming/1/0b1c', presigned(1, session(tenant, '1'))],
    ['the archiver for an organisation', 'PutObject', 'audit-archive/1/2026/01.jsonl.gz', session(archiver, '1')],
    ['the archiver at night, for all', 'GetObject', 'audit-archive/1/2026/01.jsonl.gz', session(archiver)],
    ['breaking the glass', 'DeleteObject', 'audit-archive/1/2026/01.jsonl.gz', session(breakGlass)],
  ])('%s', (_name, action, key, ctx) => {
    expect(decision(options, action, key, ctx)).toBe('allow');
  });
});

describe('what it must not do is denied, by the statement for it', () => {
  test.each<[string, string, string, Context, string]>([
    ['plain HTTP', 'GetObject', '1/uploads/a', { 'aws:SecureTransport': 'false' }, 'DenyInsecureTransport'],
    ['TLS 1.1', 'GetObject', '1/uploads/a', { 's3:TlsVersion': '1.1' }, 'DenyOldTls'],
    ['another algorithm', 'PutObject', 'incoming/1/u', sse('aws:kms'), 'DenyUnencryptedUploads'],
    ['an old write URL', 'PutObject', 'incoming/1/u', presigned(301), 'DenyStalePresignedWrites'],
    ['an old form', 'PutObject', 'incoming/1/u', form(301), 'DenyStalePresignedWrites'],
    ['an old ListParts', 'ListMultipartUploadParts', 'incoming/1/u', presigned(301), 'DenyStalePresignedWrites'],
    ['an old abort', 'AbortMultipartUpload', 'incoming/1/u', presigned(301), 'DenyStalePresignedWrites'],
    ['an old delete', 'DeleteObject', '1/uploads/a', presigned(301), 'DenyStalePresignedWrites'],
    ['an old read URL', 'GetObject', '1/uploads/a', presigned(901), 'DenyStalePresignedReads'],
    [
      'a read embedded elsewhere',
      'GetObject',
      '1/uploads/a',
      presigned(1, { 'aws:Referer': 'https://evil.example/' }),
      'DenyPublicAccess',
    ],
    [
      'an origin inside a path',
      'GetObject',
      '1/uploads/a',
      presigned(1, { 'aws:Referer': 'https://evil.example/https://app.restartix.com/' }),
      'DenyPublicAccess',
    ],
    [
      'an origin as a prefix',
      'GetObject',
      '1/uploads/a',
      presigned(1, { 'aws:Referer': 'https://app.restartix.com.evil.example/' }),
      'DenyPublicAccess',
    ],
    ['the root of the bucket', 'PutObject', 'a.pdf', {}, 'DenyKeysOutsideLayout'],
    ['an unknown area', 'PutObject', '1/secrets/a.pdf', {}, 'DenyKeysOutsideLayout'],
    ['a name like incoming', 'PutObject', 'incoming-1/u', {}, 'DenyKeysOutsideLayout'],
    ['a session in 11 from 1', 'GetObject', '11/uploads/a', session(tenant, '1'), 'DenyTenantRoleOutsideItsOrgPrefix'],
    ['incoming of 11 from 1', 'PutObject', 'incoming/11/u', session(tenant, '1'), 'DenyTenantRoleOutsideItsOrgPrefix'],
    ['a session without its tag', 'GetObject', '1/uploads/a', session(tenant), 'DenyTenantRoleOutsideItsOrgPrefix'],
    ['a session tagged *', 'GetObject', '2/uploads/a', session(tenant, '*'), 'DenyTenantRoleOutsideItsOrgPrefix'],
    [
      'versions of 11 from 1',
      'GetObjectVersion',
      '11/uploads/a',
      session(tenant, '1'),
      'DenyTenantRoleOutsideItsOrgPrefix',
    ],
    [
      'the archive of 11 from 1',
      'GetObject',
      'audit-archive/11/2026/01.jsonl.gz',
      session(archiver, '1'),
      'DenyArchiverOutsideItsOrgArchive',
    ],
    [
      'files by a tagged archiver',
      'GetObject',
      '1/uploads/a',
      session(archiver, '1'),
      'DenyArchiverOutsideItsOrgArchive',
    ],
    ['the archive by the app', 'GetObject', 'audit-archive/1/2026/01.jsonl.gz', {}, 'DenyAuditArchiveExceptArchiver'],
    [
      'deleting from the archive',
      'DeleteObject',
      'audit-archive/1/2026/01.jsonl.gz',
      session(archiver, '1'),
      'DenyAuditArchiveDeletion',
    ],
  ])('%s', (_name, action, key, ctx, statement) => {
    expect(decision(options, action, key, ctx)).toBe(statement);
  });
});

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
