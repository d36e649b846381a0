import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SignJWT } from 'jose';
import { FormUploadsService, parseOrgId } from 'nest-tenant-storage';
import { startTestStorage } from 'nest-tenant-storage/testing';
import { NodeXMLHttpRequest } from '../../libs/storage/test/stand-ins/xml-http-request.js';
import { AppModule } from '../consumers/src/app.module.js';
import { moveFiles } from './move-files.js';
import { sendReport } from './send-report.js';
import { apiAt } from './web/api.js';
import { upload } from './web/upload.js';
import { uploadPicked } from './web/upload-picked.js';
import { uppyFor } from './web/uppy.js';

/** What the docs show for clients, jobs and migrations, run as it stands against the application of the README. */
const secret = 'a secret of these tests, 32 bytes or more';
const folder = '/forms/7/fields/3';
const storage = await startTestStorage({ embeddedOnly: true });
let app: INestApplication;
let origin: string;

beforeAll(async () => {
  process.env['JWT_SECRET'] = secret;
  (globalThis as { XMLHttpRequest?: unknown }).XMLHttpRequest = NodeXMLHttpRequest;
  const options = { ...storage.options, tokenSecrets: ['another secret of these tests, 32 bytes or more'] };
  const module = await Test.createTestingModule({ imports: [AppModule.forRoot(options)] }).compile();
  app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
  origin = await app.getUrl();
});
beforeEach(() => storage.empty());
afterAll(async () => {
  await app.close();
  await storage.close();
});

async function apiOf(org: string) {
  const token = new SignJWT({ org_id: org }).setProtectedHeader({ alg: 'HS256' }).setSubject('ada');
  const signed = await token.sign(Buffer.from(secret));
  return apiAt(origin, () => signed);
}

const keys = async () => (await storage.contents()).keys;

test.each(['1', '11'])('organisation %s: a file straight to the store, and one that is refused', async (org) => {
  const api = await apiOf(org);
  const file = new File(['Blood pressure: 120/80'], 'note.txt', { type: 'text/plain' });
  expect(await upload(api, folder, file)).toMatchObject({ fileName: 'note.txt', size: 22 });
  expect(await keys()).toEqual([`${org}/uploads/forms/7/field_3/note.txt`]);
  const page = new File(['<svg/>'], 'page.svg', { type: 'image/svg+xml' });
  await expect(upload(api, folder, page)).rejects.toMatchObject({ statusCode: 415, code: 'type_not_accepted' });
});

test.each(['1', '11'])('organisation %s: in parts with Uppy', async (org) => {
  const bytes = Buffer.alloc(9 << 20, 'lines of text. ');
  const uppy = await uppyFor(await apiOf(org), folder, new File([bytes], 'large.txt', { type: 'text/plain' }));
  expect(await uppy.upload()).toMatchObject({ failed: [], successful: [{ name: 'large.txt' }] });
  expect(await keys()).toEqual([`${org}/uploads/forms/7/field_3/large.txt`]);
});

test('a file picked on a phone is asked for with its own size and type', async () => {
  const asked: unknown[] = [];
  const api = (async (method: string, path: string, body: object) => {
    asked.push([method, path, body]);
    return { token: 't', url: 'data:,', fields: { 'Content-Type': 'image/jpeg' } };
  }) as unknown as Awaited<ReturnType<typeof apiOf>>;
  await uploadPicked(api, folder, { uri: 'file:///a.jpg', name: 'a.jpg', size: 9, mimeType: 'image/jpeg' });
  const declared = { fileName: 'a.jpg', contentType: 'image/jpeg', size: 9, method: 'POST' };
  expect(asked).toEqual([
    ['POST', `${folder}/uploads`, declared],
    ['POST', '/uploads/complete', { token: 't' }],
  ]);
});

test.each(['1', '11'])('organisation %s: a report of a worker', async (orgId) => {
  const pdf = Readable.from([Buffer.from('%PDF-1.4\n'), Buffer.from('%%EOF\n')]);
  const { url } = await sendReport(app, { orgId, documentId: '5', pdf });
  expect(await (await fetch(url)).text()).toBe('%PDF-1.4\n%%EOF\n');
  expect(await keys()).toEqual([`${orgId}/documents/5/patient.pdf`]);
});

test('files of an old bucket move to whom they belong, twice over', async () => {
  const row = (orgId: string, fileName: string) => ({ orgId, formId: '7', customFieldId: '3', fileName });
  const rows = [
    { ...row('1', 'note.txt'), key: 'custom/old/a' },
    { ...row('11', 'note.txt'), key: 'custom/old/b' },
    { ...row('11', 'page.html'), key: 'custom/old/c' },
  ].map((each) => ({ ...each, key: `${each.orgId}/${each.key}` }));
  for (const { key } of rows) {
    const written = { Bucket: storage.bucket, Key: key, Body: `of ${key}`, ContentType: 'text/plain' };
    await storage.raw.send(new PutObjectCommand({ ...written, ServerSideEncryption: 'AES256' }));
  }
  const run = async () => {
    const results: string[] = [];
    const forms = app.get(FormUploadsService, { strict: false });
    for await (const { result } of moveFiles(rows, storage.raw, storage.bucket, forms)) results.push(result);
    return results;
  };
  expect(await run()).toEqual(['moved', 'moved', 'type_not_accepted']);
  expect(await run()).toEqual(['already_exists', 'already_exists', 'type_not_accepted']);
  const { items } = await app.get(FormUploadsService, { strict: false }).list(parseOrgId('11'), row('11', ''));
  expect(items.map(({ fileName }) => fileName)).toEqual(['note.txt']);
});

test('the server for tests with its clock, faults and log', async () => {
  const { client } = await import('./embedded.js');
  expect(await client.config.region()).toBe('us-east-1');
});
