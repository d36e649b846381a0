import { command } from '../../test/command.kit.js';
import type { PolicyDocument } from '../bucket/desired/policy-document.js';
import type { Io } from './io.js';

const bucket = ['--bucket', 'clinic-files'];

describe('usage', () => {
  test('--help explains every flag, and is no failure', async () => {
    const { status, out } = await command(['--help']);
    expect(status).toBe(0);
    for (const word of ['doctor', 'provision', 'explain', 'policy', '--app-origin', 'S3_BUCKET', 'Exit status']) {
      expect(out).toContain(word);
    }
  });

  test.each<[string, string[], Io['env'], RegExp]>([
    ['an unknown command', ['dance'], {}, /no command dance: policy, provision, doctor, explain/],
    ['an unknown flag', ['doctor', '--colour'], {}, /--colour/],
    ['no bucket', ['doctor'], {}, /--bucket \(or S3_BUCKET\) is missing/],
    ['no region', ['doctor', ...bucket], {}, /--region \(or S3_REGION\) is missing/],
    ['a bad bucket', ['policy', '--bucket', 'A'], {}, /bucket must be/],
    ['half a key', ['policy', ...bucket], { S3_ACCESS_KEY_ID: 'A' }, /belong together/],
    ['a wildcard origin', ['policy', ...bucket, '--app-origin', 'https://*.a.test'], {}, /appOrigins are exact/],
    [
      'words for a number',
      ['policy', ...bucket, '--read-seconds', 'long'],
      {},
      /--read-seconds must be a whole number/,
    ],
    ['an unknown document', ['policy', 'all', ...bucket], {}, /policy prints one of bucket, cors/],
    ['an unknown capability', ['policy', ...bucket, '--lacks', 'speed'], {}, /--lacks is one of postPolicy/],
    [
      'an archiver alone',
      ['policy', ...bucket, '--archiver-role-arn', 'arn:aws:iam::1:role/a'],
      {},
      /needs --tenant-role-arn/,
    ],
    ['an action that is missing', ['explain', ...bucket], {}, /--action is missing/],
    [
      'a session of no role',
      ['explain', ...bucket, '--action', 's3:GetObject', '--as', 'tenant'],
      {},
      /needs --tenant-role-arn/,
    ],
  ])('%s is status 2 and says what is wrong', async (_name, line, env, message) => {
    const { status, out, err } = await command(line, { env });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(message);
  });

  test('nothing at all prints the usage, as a failure', async () => {
    expect(await command([])).toMatchObject({ status: 2, out: expect.stringContaining('Usage:') });
  });
});

describe('policy', () => {
  const json = async (what: string[], env: Io['env'] = {}) => {
    const { status, out, err } = await command(['policy', ...what], { env: { S3_BUCKET: 'clinic-files', ...env } });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    return JSON.parse(out) as Record<string, unknown>;
  };

  test('the bucket policy comes first, with flags before the environment', async () => {
    const origins = ['--app-origin', 'https://a.test', '--app-origin', 'https://b.test'];
    const policy = (await json(origins, { S3_APP_ORIGINS: 'https://c.test' })) as unknown as PolicyDocument;
    const { Condition } = policy.Statement.find(({ Sid }) => Sid === 'DenyPublicAccess')!;
    expect(Condition?.['StringNotLike']?.['aws:Referer']).toEqual(['https://a.test/*', 'https://b.test/*']);
    expect(policy.Statement[0]?.Sid).toBe('DenyInsecureTransport');
  });

  test('an endpoint of plain HTTP is not locked out, unless that is asked for', async () => {
    const sids = async (...more: string[]) =>
      ((await json(['bucket', ...more])) as unknown as PolicyDocument).Statement.map(({ Sid }) => Sid);
    const plain = ['--endpoint', 'http://127.0.0.1:9000'];
    expect(await sids(...plain)).not.toContain('DenyInsecureTransport');
    expect(await sids(...plain, '--require-tls')).toContain('DenyInsecureTransport');
    expect(await sids('--no-require-tls')).not.toContain('DenyInsecureTransport');
  });

  test.each<[string, string[], RegExp]>([
    ['cors', ['--app-origin', 'https://a.test'], /"AllowedOrigins":\["https:\/\/a.test"\].*x-amz-checksum-sha256/],
    ['lifecycle', ['--noncurrent-days', '7'], /"Prefix":"incoming\/".*"NoncurrentDays":7/],
    ['encryption', ['--encryption', 'aws:kms', '--kms-key', 'k'], /aws:kms.*"KMSMasterKeyID":"k"/],
    ['public-access', [], /"BlockPublicAcls":true/],
    ['ownership', [], /BucketOwnerEnforced/],
    ['versioning', [], /Enabled/],
    ['iam-app', [], /s3:PutObjectAcl.*clinic-files\/incoming/],
    ['iam-app', ['--tenant-role-arn', 'arn:aws:iam::111122223333:role/t'], /sts:TagSession.*role\/t"/],
    ['iam-app', ['--acl', 'none'], /^(?!.*PutObjectAcl)/],
    ['iam-tenant', [], /\$\{aws:PrincipalTag\/OrgId\}/],
    [
      'iam-tenant',
      ['--tenant-role-arn', 'arn:aws:iam::111122223333:role/t', '--no-tag-session'],
      /clinic-files\/\*\/\*/,
    ],
    ['iam-archiver', [], /audit-archive/],
    ['iam-officer', [], /DeleteObjectVersion.*BypassGovernanceRetention.*control/],
    ['trust', ['--app-role-arn', 'arn:aws:iam::111122223333:role/app'], /sts:AssumeRole.*RequestTag\/OrgId/],
  ])('%s %j', async (what, more, expected) => {
    expect(JSON.stringify(await json([what, ...more]))).toMatch(expected);
  });
});

describe('explain', () => {
  const role = 'arn:aws:iam::111122223333:role/tenant';
  const explain = (...more: string[]) => command(['explain', ...bucket, '--tenant-role-arn', role, ...more]);

  test.each<[string, string[], 0 | 1, string]>([
    ['a read URL in time', ['--action', 's3:GetObject', '--key', '1/uploads/a', '--presigned', '900'], 0, 'ALLOWED'],
    [
      'a read URL too late',
      ['--action', 's3:GetObject', '--key', '1/uploads/a', '--presigned', '901'],
      1,
      'DenyStalePresignedReads of the bucket policy',
    ],
    [
      'a form too late',
      ['--action', 's3:PutObject', '--key', 'incoming/1/u', '--form', '301'],
      1,
      'DenyStalePresignedWrites',
    ],
    [
      'its own file',
      ['--action', 's3:GetObject', '--key', '1/uploads/a', '--as', 'tenant', '--org', '1'],
      0,
      'ALLOWED',
    ],
    [
      'the file of 11 by 1',
      ['--action', 's3:GetObject', '--key', '11/uploads/a', '--as', 'tenant', '--org', '1'],
      1,
      'DenyTenantRoleOutsideItsOrgPrefix',
    ],
    [
      'the app, which has no rights to files then',
      ['--action', 's3:GetObject', '--key', '1/uploads/a', '--as', 'app'],
      1,
      'no statement allows it',
    ],
    [
      'any condition',
      ['--action', 's3:PutObject', '--key', 'incoming/1/u', '--context', 's3:x-amz-server-side-encryption=aws:kms'],
      1,
      'DenyUnencryptedUploads',
    ],
    [
      'the archive, not as the first',
      ['--action', 's3:PutObject', '--key', 'audit-archive/1/2026/01.jsonl.gz', '--principal', role, '--org', '1'],
      1,
      'DenyAuditArchiveOverwrite of the bucket policy',
    ],
    [
      'open uploads by a session',
      [
        '--action',
        's3:ListBucketMultipartUploads',
        '--as',
        'tenant',
        '--org',
        '1',
        '--context',
        's3:prefix=incoming/1/',
      ],
      1,
      'no statement',
    ],
    ['open uploads by the app', ['--action', 's3:ListBucketMultipartUploads', '--as', 'app'], 0, 'ALLOWED'],
    [
      'a list of its own',
      ['--action', 's3:ListBucket', '--as', 'tenant', '--org', '1', '--context', 's3:prefix=1/'],
      0,
      'ALLOWED',
    ],
    [
      'a list of 11',
      ['--action', 's3:ListBucket', '--as', 'tenant', '--org', '1', '--context', 's3:prefix=11/'],
      1,
      'no statement',
    ],
  ])('%s', async (_name, line, status, says) => {
    const result = await explain(...line);
    expect(result.out).toContain(says);
    expect(result.status).toBe(status);
  });

  test('as JSON, statement by statement', async () => {
    const { out } = await explain('--action', 's3:GetObject', '--key', '1/uploads/a', '--presigned', '901', '--json');
    const { decision, trace } = JSON.parse(out) as { decision: string; trace: { statement: string; fails?: string }[] };
    expect(decision).toBe('explicitDeny');
    expect(trace.find(({ statement }) => statement === 'DenyOldTls')?.fails).toBe('NumericLessThan s3:TlsVersion');
  });
});
