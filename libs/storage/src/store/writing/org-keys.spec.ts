import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { evaluatePolicy, type PolicyDocument } from '@nest-tenant-storage/embedded-s3';
import { follow } from '../../../test/http.js';
import { by, eleven, one } from '../../../test/file-kits/org-files.kit.js';
import { bucketPolicy } from '../../bucket/desired/bucket-policy.js';
import { archiverPolicy, tenantRolePolicy } from '../../bucket/desired/iam-policies.js';
import { provision } from '../../bucket/apply/provision.js';
import { diagnose } from '../../bucket/doctor.js';
import { DirectUploads } from '../../files/uploads/direct-uploads.js';
import { layout } from '../../keys/layout.js';
import { parseOrgId, type OrgId } from '../../keys/org-id.js';
import { AuditArchiveService } from '../../kinds/audit-month.js';
import { formUpload, FormUploadsService } from '../../kinds/form-upload.js';
import type { KmsKeyOf } from '../../options/encryption.js';
import type { StorageModuleOptions } from '../../options/storage.options.js';
import { storageSettings } from '../../options/storage.settings.js';
import { Holds } from '../../org/holds/holds.js';
import { Trash } from '../../org/trash/trash.js';
import { StorageModule } from '../../storage.module.js';
import { partBytes } from '../../storage.policy.js';
import { samples } from '../../testing/samples.js';
import { startTestStorage } from '../../testing/test-storage.js';
import { createS3Client } from '../client/s3-client.js';
import { OrgClients } from '../client/org-clients.js';
import { onBehalfOf } from '../client/org-guard.js';
import { sessionPolicy } from '../client/tenant-credentials.js';

/*
 * Each organisation's files under a key of its own, on a store that asks KMS as S3 does: the session of one names no other key
 * and may use none, a ticket carries its own and no other, and whatever goes wrong with a key stores nothing.
 */
const Bucket = 'tenant-files';
const arn = (name: string) => `arn:aws:kms:us-east-1:000000000000:key/${name}`;
const reserved = ['9223372036854775807', '9223372036854775806'];
const orgs = ['1', '11', ...reserved];
const keyOf = (org: string) => arn(`key-of-${org}`);
const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const roles = { tenantRoleArn: role('tenant'), archiverRoleArns: [role('archiver')] };
const encryption = { kmsKeyOf: async (org: OrgId) => keyOf(org) };
const kmsKeys = Object.fromEntries(orgs.map((OrgId) => [keyOf(OrgId), { tags: { OrgId } }]));
const policies = { bucket: Bucket, encryption, ...roles };

const storage = await startTestStorage({
  embeddedOnly: true,
  embedded: {
    kmsKeys,
    roles: [
      { name: 'tenant', policy: tenantRolePolicy(policies) },
      { name: 'archiver', policy: archiverPolicy(policies) },
    ],
  },
});
const { endpoint } = storage.s3;
const tenantRole = { roleArn: role('tenant'), archiverRoleArn: role('archiver'), stsEndpoint: endpoint };
const options: StorageModuleOptions = { ...storage.options, encryption, tenantRole };
const settings = storageSettings(options);
const rules = settings.bucketRules;
const admin = createS3Client(settings);
await provision(settings, admin, rules, { confirm: async () => true });

const open: { close(): Promise<void> }[] = [];
const start = async (more: Partial<StorageModuleOptions> = {}) => {
  const imports = [StorageModule.forRoot({ ...options, ...more })];
  const module = await Test.createTestingModule({ imports }).compile();
  open.push(module);
  return module;
};
const module = await start();
const forms = module.get(FormUploadsService);
afterAll(async () => {
  for (const each of open) await each.close();
  admin.destroy();
  await storage.close();
});

const SSE = 'x-amz-server-side-encryption';
const KEY = `${SSE}-aws-kms-key-id`;
const place = (fileName: string) => ({ formId: '201', customFieldId: '7', fileName });
const file = { bytes: samples.pdf.bytes, contentType: 'application/pdf' };
const declared = { contentType: 'application/pdf', size: file.bytes.length };
const keyIn = async (Key: string, VersionId?: string) =>
  (await storage.raw.send(new HeadObjectCommand({ Bucket, Key, VersionId }))).SSEKMSKeyId;
const code = (expected: string) => expect.objectContaining({ code: expected });

test('every way of writing names the key of the organisation; what outlives the key names none', async () => {
  for (const org of [one, eleven]) {
    await forms.upload(org, place('streamed.pdf'), file);
    const large = Buffer.concat([file.bytes, Buffer.alloc(partBytes + 1, 0x20)]);
    await forms.upload(org, place('parts.pdf'), { ...file, bytes: large });
    for (const method of ['PUT', 'POST'] as const) {
      const ticket = await forms.beginUpload(org, place(`${method}.pdf`), { ...declared, method }, { by });
      expect((await follow(ticket, file.bytes)).status).toBeLessThan(300);
      await module.get(DirectUploads).complete(org, ticket.token, { by });
    }
    await forms.delete(org, place('PUT.pdf'));
    await module.get(Trash).restore(formUpload, org, place('PUT.pdf'));
    for (const name of ['streamed', 'parts', 'PUT', 'POST'])
      expect([name, await keyIn(layout.formUpload(org, place(`${name}.pdf`)))]).toEqual([name, keyOf(org)]);
    await module.get(AuditArchiveService).append(org, { year: 2026, month: 1 }, [{ did: 'x' }]);
    expect(await keyIn(layout.auditMonth(org, { year: 2026, month: 1 }))).toBe(keyOf(org));
    await module.get(Holds).hold(formUpload, org, place('PUT.pdf'), { reason: 'r', by });
  }
  const { Versions = [] } = await storage.raw.send(new ListObjectVersionsCommand({ Bucket }));
  const found = Versions.map(async ({ Key = '', VersionId }) => [Key, await keyIn(Key, VersionId)]);
  const expected = Versions.map(({ Key = '' }) => {
    const [, org = ''] = /^(?:incoming\/|audit-archive\/)?(\d+)\//.exec(Key) ?? [];
    return [Key, org === '' ? undefined : keyOf(org)];
  });
  expect(await Promise.all(found)).toEqual(expected);
  expect(expected.filter(([, key]) => key === undefined)).toHaveLength(2);
});

test('the steps of a multipart upload: the first names the key, and is refused with another', async () => {
  const announced = { ...declared, size: 20 * 1024 * 1024, multipart: true };
  const ticket = await forms.beginUpload(one, place('steps.pdf'), announced, { by });
  const step = await module.get(DirectUploads).sign(one, ticket.token, { method: 'POST' }, { by });
  expect(step.headers).toMatchObject({ [SSE]: 'aws:kms', [KEY]: keyOf('1') });
  const send = (key: string) => fetch(step.url, { method: 'POST', headers: { ...step.headers, [KEY]: key } });
  expect((await send(keyOf('11'))).status).toBe(403);
  expect((await send(keyOf('1'))).status).toBe(200);
});

test.each(['PUT', 'POST'] as const)(
  'a %s ticket of organisation 1 takes no key of 11, and none at all',
  async (method) => {
    for (const key of [keyOf('11'), undefined]) {
      const ticket = await forms.beginUpload(
        one,
        place(`${method}-${key ? 'theirs' : 'none'}.pdf`),
        { ...declared, method },
        { by },
      );
      const part = ticket.method === 'POST' ? 'fields' : 'headers';
      const { [KEY]: signed, ...others } = (ticket as unknown as Record<string, Record<string, string>>)[part]!;
      expect(signed).toBe(keyOf('1'));
      const before = await storage.contents();
      const altered = { ...ticket, [part]: { ...others, ...(key && { [KEY]: key }) } } as typeof ticket;
      expect((await follow(altered, file.bytes)).status).toBe(403);
      expect(await storage.contents()).toEqual(before);
    }
  },
);

test('even signed by the session of organisation 1, a write with another key or in another way is refused', async () => {
  const session = module.get(OrgClients, { strict: false }).for(one);
  const Key = layout.formUpload(one, place('raw.pdf'));
  const put = (more: object) =>
    session.send(onBehalfOf(one, new PutObjectCommand({ Bucket, Key, Body: 'x', ...more })));
  const kms = { ServerSideEncryption: 'aws:kms' as const };
  for (const more of [{ ...kms, SSEKMSKeyId: keyOf('11') }, kms, { ServerSideEncryption: 'AES256' as const }])
    await expect(put(more)).rejects.toMatchObject({ name: 'AccessDenied' });
  await put({ ...kms, SSEKMSKeyId: keyOf('1') });
});

test('a file under the key of 11 is not read by the session of 1, wherever it lies', async () => {
  const Key = layout.formUpload(one, place('strange.pdf'));
  const theirs = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: keyOf('11') };
  await storage.raw.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...theirs }));
  const session = module.get(OrgClients, { strict: false }).for(one);
  const get = onBehalfOf(one, new GetObjectCommand({ Bucket, Key }));
  await expect(session.send(get)).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('read URLs are as they were', async () => {
  const { url } = await forms.presignDownload(one, place('streamed.pdf'));
  expect(url).not.toMatch(/kms|encryption/);
  expect((await fetch(url)).status).toBe(200);
});

const silent = () => new Promise<never>(() => {});

test.each<[string, KmsKeyOf, string]>([
  ['nothing', () => undefined as unknown as string, 'misconfigured'],
  ['an empty text', () => '', 'misconfigured'],
  ['an alias', () => 'alias/clinic', 'misconfigured'],
  ['a short id', async () => '1234abcd-12ab-34cd-56ef-1234567890ab', 'misconfigured'],
  ['a header more', () => `${keyOf('1')}\r\nx-amz-acl: public-read`, 'misconfigured'],
  [
    'an error',
    () => {
      throw new Error('The table is locked');
    },
    'check_unavailable',
  ],
  ['a rejection', () => Promise.reject(new Error('The table is locked')), 'check_unavailable'],
  ['no answer', silent, 'check_unavailable'],
])('kmsKeyOf that gives %s stores nothing, and says so in our own name', async (_what, kmsKeyOf, expected) => {
  const both = [{ tenantRole }, { tenantRole: undefined }];
  for (const more of both) {
    const timeouts = kmsKeyOf === silent ? { call: 60 } : {};
    const other = await start({ ...more, timeouts, maxAttempts: 1, encryption: { kmsKeyOf } });
    const before = await storage.contents();
    const service = other.get(FormUploadsService);
    const at = place('never.pdf');
    await expect(service.upload(eleven, at, file)).rejects.toEqual(code(expected));
    for (const method of ['PUT', 'POST'] as const)
      await expect(service.beginUpload(eleven, at, { ...declared, method }, { by })).rejects.toEqual(code(expected));
    expect(await storage.contents()).toEqual(before);
  }
});

test('an error of a key names neither organisation nor key to whoever asks', async () => {
  const other = await start({ encryption: { kmsKeyOf: () => '' } });
  const failed = (await other
    .get(FormUploadsService)
    .upload(one, place('x.pdf'), file)
    .catch((error) => error)) as Error;
  expect(failed.message).not.toMatch(/arn|organisation|kmsKeyOf/);
  expect(String(failed.cause)).toMatch(/kmsKeyOf .* organisation 1/);
});

test('the bucket is as it should be, and the doctor sees each guard hold, the keys’ among them', async () => {
  const report = await diagnose(settings, admin, rules);
  const missing = report.guards.filter(({ verdict }) => verdict !== 'enforced' && verdict !== 'skipped');
  expect(missing).toEqual([]);
  expect(report.guards.find(({ id }) => id === 'tenant-key')).toMatchObject({ verdict: 'enforced' });
});

test('a key that is to be deleted is told, and keeps nobody else from their files', async () => {
  const six = parseOrgId('6');
  storage.s3.kmsKeys?.set(keyOf('6'), { tags: { OrgId: '6' } });
  await forms.upload(six, place('a.pdf'), file);
  storage.s3.kmsKeys?.set(keyOf('6'), { tags: { OrgId: '6' }, pendingDeletion: true });
  await expect(forms.read(six, place('a.pdf'))).rejects.toEqual(code('store_refused'));
  await expect(forms.upload(six, place('b.pdf'), file)).rejects.toEqual(code('store_refused'));
  (await forms.read(one, place('streamed.pdf'))).body.resume();
});

/** What one of the policies says of a write: only a Deny counts, the rights beside it are the same for all. */
function denies(policy: object, key: string, headers: Record<string, string>): boolean {
  const context = Object.fromEntries(Object.entries(headers).map(([name, value]) => [`s3:${name}`, value]));
  const request = { action: 's3:PutObject', resource: `arn:aws:s3:::${Bucket}/${key}` };
  const principal = { arn: role('tenant'), accountId: '000000000000', tags: { OrgId: '1' } };
  return evaluatePolicy([policy as PolicyDocument], { ...request, principal, context }).decision === 'explicitDeny';
}

const [own, theirs, unnamed, byS3] = [
  { [SSE]: 'aws:kms', [KEY]: keyOf('1') },
  { [SSE]: 'aws:kms', [KEY]: keyOf('11') },
  { [SSE]: 'aws:kms' },
  { [SSE]: 'AES256' },
];

test.each<[string, object | Promise<object>, { theirs: boolean; byS3: boolean; inControl: boolean }]>([
  ['session', sessionPolicy(settings, one, 'app'), { theirs: true, byS3: true, inControl: false }],
  ['role', tenantRolePolicy(policies), { theirs: false, byS3: true, inControl: false }],
  ['bucket policy', bucketPolicy(policies), { theirs: false, byS3: true, inControl: true }],
])('each wall by itself: %s', async (_name, given, expected) => {
  const policy = await given;
  const [file, control] = ['1/uploads/forms/1/field_2/a.pdf', 'control/1/closed/all'];
  expect(denies(policy, file, own)).toBe(false);
  expect(denies(policy, file, unnamed)).toBe(true);
  // The parts of an upload.
  expect(denies(policy, file, {})).toBe(false);
  expect(denies(policy, control, byS3)).toBe(false);
  expect({
    theirs: denies(policy, file, theirs),
    byS3: denies(policy, file, byS3),
    inControl: denies(policy, control, own),
  }).toEqual(expected);
});
