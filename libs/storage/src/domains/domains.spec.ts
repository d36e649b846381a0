import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { gunzipSync } from 'node:zlib';
import { parseOrgId } from '../keys/org-id.js';
import { StorageModule } from '../storage.module.js';
import { maxLogoBytes, maxSignatureBytes } from '../storage.policy.js';
import { send } from '../../test/http.js';
import { samples } from '../testing/samples.js';
import { startTestStorage } from '../testing/test-storage.js';
import { AuditArchiveService } from './audit-archive.service.js';
import { DocumentsService } from './documents.service.js';
import { FormUploadsService } from './form-uploads.service.js';
import { SignaturesService } from './signatures.service.js';
import { TemplatesService } from './templates.service.js';

const storage = await startTestStorage();
const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
const forms = module.get(FormUploadsService);
const signatures = module.get(SignaturesService);
const documents = module.get(DocumentsService);
const templates = module.get(TemplatesService);
const audit = module.get(AuditArchiveService);
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const { png, pdf } = samples;

afterEach(() => storage.empty());
afterAll(async () => {
  await module.close();
  await storage.close();
});

async function* once(bytes: Buffer) {
  yield bytes;
}
const keys = async () => (await storage.contents()).keys;
const content = async ({ body }: { body: NodeJS.ReadableStream }) => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const document = { documentId: '9001', audience: 'patient' } as const;
const specialist = { specialistId: '44' };
const file = { formId: '201', customFieldId: '7', fileName: 'Überweisung #1.png' };

const single = [
  {
    name: 'a signature',
    bytes: png.bytes,
    key: '1/signatures/specialists/44/signature.png',
    upload: (org: typeof one, bytes: Buffer) => signatures.upload(org, specialist, { bytes: once(bytes) }),
    read: (org: typeof one) => signatures.read(org, specialist),
    url: (org: typeof one) => signatures.presignDownload(org, specialist),
    delete: (org: typeof one) => signatures.delete(org, specialist),
  },
  {
    name: 'a document',
    bytes: pdf.bytes,
    key: '1/documents/9001/patient.pdf',
    upload: (org: typeof one, bytes: Buffer) => documents.upload(org, document, { bytes: once(bytes) }),
    read: (org: typeof one) => documents.read(org, document),
    url: (org: typeof one) => documents.presignDownload(org, document),
    delete: (org: typeof one) => documents.delete(org, document),
  },
  {
    name: 'a logo',
    bytes: png.bytes,
    key: '1/templates/logos/logo.png',
    upload: (org: typeof one, bytes: Buffer) => templates.upload(org, { bytes: once(bytes) }),
    read: (org: typeof one) => templates.read(org),
    url: (org: typeof one) => templates.presignDownload(org),
    delete: (org: typeof one) => templates.delete(org),
  },
  {
    name: 'a form file',
    bytes: png.bytes,
    key: '1/uploads/forms/201/field_7/Überweisung #1.png',
    upload: (org: typeof one, bytes: Buffer) =>
      forms.upload(org, file, { bytes: once(bytes), contentType: 'image/png' }),
    read: (org: typeof one) => forms.read(org, file),
    url: (org: typeof one) => forms.presignDownload(org, file),
    delete: (org: typeof one) => forms.delete(org, file),
  },
];

describe.each(single)('$name', ({ bytes, key, upload, read, url, delete: remove }) => {
  test('goes in, comes out, and is gone when deleted', async () => {
    await upload(one, bytes);
    expect(await keys()).toEqual([key]);
    expect(await content(await read(one))).toEqual(bytes);
    const reply = await send('GET', (await url(one)).url);
    expect(reply.body).toEqual(bytes);
    expect(reply.headers['cache-control']).toBe('private');
    await remove(one);
    await expect(read(one)).rejects.toMatchObject({ code: 'not_found' });
    expect(await keys()).toEqual([]);
  });

  test('exists for its own organisation only', async () => {
    await upload(one, bytes);
    await expect(read(eleven)).rejects.toMatchObject({ code: 'not_found' });
    await expect(url(eleven)).rejects.toMatchObject({ code: 'not_found' });
    await remove(eleven);
    expect(await content(await read(one))).toEqual(bytes);
  });

  test('is refused when its bytes are something else, and nothing is stored', async () => {
    await expect(upload(one, Buffer.from('<html><script>alert(1)</script></html>'))).rejects.toMatchObject({
      code: 'content_mismatch',
    });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });
});

test.each([
  ['a signature', maxSignatureBytes, (bytes: Buffer) => signatures.upload(one, specialist, { bytes: once(bytes) })],
  ['a logo', maxLogoBytes, (bytes: Buffer) => templates.upload(one, { bytes: once(bytes) })],
])('%s has its own limit', async (_name, limit, upload) => {
  const padded = Buffer.concat([png.bytes, Buffer.alloc(limit + 1 - png.bytes.length)]);
  await expect(upload(padded)).rejects.toMatchObject({ code: 'file_too_large' });
  expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
});

test('a declared size beyond the limit is refused before a byte is read', async () => {
  let pulled = false;
  async function* never() {
    pulled = true;
    yield png.bytes;
  }
  const uploading = forms.upload(one, file, { bytes: never(), contentType: 'image/png', size: 262_144_001 });
  await expect(uploading).rejects.toMatchObject({ code: 'file_too_large' });
  expect(pulled).toBe(false);
});

describe('form files', () => {
  const upload = (fileName: string, options = {}) =>
    forms.upload(one, { ...file, fileName }, { bytes: once(png.bytes), contentType: 'image/png' }, options);

  test('a taken name is refused unless replacing is asked for', async () => {
    await upload('a.png');
    await expect(upload('a.png')).rejects.toMatchObject({ code: 'already_exists' });
    await expect(upload('a.png', { replace: true })).resolves.toMatchObject({ fileName: 'a.png' });
  });

  test('the original name comes back on download, a clean one stands in the key', async () => {
    expect(await upload('a?b*c.png')).toMatchObject({ fileName: 'a?b*c.png' });
    expect(await keys()).toEqual(['1/uploads/forms/201/field_7/a-b-c.png']);
    const { contentDisposition } = await forms.read(one, { ...file, fileName: 'a?b*c.png' });
    expect(contentDisposition).toContain('a?b*c.png');
    await expect(upload('a-b-c.png')).rejects.toMatchObject({ code: 'already_exists' });
  });

  test.each(['', 'application/octet-stream', 'application/octet-stream; x=y'])(
    'a client that knows no type (%j) is helped by the extension, never against the bytes',
    async (contentType) => {
      const bytes = samples.heic.bytes;
      const at = { ...file, fileName: 'IMG_1.heic' };
      expect(await forms.upload(one, at, { bytes: once(bytes), contentType })).toMatchObject({
        contentType: 'image/heic',
      });
      const lied = forms.upload(one, { ...file, fileName: 'b.png' }, { bytes: once(bytes), contentType });
      await expect(lied).rejects.toMatchObject({ code: 'content_mismatch' });
    },
  );

  test('lists a field by pages, of its own organisation, with URLs that work', async () => {
    for (const name of ['b.png', 'a.png', 'c.png']) await upload(name);
    await forms.upload(eleven, { ...file, fileName: 'd.png' }, { bytes: once(png.bytes), contentType: 'image/png' });
    await forms.upload(
      one,
      { ...file, customFieldId: '77', fileName: 'e.png' },
      { bytes: once(png.bytes), contentType: 'image/png' },
    );
    const first = await forms.list(one, file, { limit: 2, urls: true });
    expect(first.items).toMatchObject([
      { fileName: 'a.png', contentType: 'image/png', size: png.bytes.length },
      { fileName: 'b.png' },
    ]);
    for (const { url } of first.items) expect((await send('GET', url!)).body).toEqual(png.bytes);
    const second = await forms.list(one, file, { limit: 2, cursor: first.nextCursor });
    expect(second.items.map(({ fileName }) => fileName)).toEqual(['c.png']);
    expect(second.nextCursor).toBeUndefined();
    expect(JSON.stringify(first.items.map(({ url: _url, ...item }) => item))).not.toMatch(
      /uploads|field_|tenant-files/,
    );
  });

  test('a key that others put there under no name of ours is listed, and gets no URL', async () => {
    await forms.upload(one, { ...file, fileName: 'z.png' }, { bytes: once(png.bytes), contentType: 'image/png' });
    const odd = { Bucket: storage.bucket, Key: '1/uploads/forms/201/field_7/a:b?.png', Body: png.bytes };
    await storage.raw.send(new PutObjectCommand(odd));
    const { items } = await forms.list(one, file, { urls: true });
    expect(items).toEqual([
      expect.not.objectContaining({ url: expect.anything() }),
      expect.objectContaining({ fileName: 'z.png', url: expect.stringMatching(/z\.png\?/) }),
    ]);
  });

  test.each([
    [{ ...file, formId: '..' }, 'invalid_place'],
    [{ ...file, formId: '201/field_7' }, 'invalid_place'],
    [{ ...file, customFieldId: '' }, 'invalid_place'],
    [{ ...file, fileName: '../x.png' }, 'invalid_file_name'],
    [{ ...file, fileName: '%2e%2e%2fx.png' }, 'invalid_file_name'],
    [{ ...file, fileName: '' }, 'invalid_file_name'],
    [{ ...file, fileName: 'x.svg' }, 'type_not_accepted'],
    [{ ...file, fileName: 'x.html' }, 'type_not_accepted'],
  ])('%j is refused and nothing is stored', async (place, code) => {
    await expect(forms.upload(one, place, { bytes: once(png.bytes), contentType: 'image/png' })).rejects.toMatchObject({
      code,
    });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });
});

describe('the audit archive', () => {
  const march = { year: 2026, month: 3 };
  const records = [{ at: 1, who: 'ä' }, { at: 2 }];

  test('a month is gzip JSON lines, written once', async () => {
    await audit.append(one, march, records);
    expect(await keys()).toEqual(['audit-archive/1/2026/03.jsonl.gz']);
    const bytes = await content(await audit.read(one, march));
    expect(gunzipSync(bytes).toString()).toBe('{"at":1,"who":"ä"}\n{"at":2}\n');
    await expect(audit.append(one, march, [{ forged: true }])).rejects.toMatchObject({ code: 'already_exists' });
    expect(await content(await audit.read(one, march))).toEqual(bytes);
  });

  test('is out of reach for another organisation, and downloads as an attachment', async () => {
    await audit.append(one, march, records);
    await expect(audit.read(eleven, march)).rejects.toMatchObject({ code: 'not_found' });
    await expect(audit.presignDownload(eleven, march)).rejects.toMatchObject({ code: 'not_found' });
    const reply = await send('GET', (await audit.presignDownload(one, march)).url);
    expect(reply.headers['content-disposition']).toBe('attachment; filename="2026-03.jsonl.gz"');
  });

  test('records that fail half way leave no month', async () => {
    async function* failing() {
      yield { at: 1 };
      throw new Error('database gone');
    }
    await expect(audit.append(one, march, failing())).rejects.toMatchObject({ code: 'cancelled' });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  test.each([
    { year: 1999, month: 1 },
    { year: 2026, month: 13 },
    { year: 2026, month: 0 },
    { year: '2026/..', month: 1 },
  ])('%j is no month', async (month) => {
    await expect(audit.append(one, month, records)).rejects.toMatchObject({ code: 'invalid_place' });
  });
});
