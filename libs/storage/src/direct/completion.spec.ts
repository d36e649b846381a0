import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import {
  by,
  eleven,
  key,
  one,
  pdf,
  place,
  startDirectUploads,
  type Sending,
} from '../../test/file-kits/direct-uploads.kit.js';
import { send } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { FormUploadsService } from '../kinds/form-upload.js';
import { StorageEvents, type StorageEvent } from '../files/events.js';
import { hostileSamples, samples } from '../testing/samples.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';

const { storage, start, module, forms, uploads, sent, keys, methods, reset, close } = await startDirectUploads();
const onEmbedded = testNeeding(storage, 'embedded server');

afterEach(reset);
afterAll(close);

test.each(methods)('%s: what was verified stands in its place, and nowhere else', async (method) => {
  const sha256 = createHash('sha256').update(pdf).digest('hex');
  const { token } = await sent(pdf, { method, fileName: 'Befund: Müller?.pdf', sha256 });
  expect(await keys()).toEqual([expect.stringMatching(/^incoming\/1\//)]);
  const file = await uploads.complete(one, token, { by, purpose: 'form-upload' });
  expect(file).toMatchObject({
    fileName: 'Befund: Müller?.pdf',
    contentType: 'application/pdf',
    size: pdf.length,
    sha256,
  });
  expect(await keys()).toEqual(['1/uploads/forms/201/field_7/Befund- Müller-.pdf']);
  const head = await storage.raw.send(new HeadObjectCommand({ Bucket: storage.bucket, Key: (await keys())[0] }));
  expect(head.ServerSideEncryption).toBe('AES256');
  expect(head.Metadata).toEqual({
    'file-name': encodeURIComponent('Befund: Müller?.pdf'),
    sha256,
    'write-id': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  });
});

describe('a token works for its upload only', () => {
  const wrong: [string, (token: string) => Promise<unknown>, string][] = [
    ['another organisation', (token) => uploads.complete(eleven, token, { by }), 'not_found'],
    ['another user', (token) => uploads.complete(one, token, { by: 'patient-77' }), 'not_found'],
    ['another purpose', (token) => uploads.complete(one, token, { by, purpose: 'signature' }), 'not_found'],
    [
      'signing for another organisation',
      (token) => uploads.sign(eleven, token, { method: 'PUT' }, { by }),
      'not_found',
    ],
    ['giving up for another organisation', (token) => uploads.abandon(eleven, token, { by }), 'not_found'],
    ['an altered one', (token) => uploads.complete(one, `${token.slice(0, -3)}AAA`, { by }), 'invalid_token'],
    ['none', () => uploads.complete(one, '', { by }), 'invalid_token'],
  ];

  test.each(wrong)('%s', async (_name, run, code) => {
    const { token } = await sent(pdf);
    const before = await keys();
    await expect(run(token)).rejects.toMatchObject({ code });
    expect(await keys()).toEqual(before);
  });

  test('a foreign upload and an absent one give the same answer', async () => {
    const { token } = await sent(pdf);
    await storage.empty();
    const absent = await uploads.complete(one, token, { by }).catch((error: unknown) => error);
    const foreign = await uploads.complete(eleven, token, { by }).catch((error: unknown) => error);
    expect(foreign).toMatchObject({ code: 'not_found', message: (absent as Error).message });
    expect(absent).toMatchObject({ code: 'not_found' });
  });

  test('replayed after the file was deleted', async () => {
    const { token } = await sent(pdf);
    await uploads.complete(one, token, { by });
    await forms.delete(one, place);
    await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'not_found' });
    expect(await keys()).toEqual([]);
  });
});

describe('what arrived is compared with what was declared', () => {
  /** Puts bytes on the incoming object behind the store's checks, as a store that enforces nothing would let a client do. */
  async function forged(bytes: Buffer, params: object = {}, declared: Sending = {}) {
    const ticket = await sent(pdf, declared);
    const [incoming] = (await keys()).filter((name) => name.startsWith('incoming/'));
    const given = { Bucket: storage.bucket, Key: incoming, Body: bytes, ContentType: 'application/pdf' };
    await storage.raw.send(new PutObjectCommand({ ...given, ServerSideEncryption: 'AES256', ...params }));
    return ticket;
  }
  const swapped = Buffer.from(pdf);
  swapped[12] = 0x21;
  const sha256 = createHash('sha256').update(pdf).digest('hex');

  test.each([
    ['size', () => forged(Buffer.concat([pdf, pdf])), 'size_mismatch'],
    ['declared type', () => forged(pdf, { ContentType: 'text/html' }), 'content_mismatch'],
    ['content', () => forged(Buffer.from('<html>'.padEnd(pdf.length, 'x'))), 'content_mismatch'],
    ['hash, where the store has none', () => forged(swapped, {}, { sha256 }), 'hash_mismatch'],
    [
      'hash, where the store has one',
      () => forged(swapped, { ChecksumAlgorithm: 'SHA256' }, { sha256 }),
      'hash_mismatch',
    ],
  ])('%s', async (_name, forge, code) => {
    const { token } = await forge();
    await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code });
    expect(await keys()).toEqual([]);
  });

  onEmbedded(
    'encryption, which is signed: one that is missing is no fault of the client, whose bytes are kept',
    async () => {
      storage.s3.features.bucketPolicy = false;
      const { token } = await forged(pdf, { ServerSideEncryption: 'aws:kms' });
      storage.s3.features.bucketPolicy = true;
      await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'misconfigured' });
      expect(await keys()).toEqual([expect.stringMatching(/^incoming\/1\//)]);
      const mended = await start({ store: { like: 'aws', reportsEncryption: false } });
      expect(await mended.get(DirectUploads).complete(one, token, { by })).toMatchObject({ size: pdf.length });
      await mended.close();
    },
  );
});

describe('every accepted kind', () => {
  test.each(Object.entries(samples))('%s is accepted', async (_name, { fileName, contentType, bytes }) => {
    const { token } = await sent(bytes, { fileName, contentType });
    expect(await uploads.complete(one, token, { by })).toMatchObject({ size: bytes.length });
    expect((await keys()).filter((name) => name.startsWith('incoming/'))).toEqual([]);
  });

  test.each(Object.entries(hostileSamples))('hostile: %s is refused and leaves nothing', async (_name, sample) => {
    const { fileName, contentType, bytes } = sample;
    const run = async () => uploads.complete(one, (await sent(bytes, { fileName, contentType })).token, { by });
    await expect(run()).rejects.toMatchObject({
      code: expect.stringMatching(/type_not_accepted|content_mismatch/) as string,
    });
    expect(await keys()).toEqual([]);
  });
});

test('events tell who, which organisation and which place, and no secret', async () => {
  const heard: StorageEvent[] = [];
  const end = module.get(StorageEvents).subscribe((event) => heard.push(event));
  const { token, ...ticket } = await sent(pdf);
  await uploads.complete(one, token, { by });
  await uploads.complete(one, token, { by });
  const { url } = await forms.presignDownload(one, place, { by });
  await forms.delete(one, place, { by });
  end();
  const subject = { org: one, purpose: 'form-upload', by, place };
  expect(heard).toMatchObject([
    { kind: 'upload-begun', ...subject, size: pdf.length },
    { kind: 'upload-completed', ...subject, direct: true },
    { kind: 'read-url-issued', ...subject },
    { kind: 'file-deleted', ...subject },
  ]);
  const said = JSON.stringify(heard);
  for (const secret of [token, url, 'Signature', 'incoming', (ticket as { url: string }).url])
    expect(said).not.toContain(secret);
});

onEmbedded('a store that copies without conditions: what was verified is placed, not what came after', async () => {
  const weak = await start({ store: { like: 'aws', conditionalCopySource: false } });
  storage.s3.features.conditionalCopySource = false;
  const { token } = await sent(pdf);
  const [incoming] = await keys();
  const swap = async () => {
    const other = Buffer.from('<script>'.padEnd(pdf.length, '!'));
    const params = { Bucket: storage.bucket, Key: incoming, Body: other, ContentType: 'application/pdf' };
    await storage.raw.send(new PutObjectCommand(params));
  };
  storage.s3.faults.add({ operation: 'CopyObject', key, before: swap });
  await weak.get(DirectUploads).complete(one, token, { by });
  storage.s3.features.conditionalCopySource = true;
  expect(await keys()).toEqual([key]);
  expect(Buffer.concat(await (await forms.read(one, place)).body.toArray())).toEqual(pdf);
  await weak.close();
});

test('a store that accepts unsigned headers gets no direct uploads without a tenant role', async () => {
  const weak = await start({ tenantRole: undefined, store: { like: 'aws', refusesUnsignedHeaders: false } });
  const begun = weak
    .get(FormUploadsService)
    .beginUpload(one, place, { contentType: 'application/pdf', size: 9 }, { by });
  await expect(begun).rejects.toMatchObject({ code: 'not_supported' });
  await weak.close();
});

test('a store without POST policies gets PUT, and POST is refused there', async () => {
  const weak = await start({ store: { like: 'aws', postPolicy: false } });
  const begin = (method?: 'POST') =>
    weak.get(FormUploadsService).beginUpload(one, place, { contentType: 'application/pdf', size: 9, method }, { by });
  expect((await begin()).method).toBe('PUT');
  await expect(begin('POST')).rejects.toMatchObject({ code: 'not_supported' });
  await weak.close();
});

test('a URL for what is not there is not made; a URL that is made reads the file', async () => {
  await expect(forms.presignDownload(one, place)).rejects.toMatchObject({ code: 'not_found' });
  const { token } = await sent(pdf);
  await expect(forms.presignDownload(one, place)).rejects.toMatchObject({ code: 'not_found' });
  await uploads.complete(one, token, { by });
  await expect(forms.presignDownload(eleven, place)).rejects.toMatchObject({ code: 'not_found' });
  const { url } = await forms.presignDownload(one, place, { disposition: 'attachment' });
  const reply = await send('GET', url);
  expect(reply.body).toEqual(pdf);
  expect(reply.headers).toMatchObject({ 'content-type': 'application/pdf', 'cache-control': 'private' });
  expect(reply.headers['content-disposition']).toMatch(/^attachment; filename="?report\.pdf/);
});
