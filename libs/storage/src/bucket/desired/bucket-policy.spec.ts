import { readFileSync } from 'node:fs';
import {
  archiver,
  breakGlass,
  decision,
  form,
  options,
  presigned,
  session,
  sse,
  tenant,
  type Context,
} from '../../../test/bucket-kits/policy-decision.kit.js';

interface Vector {
  name: string;
  action: string;
  resource: string;
  ctx: Context;
  want: 'allow' | 'deny';
}

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
