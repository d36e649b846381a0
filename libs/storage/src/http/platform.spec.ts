import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Injectable,
  Module,
  Param,
  Post,
  Put,
  Req,
  Res,
  UseFilters,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { send } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { FormUploadsService } from '../kinds/form-upload.js';
import type { FormFieldPlace, FormFilePlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageModule } from '../storage.module.js';
import { startTestStorage } from '../testing/test-storage.js';
import { leaveFilesUnread, type HttpRequest, type HttpResponse } from './platform.js';
import { receiveFile } from './receive-file.js';
import { ReceivedFile, ReceivedFiles } from './received-file.js';
import { readOptionsOf, sendFile } from './send-file.js';
import { StorageErrorFilter } from './storage-error.filter.js';
import { CurrentOrg, TenantGuard } from './tenant.guard.js';

@Injectable()
class SignIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>();
    request.user = { org_id: request.headers['x-org'] };
    return true;
  }
}

@Controller('forms/:formId/fields/:customFieldId/files')
@UseGuards(SignIn, TenantGuard)
@UseFilters(StorageErrorFilter)
class Scans {
  constructor(private readonly forms: FormUploadsService) {}

  @Put(':fileName')
  upload(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace, @ReceivedFile() file: ReceivedFile) {
    return this.forms.upload(org, place, file);
  }

  @Post('by-hand/:fileName')
  async byHand(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace, @Req() request: HttpRequest) {
    return this.forms.upload(org, place, await receiveFile(request));
  }

  @Post()
  async several(@CurrentOrg() org: OrgId, @Param() field: FormFieldPlace, @ReceivedFiles() files: ReceivedFiles) {
    const stored: string[] = [];
    for await (const { fileName = '', ...file } of files) {
      stored.push((await this.forms.upload(org, { ...field, fileName }, file)).fileName);
    }
    return stored;
  }

  @Get()
  list(@CurrentOrg() org: OrgId, @Param() field: FormFieldPlace) {
    return this.forms.list(org, field);
  }

  @Get(':fileName/content')
  async content(
    @CurrentOrg() org: OrgId,
    @Param() place: FormFilePlace,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ) {
    await sendFile(request, response, await this.forms.read(org, place, readOptionsOf(request)));
  }

  @Delete(':fileName')
  @HttpCode(204)
  delete(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace) {
    return this.forms.delete(org, place);
  }
}

const storage = await startTestStorage();
const onEmbedded = testNeeding(storage, 'embedded server');
afterAll(() => storage.close());

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('on %s', (name, adapter) => {
  let app: INestApplication;
  let files: string;
  beforeAll(async () => {
    await storage.empty();
    @Module({ imports: [StorageModule.forRoot(storage.options)], controllers: [Scans] })
    class App {}
    app = await NestFactory.create(App, adapter(), { logger: false });
    leaveFilesUnread(app);
    app.enableCors({ origin: 'https://app.example.com' });
    await app.listen(0, '127.0.0.1');
    files = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/forms/7/fields/3/files`;
  });
  afterAll(async () => {
    await app.close();
  });

  const as = (org: string, headers: Record<string, string> = {}) => ({ 'x-org': org, ...headers });
  const text = { 'content-type': 'text/plain' };
  const form = (...fileNames: string[]) => ({
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: `${fileNames.map((one) => `--b\r\nContent-Disposition: form-data; name="file"; filename="${one}"\r\nContent-Type: text/plain\r\n\r\n${one}\r\n`).join('')}--b--\r\n`,
  });
  const put = (org: string, fileName: string, body: string, headers: Record<string, string> = text) =>
    send('PUT', `${files}/${fileName}`, { headers: as(org, headers), body });
  const codeOf = ({ status, body }: { status: number; body: Buffer }) => [
    status,
    (JSON.parse(body.toString()) as { code: string }).code,
  ];

  test('a file goes in raw and in a form, is listed, read, and nobody else sees it', async () => {
    const raw = await put('1', 'raw.txt', 'hello');
    const { headers, body } = form('form.txt');
    const inForm = await put('1', 'form.txt', body, headers);
    expect([raw.status, inForm.status]).toEqual([200, 200]);
    const listed = await send('GET', files, { headers: as('1') });
    expect(JSON.parse(listed.body.toString())).toMatchObject({
      items: [{ fileName: 'form.txt' }, { fileName: 'raw.txt', size: 5 }],
    });
    const read = await send('GET', `${files}/raw.txt/content`, { headers: as('1') });
    expect([read.status, read.body.toString(), read.headers['content-length']]).toEqual([200, 'hello', '5']);
    expect(JSON.parse((await send('GET', files, { headers: as('11') })).body.toString())).toEqual({ items: [] });
    const foreign = await send('GET', `${files}/raw.txt/content`, { headers: as('11') });
    expect(codeOf(foreign)).toEqual([404, 'not_found']);
    expect((await storage.contents()).keys.every((key) => key.startsWith('1/'))).toBe(true);
  });

  test('what handlers take with receiveFile and @ReceivedFiles', async () => {
    const byHand = await send('POST', `${files}/by-hand/a.csv`, {
      headers: as('11', { 'content-type': 'text/csv' }),
      body: 'a,b',
    });
    const { headers, body } = form('one.txt', 'two.txt');
    const several = await send('POST', files, { headers: as('11', headers), body });
    expect([byHand.status, several.body.toString()]).toEqual([201, '["one.txt","two.txt"]']);
  });

  test('ranges, what is unchanged, and HEAD', async () => {
    await put('1', 'parts.txt', 'hello');
    const get = (headers: Record<string, string>, method = 'GET') =>
      send(method, `${files}/parts.txt/content`, { headers: as('1', headers) });
    const range = await get({ range: 'bytes=1-3' });
    expect([range.status, range.body.toString(), range.headers['content-range']]).toEqual([206, 'ell', 'bytes 1-3/5']);
    const { etag = '' } = range.headers;
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ range: 'bytes=9-' })).headers['content-range']).toBe('bytes */5');
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '5', 0]);
  });

  test.each([
    ['no organisation', 'x', 'a.txt', 'x', text, 403, 'invalid_org'],
    ['no accepted type', '1', 'a.exe', 'MZ', { 'content-type': 'application/x-msdownload' }, 415, 'type_not_accepted'],
    ['other bytes than declared', '1', 'a.png', 'no png', { 'content-type': 'image/png' }, 422, 'content_mismatch'],
    ['nothing', '1', 'a.txt', '', text, 400, 'file_empty'],
    ['JSON', '1', 'a.txt', '{}', { 'content-type': 'application/json' }, 415, 'type_not_accepted'],
    [
      'a broken form',
      '1',
      'a.txt',
      '--b',
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      'invalid_request',
    ],
  ])('%s is refused in words', async (_what, org, fileName, body, headers, status, code) => {
    expect(codeOf(await put(org, fileName, body, headers))).toEqual([status, code]);
  });

  test('a taken name is 409, and deleting frees it', async () => {
    await put('11', 'twice.txt', 'first');
    expect(codeOf(await put('11', 'twice.txt', 'second'))).toEqual([409, 'already_exists']);
    expect((await send('DELETE', `${files}/twice.txt`, { headers: as('11') })).status).toBe(204);
    expect((await put('11', 'twice.txt', 'second')).status).toBe(200);
  });

  test('browsers of other origins may read files and refusals', async () => {
    for (const fileName of ['raw.txt', 'absent.txt']) {
      const { headers } = await send('GET', `${files}/${fileName}/content`, {
        headers: as('1', { origin: 'https://app.example.com' }),
      });
      expect(headers['access-control-allow-origin']).toBe('https://app.example.com');
    }
  });

  onEmbedded(`it is ${name}, and a store that fails is told without detail`, async () => {
    expect(app.getHttpAdapter().getType()).toBe(name.toLowerCase());
    const remove = storage.s3.faults.add({ operation: 'GetObject', action: 'refuse' });
    const { status, body } = await send('GET', `${files}/raw.txt/content`, { headers: as('1') });
    remove();
    expect([status, body.toString()]).toEqual([
      502,
      expect.stringMatching(/^\{"statusCode":502,"code":"store_refused"/),
    ]);
    expect(body.toString()).not.toMatch(/tenant-files|127\.0\.0\.1/);
  });
});

test('a body that Fastify has read, or refuses, is told with the line to add', async () => {
  const logged: string[] = [];
  const logger = { log() {}, warn() {}, error: (text: unknown) => void logged.push(String(text)) };
  const options = { bucket: 'clinic-files', region: 'eu-central-1', endpoint: 'http://127.0.0.1:9' };
  @Module({ imports: [StorageModule.forRoot(options)], controllers: [Scans] })
  class App {}
  const app = await NestFactory.create(App, new FastifyAdapter(), { logger });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/forms/7/fields/3/files/a.txt`;
  const { status } = await send('PUT', url, { headers: { 'x-org': '1', 'content-type': 'text/plain' }, body: 'x' });
  await app.close();
  expect(status).toBe(500);
  expect(logged).toEqual([expect.stringContaining('Call leaveFilesUnread(app) before the application listens')]);
});
