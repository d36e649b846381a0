import {
  DeleteBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import type { EmbeddedS3Options } from '@nest-tenant-storage/embedded-s3';
import { bucket, rules } from '../../test/bucket-kits/bucket.kit.js';
import { runs } from '../../test/long.js';
import { withoutPauses } from '../../test/pauses.js';
import { closeLater, closeWards, ids, verdicts, ward } from '../../test/file-kits/ward.kit.js';
import { createS3Client } from '../store/client/s3-client.js';
import type { BucketOptions } from './desired/bucket.options.js';
import { bucketPolicy } from './desired/bucket-policy.js';
import { bucketOptionsOf } from './apply/check-bucket.js';
import { diagnose } from './doctor.js';
import { appPolicy, tenantRolePolicy } from './desired/iam-policies.js';
import { guards } from './probes/run-probes.js';
import { provision } from './apply/provision.js';

const tenantRoleArn = 'arn:aws:iam::000000000000:role/tenant';
const withRole: EmbeddedS3Options = {
  roles: [{ name: 'tenant', policy: tenantRolePolicy({ bucket, tenantRoleArn }) }],
};
const ofSessions = guards.map(({ id }) => id).filter((id) => id.startsWith('tenant-'));
const role = (endpoint?: string) => ({ tenantRole: { roleArn: tenantRoleArn, stsEndpoint: endpoint } });

beforeAll(withoutPauses);
afterEach(closeWards);

test('a store that does what S3 does has every guard, and keeps nothing of the probes', async () => {
  const { doctor, contents } = await ward();
  const report = await doctor();
  expect(report).toMatchObject({ ok: true, findings: [], options: {} });
  expect(Object.values(report.store)).not.toContain(false);
  expect(verdicts(report, 'skipped')).toEqual(['plain-http', 'retention-checksum', 'legal-hold', ...ofSessions]);
  expect(verdicts(report, 'enforced')).toHaveLength(guards.length - 12);
  expect(await contents()).toEqual([]);
});

test('nothing is sent beyond reading when probes are left out', async () => {
  const { s3, doctor } = await ward();
  s3.requests.clear();
  expect(await doctor({ probes: false })).toMatchObject({ ok: true, guards: [] });
  expect(s3.requests.list().filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
});

test('a bucket whose policy refuses the module is named as that', async () => {
  const { settings, client, doctor } = await ward();
  const strict = { ...rules, strict: true };
  await provision(settings, client, strict, { confirm: async () => true });
  const report = await doctor();
  const { message, fix } = report.findings.find(({ id }) => id === 'round-trip')!;
  expect(message).toMatch(/cannot read.*AccessDenied/);
  expect(fix).toContain('the bucket policy must not deny it');
  expect(report.guards).toEqual([]);
});

describe('the rights that policy iam-app prints are enough, and no more than that', () => {
  const user = (options: BucketOptions) => ({
    name: 'app',
    accessKeyId: 'AKIAAPP',
    secretAccessKey: 'secret-of-the-app',
    policy: appPolicy(options),
  });

  const kinds: [string, BucketOptions][] = [
    ['with sessions only', { bucket, tenantRoleArn }],
    ['with all files', { bucket }],
  ];

  test.each(kinds.slice(0, runs(1, 2)))('%s', async (_name, options) => {
    const app = user(options);
    const { s3, settings } = await ward({ ...withRole, users: [app] });
    const tenantRole = options.tenantRoleArn ? { roleArn: tenantRoleArn, stsEndpoint: s3.endpoint } : undefined;
    const asApp = { ...settings, credentials: app, tenantRole };
    const admin = createS3Client(settings);
    await provision({ ...asApp, credentials: settings.credentials }, admin, rules, { confirm: async () => true });
    const client = createS3Client(asApp);
    closeLater(() => (admin.destroy(), client.destroy()));
    const report = await diagnose(asApp, client, rules);
    expect(ids(report)).toEqual([]);
    expect(verdicts(report, 'skipped')).toEqual([
      ...['plain-http', 'retention-checksum', 'legal-hold'],
      // The session of one organisation reaches no other.
      ...(tenantRole ? ['tenant-key'] : ofSessions),
    ]);
    expect(await outcomeOf(client.send(new DeleteBucketPolicyCommand({ Bucket: bucket })))).toBe('AccessDenied');
  });
});

const outcomeOf = (sent: Promise<unknown>) =>
  sent.then(
    () => 'done',
    (error: Error) => error.name,
  );

describe('a bucket that keeps what is written', () => {
  const Retention = { Mode: 'GOVERNANCE' as const, Days: 1 };

  test('is tried by nothing that would stay, and says whether it takes parts with their checksums', async () => {
    const { client, doctor, contents } = await ward();
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule: { DefaultRetention: Retention } };
    await client.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
    const report = await doctor();
    expect(ids(report)).toEqual(['retention']);
    expect(verdicts(report, 'enforced')).toEqual(['retention-checksum', 'archive-complete', 'archive-delete']);
    expect(report.guards.find(({ id }) => id === 'retention-checksum')?.detail).toMatch(/Without, it is refused/);
    expect(await contents()).toEqual([]);
  });
});

describe('with a tenant role', () => {
  test('a store that lets unsigned headers through still gives nothing of another organisation', async () => {
    const { s3, settings, doctor, contents } = await ward(withRole, {
      ...role(),
      store: { like: 'aws', refusesUnsignedHeaders: false },
    });
    settings.tenantRole!.stsEndpoint = settings.endpoint;
    s3.features.unsignedHeaders = false;
    const report = await doctor();
    expect(ids(report)).toEqual([]);
    expect(verdicts(report, 'missing')).toEqual(['unsigned-metadata', 'unsigned-copy-source']);
    expect(verdicts(report, 'skipped')).toEqual(['plain-http', 'retention-checksum', 'legal-hold', 'tenant-key']);
    expect(verdicts(report, 'enforced')).toContain('tenant-unsigned-copy-source');
    expect(await contents()).toEqual([]);
  });

  test('a role that may not be assumed is said to be the trouble', async () => {
    const { settings, doctor } = await ward({ roles: [{ ...withRole.roles![0]!, trust: ['nobody'] }] }, role());
    settings.tenantRole!.stsEndpoint = settings.endpoint;
    const report = await doctor();
    expect(report.ok).toBe(false);
    expect(report.findings.find(({ id }) => id === 'round-trip')?.message).toContain('AccessDenied');
  });
});

test('credentials of whoever may not list open uploads are a warning', async () => {
  const { Statement, ...rest } = appPolicy({ bucket });
  const policy = { ...rest, Statement: Statement.filter(({ Sid }) => Sid !== 'ListOpenUploads') };
  const keys = { accessKeyId: 'AKIAAPP', secretAccessKey: 'secret-of-the-app' };
  const { settings } = await ward({ users: [{ name: 'app', ...keys, policy }] });
  const client = createS3Client({ ...settings, credentials: keys });
  closeLater(() => client.destroy());
  const { ok, findings } = await diagnose({ ...settings, credentials: keys }, client, rules);
  expect({ ok, ids: findings.map(({ id }) => id) }).toEqual({ ok: true, ids: ['guard:open-uploads'] });
});

describe('whatever happens, nothing is left', () => {
  test('cancelled half way', async () => {
    const { doctor, contents } = await ward();
    const cancel = new AbortController();
    const onProgress = (done: number) => {
      if (done === 20) cancel.abort();
    };
    await expect(doctor({ signal: cancel.signal, onProgress })).rejects.toThrow('abort');
    expect(await contents()).toEqual([]);
  });

  test('with a store that fails now and then', async () => {
    const { s3, doctor, contents } = await ward();
    s3.faults.add({ operation: 'PutObject', times: 7, action: 'error' });
    s3.faults.add({ operation: 'CopyObject', times: 3, action: 'error' });
    const report = await doctor();
    expect(ids(report).length).toBeGreaterThan(0);
    expect(await contents()).toEqual([]);
  });

  test('what cannot be removed is listed', async () => {
    const { s3, doctor } = await ward();
    s3.faults.add({ operation: 'DeleteObject', times: 1000, action: 'refuse' });
    const report = await doctor();
    const { severity, message, fix } = report.findings.find(({ id }) => id === 'clean-up')!;
    expect({ severity, message }).toEqual({
      severity: 'warning',
      message: expect.stringContaining('9223372036854775807'),
    });
    expect(fix).toContain('incoming/9223372036854775807/doctor-');
  });
});

describe('a hold', () => {
  const lock = { ...rules, objectLock: true };

  test('is proven on a throw-away version where provision has switched object lock on', async () => {
    const { settings, client, doctor, contents } = await ward();
    const switched = await provision(settings, client, lock, { confirm: async () => true });
    expect(switched.filter(({ outcome }) => outcome !== 'unchanged').map(({ id }) => id)).toEqual(['object-lock']);
    const again = await provision(settings, client, lock, { confirm: async () => true });
    expect(again.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
    const report = await doctor();
    expect(verdicts(report, 'enforced')).toContain('legal-hold');
    expect(await contents()).toEqual([]);
  });

  test('that the store takes and does not keep is found, and so is a policy without the archive’s statements', async () => {
    const { s3, settings, client, doctor, contents } = await ward();
    await provision(settings, client, lock, { confirm: async () => true });
    const { Statement, ...policy } = bucketPolicy(bucketOptionsOf(settings, lock));
    const Policy = JSON.stringify({ ...policy, Statement: Statement.filter(({ Sid }) => !Sid?.includes('Archive')) });
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    // As some stores do: the hold is answered with success, and nothing is held.
    s3.faults.add({ operation: 'PutObjectLegalHold', action: 'errorBody' });
    const report = await doctor();
    expect(report.findings.find(({ id }) => id === 'guard:legal-hold')).toMatchObject({ severity: 'error' });
    const ofArchive = ['archive-overwrite', 'archive-complete', 'archive-delete'];
    expect(verdicts(report, 'missing')).toEqual([...ofArchive, 'legal-hold']);
    expect(await contents()).toEqual([]);
  });

  test('cannot be switched off by provision, nor is a default retention taken away', async () => {
    const { settings, client } = await ward();
    await provision(settings, client, lock, { confirm: async () => true });
    const DefaultRetention = { Mode: 'GOVERNANCE' as const, Days: 1 };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule: { DefaultRetention } };
    await client.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
    for (const asked of [rules, lock]) {
      const steps = await provision(settings, client, asked, { confirm: async () => true });
      expect(steps.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
    }
  });
});
