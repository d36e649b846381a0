import { gunzipSync } from 'node:zlib';
import { eleven, file, once, one, startDomains } from '../../test/file-kits/domains.kit.js';
import { send } from '../../test/http.js';
import type { StorageEvent } from '../files/events.js';
import { maxLogoBytes, maxSignatureBytes } from '../storage.policy.js';
import { samples } from '../testing/samples.js';

const { storage, forms, signatures, documents, templates, audit, events, keys, close } = await startDomains();
const { png, pdf } = samples;

afterEach(() => storage.empty());
afterAll(close);

const content = async ({ body }: { body: NodeJS.ReadableStream }) => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const document = { documentId: '9001', audience: 'patient' } as const;
const specialist = { specialistId: '44' };

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
    await expect(audit.append(one, march, failing())).rejects.toThrow('database gone');
    await expect(audit.append(one, march, [1n])).rejects.toThrow(TypeError);
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  test.each([
    { year: 1999, month: 1 },
    { year: 2026, month: 13 },
    { year: 2026, month: 0 },
    { year: '2026/..', month: 1 },
  ])('%j is no month, and every verb that is asked for one tells it', async (month) => {
    const told: StorageEvent[] = [];
    const end = events.subscribe((event) => void told.push(event));
    for (const ask of [
      () => audit.append(one, month, records),
      () => audit.read(one, month),
      () => audit.presignDownload(one, month),
      () => audit.stat(one, month),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'invalid_place' });
    }
    end();
    const refused = { org: '1', purpose: 'audit-month', code: 'invalid_place' };
    expect(told).toMatchObject([
      { kind: 'upload-refused', ...refused },
      ...['read', 'url', 'stat'].map((verb) => ({ kind: 'access-refused', verb, ...refused })),
    ]);
  });
});
