import {
  CopyObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { eleven, one, startFiles } from '../../test/file-kits/gates.kit.js';
import { place, send } from '../../test/file-kits/scan.kit.js';
import { formUpload } from '../kinds/form-upload.js';
import { guardDutyGate } from './guardduty.js';

const roleArn = 'arn:aws:iam::000000000000:role/guardduty';
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
const clean = Buffer.from('Blood pressure: 120/80\n');
const worse = Buffer.from('Blood pressure: 180/90\n');
const key = 'uploads/forms/7/field_3/a.txt';

const { storage, start, close } = await startFiles({
  embeddedOnly: true,
  embedded: { roles: [{ name: 'guardduty', policy: everything }] },
  storage: { bucketRules: { guardDutyRoleArn: roleArn } },
});
const { region, endpoint, credentials } = storage.s3;
const { raw, bucket: Bucket } = storage;

/** GuardDuty, as far as the bucket sees it. */
const sts = new STSClient({ region, endpoint, credentials });
const { Credentials } = await sts.send(
  new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'GuardDutyMalwareProtection' }),
);
const guardDuty = new S3Client({
  region,
  endpoint,
  forcePathStyle: true,
  credentials: {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  },
});
const tagging = (Key: string, Value: string, VersionId?: string) =>
  new PutObjectTaggingCommand({
    Bucket,
    Key,
    VersionId,
    Tagging: { TagSet: [{ Key: 'GuardDutyMalwareScanStatus', Value }] },
  });
const says = (Key: string, verdict: string, version?: string) => guardDuty.send(tagging(Key, verdict, version));

afterEach(() => storage.empty());
afterAll(async () => {
  guardDuty.destroy();
  sts.destroy();
  await close();
});

const keys = async () => (await storage.contents()).keys;
const incoming = async () => (await keys()).find((name) => name.startsWith('incoming/')) ?? '';

test.each(['PUT', 'POST', 'multipart'] as const)('%s: pending until the tag is there, then stored', async (way) => {
  const started = await start(guardDutyGate());
  const complete = await send(started, way, clean, eleven);
  await expect(complete()).rejects.toMatchObject({ code: 'scan_pending', retryAfterSeconds: 5 });
  await expect(complete()).rejects.toMatchObject({ code: 'scan_pending' });
  await says(await incoming(), 'NO_THREATS_FOUND');
  const stored = await complete();
  expect(stored).toMatchObject({ size: clean.length, scannedBy: { engine: 'guardduty' } });
  expect(await complete()).toEqual(stored);
  expect(await keys()).toEqual([`11/${key}`]);
  await expect(started.files.stat(formUpload, one, place)).rejects.toMatchObject({ code: 'not_found' });
});

test('what it found is refused and gone', async () => {
  const started = await start(guardDutyGate());
  const complete = await send(started, 'PUT', clean);
  await says(await incoming(), 'THREATS_FOUND');
  await expect(complete()).rejects.toMatchObject({ code: 'malware_found', signature: 'THREATS_FOUND' });
  expect(await keys()).toEqual([]);
});

test.each(['UNSUPPORTED', 'ACCESS_DENIED', 'FAILED', 'no_threats_found', ''])(
  '"%s" is never clean and loses nothing',
  async (verdict) => {
    const started = await start(guardDutyGate());
    const complete = await send(started, 'PUT', clean);
    await says(await incoming(), verdict);
    await expect(complete()).rejects.toMatchObject({ code: 'scan_unavailable' });
    await says(await incoming(), 'NO_THREATS_FOUND');
    expect(await complete()).toMatchObject({ size: clean.length });
  },
);

test('the tag of one version says nothing of the next', async () => {
  const started = await start(guardDutyGate());
  const complete = await send(started, 'PUT', clean);
  const Key = await incoming();
  await says(Key, 'NO_THREATS_FOUND');
  await raw.send(new PutObjectCommand({ Bucket, Key, Body: worse, ContentType: 'text/plain' }));
  await expect(complete()).rejects.toMatchObject({ code: 'scan_pending' });
  expect(await keys()).not.toContain(`1/${key}`);
});

test('what is exchanged after the verdict is not what is put in place', async () => {
  let exchange = async () => {};
  const gate = guardDutyGate();
  const started = await start({
    name: 'in between',
    examine: async (upload, sent) => {
      const examined = await gate.examine!(upload, sent);
      await exchange();
      return examined;
    },
  });
  const complete = await send(started, 'PUT', clean);
  const Key = await incoming();
  await says(Key, 'NO_THREATS_FOUND');
  exchange = async () => void (await raw.send(new PutObjectCommand({ Bucket, Key, Body: worse })));
  expect(await complete()).toMatchObject({ size: clean.length });
  const { Body } = await raw.send(new GetObjectCommand({ Bucket, Key: `1/${key}` }));
  expect(await Body?.transformToString()).toBe(clean.toString());
});

test('a stream lies in incoming/ until the verdict, and waits for it', async () => {
  const started = await start(guardDutyGate({ everyMs: 1, waitMs: 60_000 }));
  const uploading = (await send(started, 'streamed', clean))();
  let name = '';
  while (!name) name = await incoming();
  expect(await keys()).toEqual([name]);
  await says(name, 'NO_THREATS_FOUND');
  expect(await uploading).toMatchObject({ size: clean.length, scannedBy: { engine: 'guardduty' } });
  expect(await keys()).toEqual([`1/${key}`]);
  // The name is taken now, and that is said before a byte is staged.
  await expect((await send(started, 'streamed', clean))()).rejects.toMatchObject({ code: 'already_exists' });
});

test('a stream whose verdict does not come is pending, and nothing of it stays', async () => {
  const started = await start(guardDutyGate({ waitMs: 0 }));
  await expect((await send(started, 'streamed', clean))()).rejects.toMatchObject({ code: 'scan_pending' });
  expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
});

describe('the bucket itself', () => {
  const status = (sent: Promise<unknown>) =>
    sent.then(
      () => 200,
      (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode,
    );

  test('lets nobody read or copy what was not found clean, and nobody else say that it was', async () => {
    const started = await start(guardDutyGate());
    await send(started, 'PUT', clean);
    const Key = await incoming();
    const copy = new CopyObjectCommand({ Bucket, Key: `1/${key}`, CopySource: `${Bucket}/${Key}` });
    expect(await status(raw.send(new GetObjectCommand({ Bucket, Key })))).toBe(403);
    expect(await status(raw.send(copy))).toBe(403);
    expect(await status(raw.send(tagging(Key, 'NO_THREATS_FOUND')))).toBe(403);
    expect(await status(guardDuty.send(new GetObjectCommand({ Bucket, Key })))).toBe(200);
    await says(Key, 'NO_THREATS_FOUND');
    expect(await status(raw.send(new GetObjectCommand({ Bucket, Key })))).toBe(200);
  });
});

test('a bucket without versions is refused as set up wrongly', async () => {
  const gate = guardDutyGate();
  const sent = { tags: async () => ({ tags: { GuardDutyMalwareScanStatus: 'NO_THREATS_FOUND' } }) };
  await expect(gate.examine!({ direct: true } as never, sent)).rejects.toMatchObject({ code: 'misconfigured' });
});
