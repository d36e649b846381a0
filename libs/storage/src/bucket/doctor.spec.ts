import {
  DeleteBucketPolicyCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  startEmbeddedS3,
  type EmbeddedS3,
  type EmbeddedS3Options,
  type Features,
} from '@nest-tenant-storage/embedded-s3';
import { createS3Client } from '../s3/s3-client.js';
import type { StorageModuleOptions } from '../storage.options.js';
import { storageSettings } from '../storage.settings.js';
import type { BucketOptions, BucketRules } from './bucket.options.js';
import { diagnose, type DoctorOptions, type DoctorReport } from './doctor.js';
import { appPolicy, tenantRolePolicy } from './iam-policies.js';
import { guards } from './probes/run-probes.js';
import { provision } from './provision.js';

const bucket = 'clinic-files';
const rules: BucketRules = { appOrigins: ['https://app.example.com'], requireTls: true };
const tenantRoleArn = 'arn:aws:iam::000000000000:role/tenant';
const open: { s3: EmbeddedS3; clients: S3Client[] }[] = [];

afterEach(async () => {
  for (const { s3, clients } of open.splice(0)) {
    for (const client of clients) client.destroy();
    await s3.close();
  }
});

/** A provisioned bucket, and the doctor for it. */
async function ward(embedded: EmbeddedS3Options = {}, more: Partial<StorageModuleOptions> = {}) {
  const s3 = await startEmbeddedS3({ buckets: [bucket], ...embedded });
  const { region, endpoint, credentials } = s3;
  const settings = storageSettings({ bucket, region, endpoint, credentials, ...more });
  const client = createS3Client(settings);
  const raw = new S3Client({ region, endpoint, credentials, forcePathStyle: true });
  open.push({ s3, clients: [client, raw] });
  await provision(settings, client, rules, { confirm: async () => true });
  const contents = async () => {
    const { Versions = [], DeleteMarkers = [] } = await raw.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const { Uploads = [] } = await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return [...Versions, ...DeleteMarkers, ...Uploads].map(({ Key }) => Key);
  };
  const doctor = (options?: DoctorOptions) => diagnose(settings, client, rules, options);
  return { s3, settings, client, doctor, contents };
}

const withRole: EmbeddedS3Options = {
  roles: [{ name: 'tenant', policy: tenantRolePolicy({ bucket, tenantRoleArn }) }],
};
const role = (endpoint?: string) => ({ tenantRole: { roleArn: tenantRoleArn, stsEndpoint: endpoint } });

const verdicts = ({ guards }: DoctorReport, verdict: string) =>
  guards.filter((guard) => guard.verdict === verdict).map(({ id }) => id);
const ids = ({ findings }: DoctorReport) => findings.map(({ id }) => id);

test('a store that does what S3 does has every guard, and keeps nothing of the probes', async () => {
  const { doctor, contents } = await ward();
  const report = await doctor();
  expect(report).toMatchObject({ ok: true, findings: [], options: {} });
  expect(Object.values(report.capabilities)).not.toContain(false);
  expect(verdicts(report, 'skipped')).toEqual([
    'plain-http',
    ...guards.map(({ id }) => id).filter((id) => id.startsWith('tenant-')),
  ]);
  expect(verdicts(report, 'enforced')).toHaveLength(guards.length - 8);
  expect(await contents()).toEqual([]);
});

test('nothing is sent beyond reading when probes are left out', async () => {
  const { s3, doctor } = await ward();
  s3.requests.clear();
  expect(await doctor({ probes: false })).toMatchObject({ ok: true, guards: [] });
  expect(s3.requests.list().filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
});

describe('a weaker store: the doctor names what it lacks, and the option for it', () => {
  test.each<[keyof Features, string[], string[], object]>([
    [
      'postPolicy',
      [
        'form-signature',
        'form-key',
        'form-type',
        'form-extra-field',
        'form-too-large',
        'form-too-small',
        'form-expired',
      ],
      [],
      { postPolicy: false },
    ],
    [
      'conditionalWrites',
      ['create-only-put', 'create-only-complete'],
      [],
      { conditionalWrites: false, conditionalCompletion: false },
    ],
    ['conditionalCopy', ['create-only-copy'], [], { conditionalCopy: false }],
    ['checksums', ['wrong-hash', 'hash-reported'], [], { checksums: false }],
    ['unsignedHeaders', ['unsigned-metadata', 'unsigned-copy-source'], [], { refusesUnsignedHeaders: false }],
    [
      'bucketPolicy',
      ['stale-read', 'stale-write', 'another-encryption', 'outside-layout', 'foreign-referer'],
      ['policy:unsupported'],
      {},
    ],
    ['blockPublicAccess', [], ['public-access:unsupported'], {}],
  ])('%s', async (feature, missing, more, capabilities) => {
    const { s3, doctor, contents } = await ward();
    s3.features[feature] = false;
    const report = await doctor();
    expect(verdicts(report, 'missing')).toEqual(missing);
    expect(ids(report)).toEqual([...more, ...missing.map((id) => `guard:${id}`)]);
    expect(report.options.capabilities ?? {}).toEqual(capabilities);
    expect(report.ok).toBe(missing.length === 0);
    s3.features[feature] = true;
    expect(await contents()).toEqual([]);
  });

  test.each<[keyof Features, string]>([
    ['sse', `encryption: 'none'`],
    ['acl', `acl: 'none'`],
  ])('%s: the module cannot write, and the option that helps is found', async (feature, fix) => {
    const { s3, doctor } = await ward();
    s3.features[feature] = false;
    const report = await doctor();
    const { severity, fix: found } = report.findings.find(({ id }) => id === 'round-trip')!;
    expect({ severity, found }).toEqual({ severity: 'error', found: expect.stringContaining(fix) });
    expect(verdicts(report, 'unclear')).toEqual([]);
    expect(report.guards.length).toBe(guards.length);
  });

  test('what the module was told is no finding', async () => {
    const { s3, doctor } = await ward({}, { capabilities: { postPolicy: false } });
    s3.features.postPolicy = false;
    expect(await doctor()).toMatchObject({ ok: true, findings: [], options: { capabilities: { postPolicy: false } } });
  });
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

  test.each<[string, BucketOptions]>([
    ['with all files', { bucket }],
    ['with sessions only', { bucket, tenantRoleArn }],
  ])('%s', async (_name, options) => {
    const app = user(options);
    const { s3, settings } = await ward({ ...withRole, users: [app] });
    const tenantRole = options.tenantRoleArn ? { roleArn: tenantRoleArn, stsEndpoint: s3.endpoint } : undefined;
    const asApp = { ...settings, credentials: app, tenantRole };
    const admin = createS3Client(settings);
    await provision({ ...asApp, credentials: settings.credentials }, admin, rules, { confirm: async () => true });
    const client = createS3Client(asApp);
    open.at(-1)!.clients.push(admin, client);
    const report = await diagnose(asApp, client, rules);
    expect(ids(report)).toEqual([]);
    expect(await outcomeOf(client.send(new DeleteBucketPolicyCommand({ Bucket: bucket })))).toBe('AccessDenied');
  });
});

const outcomeOf = (sent: Promise<unknown>) =>
  sent.then(
    () => 'done',
    (error: Error) => error.name,
  );

describe('with a tenant role', () => {
  test('the session of one organisation reaches no other', async () => {
    const { settings, doctor, contents } = await ward(withRole, role());
    settings.tenantRole!.stsEndpoint = settings.endpoint;
    const report = await doctor();
    expect(ids(report)).toEqual([]);
    expect(verdicts(report, 'skipped')).toEqual(['plain-http']);
    expect(await contents()).toEqual([]);
  });

  test('a store that lets unsigned headers through still gives nothing of another organisation', async () => {
    const { s3, settings, doctor } = await ward(withRole, {
      ...role(),
      capabilities: { refusesUnsignedHeaders: false },
    });
    settings.tenantRole!.stsEndpoint = settings.endpoint;
    s3.features.unsignedHeaders = false;
    const report = await doctor();
    expect(ids(report)).toEqual([]);
    expect(verdicts(report, 'missing')).toEqual(['unsigned-metadata', 'unsigned-copy-source']);
    expect(verdicts(report, 'enforced')).toContain('tenant-unsigned-copy-source');
  });

  test('a role that may not be assumed is said to be the trouble', async () => {
    const { settings, doctor } = await ward({ roles: [{ ...withRole.roles![0]!, trust: ['nobody'] }] }, role());
    settings.tenantRole!.stsEndpoint = settings.endpoint;
    const report = await doctor();
    expect(report.ok).toBe(false);
    expect(report.findings.find(({ id }) => id === 'round-trip')?.message).toContain('AccessDenied');
  });
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
