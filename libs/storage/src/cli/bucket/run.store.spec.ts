import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedS3, type EmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { command } from '../../../test/command.kit.js';
import type { DoctorReport } from '../../bucket/doctor.js';
import type { Io } from '../io.js';

describe('against a store', () => {
  let s3: EmbeddedS3;
  let env: Io['env'];
  let count = 0;
  beforeAll(async () => {
    s3 = await startEmbeddedS3();
  });
  const envFor = (bucket: string) => ({
    S3_BUCKET: bucket,
    S3_ENDPOINT: s3.endpoint,
    S3_APP_ORIGINS: 'https://app.example.com',
    S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  });
  // A bucket for each test, which is not there yet.
  beforeEach(() => {
    s3.requests.clear();
    env = envFor(`clinic-files-${++count}`);
  });
  afterEach(() => void (s3.features.postPolicy = true));
  afterAll(() => s3.close());

  // What this machine may have of its own must not be found.
  const own = { AWS_EC2_METADATA_DISABLED: 'true', AWS_SHARED_CREDENTIALS_FILE: '/none', AWS_CONFIG_FILE: '/none' };
  const before = { ...process.env };
  beforeAll(() => void Object.assign(process.env, own));
  afterAll(() => {
    for (const name of Object.keys(own)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

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
    expect(weak.out).toContain('{"store":{"like":"aws","postPolicy":false}}');
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

  describe('rules of others', () => {
    const Bucket = 'with-rules-of-others';
    beforeAll(async () => {
      const { status } = await command(['provision', '--create'], { env: envFor(Bucket) });
      expect(status).toBe(0);
    });

    test.each<[string, string[], boolean | undefined, 0 | 1, number]>([
      ['nobody to ask', [], undefined, 1, 0],
      ['a no', [], false, 1, 1],
      ['a yes', [], true, 0, 1],
      ['--yes', ['--yes'], undefined, 0, 0],
    ])('%s', async (_name, more, answer, status, questions) => {
      const { region, endpoint, credentials } = s3;
      const raw = new S3Client({ region, endpoint, credentials, forcePathStyle: true });
      const CORSRules = [{ ID: 'all', AllowedOrigins: ['*'], AllowedMethods: ['GET'] }];
      await raw.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
      raw.destroy();
      const result = await command(['provision', ...more], { env: envFor(Bucket), answer });
      expect(result).toMatchObject({ status, err: expect.stringContaining('lets every website') });
      expect(result.questions).toHaveLength(questions);
    });
  });

  test('a dry run of --create says what the real run then does', async () => {
    const outcomes = async (...more: string[]) => {
      const { out } = await command(['provision', '--create', '--json', ...more], { env });
      const { steps } = JSON.parse(out) as { steps: { id: string; outcome: string; changes: unknown[] }[] };
      return steps.slice(1).map(({ id, outcome, changes }) => [id, outcome.replace('planned', 'applied'), changes]);
    };
    const announced = await outcomes('--dry-run');
    expect(announced[0]).toEqual(['public-access', 'unchanged', []]);
    expect(await outcomes()).toEqual(announced);
  });

  test.each<[string, Io['env'], string[], RegExp]>([
    ['nobody there', { S3_ENDPOINT: 'http://127.0.0.1:1' }, [], /s3:ListBucket failed/],
    ['a wrong secret', { S3_SECRET_ACCESS_KEY: 'wrong' }, [], /credentials do not work here: .*SignatureDoesNotMatch/],
    ['an unknown key', { S3_ACCESS_KEY_ID: 'AKIAUNKNOWN' }, [], /credentials do not work here: .*InvalidAccessKeyId/],
    ['another region', {}, ['--region', 'eu-central-1'], /region is not this one but us-east-1/],
    [
      'no credentials',
      { S3_ACCESS_KEY_ID: '', S3_SECRET_ACCESS_KEY: '' },
      [],
      /No credentials were found.*S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.*AWS_PROFILE/,
    ],
  ])('%s: status 2 and a plain sentence', async (_name, more, flags, message) => {
    for (const name of ['provision', 'doctor']) {
      const { status, out, err } = await command([name, ...flags], { env: { ...env, ...more } });
      expect(status).toBe(2);
      expect(out + err).toMatch(message);
      expect(out + err).not.toMatch(/at .*\.(ts|js):\d/);
      expect(out + err).not.toMatch(/Unknown/);
    }
  });

  test('provision for GuardDuty sets the gate and says what is left to do; it needs the role', async () => {
    const line = ['provision', '--create', '--malware', 'guardduty'];
    expect(await command(line, { env })).toMatchObject({
      status: 2,
      err: expect.stringContaining('guardduty-role-arn'),
    });
    const role = 'arn:aws:iam::111122223333:role/scanner';
    const made = await command([...line, '--guardduty-role-arn', role], { env });
    expect(made.status).toBe(0);
    expect(made.out).toMatch(/\+ .*DenyUnscannedIncoming/);
    expect(made.out).toContain(`create-malware-protection-plan --region us-east-1 --role ${role}`);
    const { out } = await command(['doctor', '--malware', 'guardduty', '--guardduty-role-arn', role], { env });
    expect(out).toContain('Nothing to do');
  });
});
