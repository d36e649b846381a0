import { Test } from '@nestjs/testing';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseOrgId } from '../keys/org-id.js';
import { logo } from '../kinds/logo.js';
import { StorageModule } from '../storage.module.js';
import { Files } from './files.js';

/** The embedded server archives nothing, as it stores nothing of these classes: this one only says what S3 does. */
let said: Record<string, string> = {};
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url?.split('?')[0]}`);
  const headers = { ETag: '"e"', 'Content-Length': '5', 'Content-Type': 'image/png', ...said };
  request.resume().on('end', () => response.writeHead(200, headers).end());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
const options = { bucket: 'clinic-files', region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(options)] }).compile();
const files = module.get(Files);
afterAll(async () => {
  await module.close();
  server.close();
});
beforeEach(() => asked.splice(0));

const restored = 'ongoing-request="false", expiry-date="Fri, 21 Dec 2029 00:00:00 GMT"';
const glacier = { 'x-amz-storage-class': 'GLACIER' };
const orgs = [parseOrgId('1'), parseOrgId('11')];

test.each<Record<string, string>>([
  glacier,
  { 'x-amz-storage-class': 'DEEP_ARCHIVE' },
  { 'x-amz-storage-class': 'INTELLIGENT_TIERING', 'x-amz-archive-status': 'ARCHIVE_ACCESS' },
  { ...glacier, 'x-amz-restore': 'ongoing-request="true"' },
])('of a file that says %j there is no URL, and HEAD is refused as its bytes are', async (headers) => {
  said = headers;
  for (const org of orgs) {
    const archived = { code: 'conflict', message: expect.stringMatching(/restored/) as string };
    await expect(files.presignDownload(logo, org, {})).rejects.toMatchObject(archived);
    await expect(files.read(logo, org, {}, { withoutBody: true })).rejects.toMatchObject(archived);
    expect(await files.stat(logo, org, {})).toMatchObject({ size: 5 });
  }
});

test.each<Record<string, string>>([
  {},
  { 'x-amz-storage-class': 'GLACIER_IR' },
  { 'x-amz-storage-class': 'INTELLIGENT_TIERING' },
  { ...glacier, 'x-amz-restore': restored },
])('of one that says %j there is', async (headers) => {
  said = headers;
  for (const org of orgs) {
    expect((await files.presignDownload(logo, org, {})).url).toContain(
      `/clinic-files/${org}/templates/logos/logo.png?`,
    );
    expect((await files.read(logo, org, {}, { withoutBody: true })).length).toBe(5);
  }
  expect(new Set(asked).size).toBe(2);
});
