import {
  CreateBucketCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createHash } from 'node:crypto';
import { by, eleven, one, pdf, place } from '../../test/file-kits/direct-uploads.kit.js';
import { follow, send } from '../../test/http.js';
import { stream } from '../../test/object-store.kit.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';
import { layout } from '../keys/layout.js';
import { FormUploadsService } from '../kinds/form-upload.js';
import { StorageModule } from '../storage.module.js';
import { partBytes } from '../storage.policy.js';
import type { StorageModuleOptions } from '../options/storage.options.js';
import { startTestStorage } from '../testing/test-storage.js';

Logger.overrideLogger(false);

const storage = await startTestStorage({ embeddedOnly: true });
const Bucket = 'kept-files';
await storage.raw.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
const Rule = { DefaultRetention: { Mode: 'COMPLIANCE' as const, Days: 10 } };
const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule };
await storage.raw.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));

const open: { close(): Promise<void> }[] = [];
async function start(options: Partial<StorageModuleOptions> = {}) {
  const imports = [StorageModule.forRoot({ ...storage.options, bucket: Bucket, ...options })];
  const module = await Test.createTestingModule({ imports }).compile();
  open.push(module);
  return { forms: module.get(FormUploadsService), uploads: module.get(DirectUploads) };
}
const { forms, uploads } = await start();
afterAll(async () => {
  for (const module of open) await module.close();
  await storage.close();
});

const contentType = 'application/pdf';
const long = Buffer.concat([pdf, Buffer.alloc(partBytes), Buffer.from('%%EOF\n')]);
const sha256 = createHash('sha256').update(pdf).digest('hex');
let count = 0;
const newPlace = () => ({ ...place, fileName: `report-${++count}.pdf` });

const isKept = async (Key: string) => {
  const { Retention } = await storage.raw.send(new GetObjectRetentionCommand({ Bucket, Key }));
  return Retention?.Mode === 'COMPLIANCE';
};
const versionsOf = async (Prefix: string) =>
  (await storage.raw.send(new ListObjectVersionsCommand({ Bucket, Prefix }))).Versions ?? [];

describe('a bucket that keeps everything for a time, written through the application', () => {
  const withoutSha256 = { store: { like: 'aws' as const, checksums: false } };
  test.each<[string, Buffer, Partial<StorageModuleOptions>]>([
    ['a short file', pdf, {}],
    ['a file in parts', long, {}],
    ['a short file with the SDK’s checksums', pdf, { ...withoutSha256, checksums: 'when-supported' }],
    ['a file in parts with the SDK’s checksums', long, { ...withoutSha256, checksums: 'when-supported' }],
    ['a file in parts with both', long, { checksums: 'when-supported' }],
  ])('%s is stored and kept, for each organisation apart', async (_what, bytes, options) => {
    const { forms } = await start(options);
    const at = newPlace();
    await forms.upload(one, at, { bytes: stream(bytes), contentType, size: bytes.length }, { by });
    expect(await isKept(layout.formUpload(one, at))).toBe(true);
    const { body } = await forms.read(one, at, { by });
    expect(bytes.equals(Buffer.concat(await body.toArray()))).toBe(true);
    await expect(forms.read(eleven, at, { by })).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each([
    ['a short file', pdf],
    ['a file in parts', long],
  ])('%s without any checksum is refused as a matter of settings, and nothing is stored', async (_what, bytes) => {
    const { forms } = await start(withoutSha256);
    const at = newPlace();
    const uploading = forms.upload(one, at, { bytes: stream(bytes), contentType, size: bytes.length }, { by });
    await expect(uploading).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('Object Lock'),
    });
    expect(await versionsOf(layout.formUpload(one, at))).toEqual([]);
  });
});

describe('a bucket that keeps everything for a time, written by ticket', () => {
  test.each(['PUT', 'POST'] as const)('%s with a declared hash: completed, and kept', async (method) => {
    const at = newPlace();
    const ticket = await forms.beginUpload(one, at, { contentType, size: pdf.length, method, sha256 }, { by });
    expect((await follow(ticket, pdf)).status).toBeLessThan(300);
    const file = await uploads.complete(one, ticket.token, { by });
    expect(await uploads.complete(one, ticket.token, { by })).toEqual(file);
    expect(await isKept(layout.formUpload(one, at))).toBe(true);
    await expect(forms.read(eleven, at, { by })).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each(['PUT', 'POST'] as const)(
    '%s without: the store says what is missing, and takes nothing',
    async (method) => {
      const at = newPlace();
      const ticket = await forms.beginUpload(one, at, { contentType, size: pdf.length, method }, { by });
      const refusal = await follow(ticket, pdf);
      expect([refusal.status, refusal.body.toString()]).toEqual([400, expect.stringContaining('x-amz-checksum-')]);
      await expect(uploads.complete(one, ticket.token, { by })).rejects.toMatchObject({ code: 'not_found' });
      expect(await versionsOf(layout.formUpload(one, at))).toEqual([]);
    },
  );

  test('a part: the store says what is missing, and takes nothing', async () => {
    const declared = { contentType, size: long.length, multipart: true } as const;
    const { token } = await forms.beginUpload(one, newPlace(), declared, { by });
    const create = await uploads.sign(one, token, { method: 'POST' }, { by });
    const created = await send('POST', create.url, { headers: create.headers });
    const uploadId = /<UploadId>([^<]+)/.exec(created.body.toString())?.[1];
    const part = await uploads.sign(one, token, { method: 'PUT', uploadId, partNumber: 1 }, { by });
    const refusal = await send('PUT', part.url, { headers: part.headers, body: long });
    expect([refusal.status, refusal.body.toString()]).toEqual([400, expect.stringContaining('x-amz-checksum-')]);
  });

  test('giving up takes what was sent out of sight', async () => {
    const at = newPlace();
    const ticket = await forms.beginUpload(one, at, { contentType, size: pdf.length, sha256 }, { by });
    await follow(ticket, pdf);
    await uploads.abandon(one, ticket.token, { by });
    await expect(uploads.complete(one, ticket.token, { by })).rejects.toMatchObject({ code: 'not_found' });
  });
});
