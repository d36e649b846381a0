import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedS3, type EmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import type { DoctorReport } from '../bucket/doctor.js';
import type { PolicyDocument } from '../bucket/policy-document.js';
import type { Io } from './io.js';
import { run } from './run.js';

/** Runs the command as a shell would, with its lines caught. */
async function command(line: string[], { env = {}, answer }: { env?: Io['env']; answer?: boolean } = {}) {
  const [out, err, questions, progress]: [string[], string[], string[], string[]] = [[], [], [], []];
  const status = await run(line, {
    env: { ...env },
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    progress: (text) => void progress.push(text),
    ...(answer !== undefined && {
      ask: async (question: string) => {
        questions.push(question);
        return answer;
      },
    }),
  });
  return { status, out: out.join('\n'), err: err.join('\n'), questions, progress };
}

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

describe('against a store', () => {
  let s3: EmbeddedS3;
  let env: Io['env'];

  beforeEach(async () => {
    s3 = await startEmbeddedS3();
    env = {
      S3_BUCKET: 'clinic-files',
      S3_ENDPOINT: s3.endpoint,
      S3_APP_ORIGINS: 'https://app.example.com',
      S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    };
  });
  afterEach(() => s3.close());

  test('provision, then doctor: 0 and 0; broken: 1, and it says what', async () => {
    expect(await command(['provision'], { env })).toMatchObject({
      status: 2,
      err: expect.stringContaining('--create'),
    });
    const dry = await command(['provision', '--create', '--dry-run'], { env });
    expect(dry.status).toBe(0);
    expect(dry.out).toMatch(/policy\s+would change/);
    expect(s3.requests.list().some(({ method }) => method === 'PUT')).toBe(false);
    const made = await command(['provision', '--create'], { env });
    expect(made).toMatchObject({ status: 0, err: '' });
    expect(made.out).toMatch(/bucket\s+made/);
    expect(made.out).toMatch(/\+ .*DenyStalePresignedReads/);
    const again = await command(['provision', '--json'], { env });
    const { steps } = JSON.parse(again.out) as { steps: { outcome: string }[] };
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']));

    const healthy = await command(['doctor'], { env });
    expect(healthy).toMatchObject({ status: 0, err: '', out: expect.stringContaining('Nothing to do') });
    expect(healthy.out).toMatch(/ok +unsigned-copy-source/);
    expect(healthy.progress.length).toBeGreaterThan(40);
    expect(healthy.progress.at(-1)).toBe('');

    s3.features.postPolicy = false;
    const weak = await command(['doctor'], { env });
    expect(weak.status).toBe(1);
    expect(weak.out).toMatch(/MISSING +form-key/);
    expect(weak.out).toContain('{"capabilities":{"postPolicy":false}}');
    expect(await command(['doctor', '--lacks', 'postPolicy'], { env })).toMatchObject({ status: 0 });
  });

  test('doctor --json is the report, whatever it found', async () => {
    await command(['provision', '--create'], { env });
    const { status, out } = await command(['doctor', '--json', '--require-tls', '--no-probes'], { env });
    const report = JSON.parse(out) as DoctorReport;
    expect(status).toBe(1);
    expect(report.findings.map(({ id }) => id)).toEqual(['policy:DenyInsecureTransport', 'policy:DenyOldTls']);
  });

  test('a warning fails the run only where that was asked for', async () => {
    await command(['provision', '--create'], { env });
    const lines = ['doctor', '--no-probes', '--noncurrent-days', '7'];
    expect(await command(lines, { env })).toMatchObject({
      status: 0,
      out: expect.stringContaining('WARNING lifecycle:noncurrent'),
    });
    expect(await command([...lines, '--fail-on', 'warning'], { env })).toMatchObject({ status: 1 });
  });

  test.each<[string, string[], boolean | undefined, 0 | 1, number]>([
    ['nobody to ask', [], undefined, 1, 0],
    ['a no', [], false, 1, 1],
    ['a yes', [], true, 0, 1],
    ['--yes', ['--yes'], undefined, 0, 0],
  ])('rules of others: %s', async (_name, more, answer, status, questions) => {
    await command(['provision', '--create'], { env });
    const { region, endpoint, credentials } = s3;
    const raw = new S3Client({ region, endpoint, credentials, forcePathStyle: true });
    const CORSRules = [{ ID: 'all', AllowedOrigins: ['*'], AllowedMethods: ['GET'] }];
    await raw.send(new PutBucketCorsCommand({ Bucket: 'clinic-files', CORSConfiguration: { CORSRules } }));
    raw.destroy();
    const result = await command(['provision', ...more], { env, answer });
    expect(result).toMatchObject({ status, err: expect.stringContaining('lets every website') });
    expect(result.questions).toHaveLength(questions);
  });

  test.each<[string, Io['env'], RegExp]>([
    ['nobody there', { S3_ENDPOINT: 'http://127.0.0.1:1' }, /bucket:failed|failed/],
    ['wrong keys', { S3_SECRET_ACCESS_KEY: 'wrong' }, /s3:ListBucket|SignatureDoesNotMatch/],
  ])('%s: status 2 and a plain sentence', async (_name, more, message) => {
    for (const name of ['provision', 'doctor']) {
      const { status, out, err } = await command([name], { env: { ...env, ...more } });
      expect(status).toBe(2);
      expect(out + err).toMatch(message);
      expect(out + err).not.toMatch(/at .*\.(ts|js):\d/);
    }
  });
});
