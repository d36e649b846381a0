import { Test } from '@nestjs/testing';
import { DocumentsService } from '../kinds/document.js';
import { FormUploadsService } from '../kinds/form-upload.js';
import { parseOrgId } from '../keys/org-id.js';
import { StorageEvents, type StorageEvent } from '../files/events.js';
import { StorageModule } from '../storage.module.js';
import { follow } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { startTestStorage } from '../testing/test-storage.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';

const storage = await startTestStorage();
const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
const forms = module.get(FormUploadsService);
const documents = module.get(DocumentsService);
const uploads = module.get(DirectUploads);
const one = parseOrgId('1');
const by = 'patient-7';
const place = { formId: '201', customFieldId: '7', fileName: 'report.pdf' };
const pdf = Buffer.from('%PDF-1.7\nthe bytes that were declared\n%%EOF\n');
const heard: StorageEvent[] = [];
module.get(StorageEvents).subscribe((event) => heard.push(event));

afterEach(async () => {
  if (storage.isEmbedded) storage.s3.faults.clear();
  heard.length = 0;
  await storage.empty();
});
afterAll(async () => {
  await module.close();
  await storage.close();
});

const begin = (method: 'PUT' | 'POST') =>
  forms.beginUpload(one, place, { contentType: 'application/pdf', size: pdf.length, method }, { by });
const keys = async () => (await storage.contents()).keys.filter((key) => !key.startsWith('incoming/'));

describe.each(storage.capabilities.postPolicy ? (['PUT', 'POST'] as const) : (['PUT'] as const))('%s', (method) => {
  test('bytes sent again after the file was deleted are not accepted again', async () => {
    const ticket = await begin(method);
    await follow(ticket, pdf);
    await uploads.complete(one, ticket.token, { by });
    expect((await follow(ticket, pdf)).status).toBeLessThan(300);
    await forms.delete(one, place);
    await expect(uploads.complete(one, ticket.token, { by })).rejects.toMatchObject({ code: 'not_found' });
    expect(await keys()).toEqual([]);
  });

  test('an upload that was given up or refused is over', async () => {
    const given = await begin(method);
    await uploads.abandon(one, given.token, { by });
    await follow(given, pdf);
    await expect(uploads.complete(one, given.token, { by })).rejects.toMatchObject({ code: 'not_found' });
    const refused = await begin(method);
    await follow(refused, Buffer.from('<html>'.padEnd(pdf.length, 'x')));
    await expect(uploads.complete(one, refused.token, { by })).rejects.toMatchObject({ code: 'content_mismatch' });
    await follow(refused, pdf);
    await expect(uploads.complete(one, refused.token, { by })).rejects.toMatchObject({ code: 'not_found' });
    expect(await keys()).toEqual([]);
  });
});

test('no step is signed for an upload that is over', async () => {
  const ticket = await begin('PUT');
  await follow(ticket, pdf);
  await uploads.complete(one, ticket.token, { by });
  await expect(uploads.sign(one, ticket.token, { method: 'PUT' }, { by })).rejects.toMatchObject({ code: 'not_found' });
});

const onConditionalCopy = testNeeding(storage, 'embedded server', 'conditionalCopy');

describe('a document that appears between the check and the copy', () => {
  const at = { documentId: '9001', audience: 'patient' } as const;
  const newer = Buffer.from('%PDF-1.7 newer');
  async function* once(bytes: Buffer) {
    yield bytes;
  }

  onConditionalCopy.each([false, true])('is not overwritten (one stood there before: %s)', async (stood) => {
    if (stood) await documents.upload(one, at, { bytes: once(Buffer.from('%PDF-1.7 older')) });
    const ticket = await documents.beginUpload(one, at, { size: pdf.length }, { by });
    await follow(ticket, pdf);
    storage.s3.faults.add({
      operation: 'CopyObject',
      before: async () => {
        await documents.upload(one, at, { bytes: once(newer) });
      },
    });
    await expect(uploads.complete(one, ticket.token, { by, purpose: 'document' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const { body } = await documents.read(one, at);
    expect(Buffer.concat(await body.toArray())).toEqual(newer);
  });
});

describe('events', () => {
  const kinds = () => heard.map(({ kind }) => kind);

  test('a completion is told once, however many complete it', async () => {
    const ticket = await begin('PUT');
    await follow(ticket, pdf);
    await Promise.all(Array.from({ length: 6 }, () => uploads.complete(one, ticket.token, { by })));
    expect(kinds()).toEqual(['upload-begun', 'upload-completed']);
    expect(heard[1]).toMatchObject({ id: expect.any(String) as string, direct: true, by });
  });

  test('refusals are told, also those before anything was sent', async () => {
    const stream = forms.upload(
      one,
      { ...place, fileName: 'x.svg' },
      { bytes: [] as never, contentType: 'image/svg+xml' },
    );
    await expect(stream).rejects.toMatchObject({ code: 'type_not_accepted' });
    const large = forms.beginUpload(one, place, { contentType: 'application/pdf', size: 1e9 }, { by });
    await expect(large).rejects.toMatchObject({ code: 'file_too_large' });
    expect(heard).toMatchObject([
      { kind: 'upload-refused', code: 'type_not_accepted', direct: false },
      { kind: 'upload-refused', code: 'file_too_large', direct: true, by },
    ]);
  });

  test('bytes handed out through the application are told', async () => {
    const ticket = await begin('PUT');
    await follow(ticket, pdf);
    await uploads.complete(one, ticket.token, { by });
    heard.length = 0;
    (await forms.read(one, place, { range: 'bytes=0-3', by: 'doctor-1' })).body.destroy();
    expect(heard).toMatchObject([{ kind: 'file-read', by: 'doctor-1', range: `bytes 0-3/${pdf.length}` }]);
  });
});
