import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCopyCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startEmbeddedS3, type EmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { parseOrgId } from '../../keys/org-id.js';
import type { AreaUser } from '../../keys/areas.js';
import { createS3Client } from '../../store/client/s3-client.js';
import { TokenService, tenantCredentials } from '../../store/client/tenant-credentials.js';
import { storageSettings, type StorageSettings } from '../../options/storage.settings.js';
import { archiverPolicy, tenantRolePolicy } from './iam-policies.js';
import { policyDocument } from './policy-document.js';
import { provision } from '../apply/provision.js';

/*
 * Whatever our own code might ask for: here raw clients, with no guard and no key policy, hold one organisation's
 * credentials and ask for another's keys. Only the store can refuse.
 */
const Bucket = 'clinic-files';
const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const roles = { tenantRoleArn: role('tenant'), archiverRoleArns: [role('archiver')] };
const own = '1/uploads/forms/f/field_2/a.txt';
const foreign = '11/uploads/forms/f/field_2/a.txt';

let s3: EmbeddedS3;
let settings: StorageSettings;
let root: S3Client;
let tenant: S3Client;
let archiver: S3Client;

/** Each wall by itself: the session policy with rights to everything and no bucket policy; then the tag and the rest. */
const walls = {
  'session policy': {
    rights: [policyDocument([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }])],
    tagSession: false,
  },
  'session policy, role and bucket policy': {
    rights: [tenantRolePolicy({ bucket: Bucket, ...roles }), archiverPolicy({ bucket: Bucket, ...roles })],
    tagSession: true,
  },
};

describe.each(Object.entries(walls))('%s', (_name, { rights: [files, archive = files], tagSession }) => {
  beforeAll(async () => {
    s3 = await startEmbeddedS3({
      buckets: [Bucket],
      roles: [
        { name: 'tenant', policy: files! },
        { name: 'archiver', policy: archive! },
      ],
    });
    const { region, endpoint, credentials } = s3;
    const tenantRole = {
      roleArn: role('tenant'),
      archiverRoleArn: role('archiver'),
      stsEndpoint: endpoint,
      tagSession,
    };
    settings = storageSettings({ bucket: Bucket, region, endpoint, credentials, tenantRole });
    const client = (of: S3Client['config']['credentials'] | typeof credentials) =>
      new S3Client({ region, endpoint, credentials: of, forcePathStyle: true, maxAttempts: 1 });
    const tokens = new TokenService(settings, credentials);
    const session = (user: AreaUser) => client(tenantCredentials(settings, parseOrgId('1'), user, tokens));
    [root, tenant, archiver] = [client(credentials), session('app'), session('archiver')];
    if (tagSession) {
      const admin = createS3Client(settings);
      await provision(
        settings,
        admin,
        { requireTls: true, breakGlassRoleArns: [role('root')] },
        { confirm: async () => true },
      );
      admin.destroy();
    }
    for (const key of [own, foreign, 'incoming/1/u', 'incoming/11/u']) await root.send(put(key));
  });

  afterAll(async () => {
    for (const client of [root, tenant, archiver]) client.destroy();
    await s3.close();
  });

  const put = (Key: string, Body = Key) => new PutObjectCommand({ Bucket, Key, Body });
  const copy = (from: string, to: string) =>
    new CopyObjectCommand({ Bucket, Key: to, CopySource: `${Bucket}/${from}` });
  const statusOf = async (sent: Promise<unknown>): Promise<number> =>
    sent.then(
      () => 200,
      (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode ?? 0,
    );

  const requests: [string, (key: string) => { input: object }][] = [
    ['GET', (Key) => new GetObjectCommand({ Bucket, Key })],
    ['HEAD', (Key) => new HeadObjectCommand({ Bucket, Key })],
    ['PUT', (Key) => put(Key)],
    ['copy from', (key) => copy(key, '1/uploads/forms/f/field_2/copy.txt')],
    ['copy to', (key) => copy('incoming/1/u', key.replace('a.txt', 'copy.txt'))],
    ['multipart', (Key) => new CreateMultipartUploadCommand({ Bucket, Key })],
    ['LIST', (key) => new ListObjectsV2Command({ Bucket, Prefix: `${key.split('/')[0]}/` })],
    ['DELETE', (Key) => new DeleteObjectCommand({ Bucket, Key })],
  ];

  test.each(requests)('%s: its own, and nobody else’s', async (_name, request) => {
    expect(await statusOf(tenant.send(request(foreign) as GetObjectCommand))).toBe(403);
    expect(await statusOf(tenant.send(request(own) as GetObjectCommand))).toBe(200);
    await root.send(put(own));
  });

  test.each([
    ['the whole bucket', undefined],
    ['the ids that begin like its own', '1'],
    ['incoming of all', 'incoming/'],
    ['the archive', 'audit-archive/1/'],
  ])('LIST of %s is refused', async (_name, Prefix) => {
    expect(await statusOf(tenant.send(new ListObjectsV2Command({ Bucket, Prefix })))).toBe(403);
  });

  test.each(['1/', 'incoming/1/u', '11/', undefined])('a list of open uploads of %s is refused', async (Prefix) => {
    expect(await statusOf(tenant.send(new ListMultipartUploadsCommand({ Bucket, Prefix })))).toBe(403);
  });

  test('incoming is divided like the files', async () => {
    expect(await statusOf(tenant.send(put('incoming/1/v')))).toBe(200);
    expect(await statusOf(tenant.send(put('incoming/11/v')))).toBe(403);
    expect(await statusOf(tenant.send(copy('incoming/11/u', own)))).toBe(403);
  });

  test('a part copied from another organisation is refused', async () => {
    const { UploadId } = await tenant.send(new CreateMultipartUploadCommand({ Bucket, Key: own }));
    const part = (key: string) =>
      new UploadPartCopyCommand({ Bucket, Key: own, UploadId, PartNumber: 1, CopySource: `${Bucket}/${key}` });
    expect(await statusOf(tenant.send(part(foreign)))).toBe(403);
    expect(await statusOf(tenant.send(part('incoming/1/u')))).toBe(200);
  });

  test('a bulk delete takes its own and leaves the other', async () => {
    await root.send(put('1/uploads/bulk'));
    const Objects = [{ Key: '1/uploads/bulk' }, { Key: foreign }];
    const { Errors = [] } = await tenant.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Errors.map(({ Key, Code }) => [Key, Code])).toEqual([[foreign, 'AccessDenied']]);
    expect(await statusOf(root.send(new HeadObjectCommand({ Bucket, Key: foreign })))).toBe(200);
    expect(await statusOf(root.send(new HeadObjectCommand({ Bucket, Key: '1/uploads/bulk' })))).toBe(404);
  });

  test.each([
    ['GET', (Key: string) => new GetObjectCommand({ Bucket, Key })],
    ['PUT', (Key: string) => new PutObjectCommand({ Bucket, Key })],
    ['DELETE', (Key: string) => new DeleteObjectCommand({ Bucket, Key })],
  ])('a presigned %s', async (method, command) => {
    const send = async (key: string) => {
      const url = await getSignedUrl(tenant, command(key) as GetObjectCommand, { expiresIn: 60 });
      return (await fetch(url, { method, ...(method === 'PUT' && { body: '' }) })).status;
    };
    expect(await send(foreign)).toBe(403);
    expect(await send(own)).toBeLessThan(300);
    await root.send(put(own));
  });

  test('an absent object of its own is absent, one of another is forbidden', async () => {
    expect(await statusOf(tenant.send(new HeadObjectCommand({ Bucket, Key: '1/uploads/absent' })))).toBe(404);
    expect(await statusOf(tenant.send(new HeadObjectCommand({ Bucket, Key: '11/uploads/absent' })))).toBe(403);
  });

  test('the archive is for its own role, which adds and reads, and deletes nothing', async () => {
    const [mine, theirs] = ['audit-archive/1/2026/01.jsonl.gz', 'audit-archive/11/2026/01.jsonl.gz'];
    const once = (Key: string) => new PutObjectCommand({ Bucket, Key, Body: Key, IfNoneMatch: '*' });
    expect(await statusOf(archiver.send(once(mine)))).toBe(200);
    // The session policy alone cannot tell the first write from another.
    expect(await statusOf(archiver.send(put(mine)))).toBe(tagSession ? 403 : 200);
    expect(await statusOf(archiver.send(new GetObjectCommand({ Bucket, Key: mine })))).toBe(200);
    expect(await statusOf(archiver.send(new DeleteObjectCommand({ Bucket, Key: mine })))).toBe(403);
    expect(await statusOf(archiver.send(once(theirs)))).toBe(403);
    expect(await statusOf(archiver.send(new GetObjectCommand({ Bucket, Key: own })))).toBe(403);
    expect(await statusOf(tenant.send(put(mine)))).toBe(403);
    expect(await statusOf(tenant.send(new GetObjectCommand({ Bucket, Key: mine })))).toBe(403);
  });
});
