import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Test, type TestingModule } from '@nestjs/testing';
import { createHash } from 'node:crypto';
import { FormUploadsService } from '../domains/form-uploads.service.js';
import { SignaturesService } from '../domains/signatures.service.js';
import { layout } from '../keys/layout.js';
import { parseOrgId } from '../keys/org-id.js';
import { S3_CLIENT } from '../s3/s3-client.js';
import { StorageEvents, type StorageEvent } from '../storage.events.js';
import { StorageModule } from '../storage.module.js';
import { follow, send } from '../../test/http.js';
import { hostileSamples, samples } from '../testing/samples.js';
import { testNeeding } from '../../test/needs.js';
import { startTestStorage } from '../testing/test-storage.js';
import { DirectUploads } from './direct-uploads.js';

const storage = await startTestStorage();
const onEmbedded = testNeeding(storage, 'embedded server');
const start = () => Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
const module = await start();
const forms = module.get(FormUploadsService);
const signatures = module.get(SignaturesService);
const uploads = module.get(DirectUploads);
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const by = 'patient-7';
const pdf = Buffer.from('%PDF-1.7\nthe bytes that were promised\n%%EOF\n');
const place = { formId: '201', customFieldId: '7', fileName: 'report.pdf' };
const key = layout.formUpload(one, place);

afterEach(async () => {
  if (storage.isEmbedded) storage.s3.faults.clear();
  await storage.empty();
});
afterAll(async () => {
  await module.close();
  await storage.close();
});

interface Sending {
  method?: 'PUT' | 'POST';
  fileName?: string;
  contentType?: string;
  sha256?: string;
}

async function sent(
  bytes: Buffer,
  { fileName = place.fileName, contentType = 'application/pdf', ...promise }: Sending = {},
) {
  const at = { ...place, fileName };
  const ticket = await forms.beginUpload(one, at, { contentType, size: bytes.length, ...promise }, { by });
  expect((await follow(ticket, bytes)).status).toBeLessThan(300);
  return ticket;
}

const keys = async () => (await storage.contents()).keys;

const methods = storage.capabilities.postPolicy ? (['PUT', 'POST'] as const) : (['PUT'] as const);

test.each(methods)('%s: what was verified stands in its place, and nowhere else', async (method) => {
  const sha256 = createHash('sha256').update(pdf).digest('hex');
  const { token } = await sent(pdf, { method, fileName: 'Befund: Müller?.pdf', sha256 });
  expect(await keys()).toEqual([expect.stringMatching(/^incoming\/1\//)]);
  const file = await forms.completeUpload(one, token, { by });
  expect(file).toMatchObject({
    fileName: 'Befund: Müller?.pdf',
    contentType: 'application/pdf',
    size: pdf.length,
    sha256,
  });
  expect(await keys()).toEqual(['1/uploads/forms/201/field_7/Befund- Müller-.pdf']);
  const head = await storage.raw.send(new HeadObjectCommand({ Bucket: storage.bucket, Key: (await keys())[0] }));
  expect(head.ServerSideEncryption).toBe('AES256');
  expect(head.Metadata).toMatchObject({ 'uploaded-by': by, 'file-name': encodeURIComponent('Befund: Müller?.pdf') });
});

test('completing again, and five times at once, gives the same answer', async () => {
  const { token } = await sent(pdf);
  const answers = await Promise.all(Array.from({ length: 5 }, () => uploads.complete(one, token, { by })));
  answers.push(await uploads.complete(one, token, { by }));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await keys()).toEqual([key]);
});

describe('a token works for its upload only', () => {
  const wrong: [string, (token: string) => Promise<unknown>, string][] = [
    ['another organisation', (token) => uploads.complete(eleven, token, { by }), 'not_found'],
    ['another user', (token) => uploads.complete(one, token, { by: 'patient-77' }), 'not_found'],
    ['another purpose', (token) => signatures.completeUpload(one, token, { by }), 'not_found'],
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

describe('what arrived is compared with what was promised', () => {
  /** Puts bytes on the incoming object behind the store's checks, as a store that enforces nothing would let a client do. */
  async function forged(bytes: Buffer, params: object = {}, promise: Sending = {}) {
    const ticket = await sent(pdf, promise);
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

  onEmbedded('encryption, in a bucket whose policy does not see to it', async () => {
    storage.s3.features.bucketPolicy = false;
    const { token } = await forged(pdf, { ServerSideEncryption: 'aws:kms' });
    storage.s3.features.bucketPolicy = true;
    await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'content_mismatch' });
    expect(await keys()).toEqual([]);
  });
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

describe('races and replays', () => {
  onEmbedded('bytes swapped between the check and the copy are not promoted', async () => {
    const { token } = await sent(pdf);
    const [incoming] = await keys();
    const other = Buffer.from('%PDF-1.7 swapped'.padEnd(pdf.length, '!'));
    storage.s3.faults.add({
      operation: 'CopyObject',
      before: async () => {
        const params = { Bucket: storage.bucket, Key: incoming, Body: other, ContentType: 'application/pdf' };
        await storage.raw.send(new PutObjectCommand(params));
      },
    });
    await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'conflict' });
    expect(await keys()).toEqual([]);
  });

  test('a leaked URL used after completion changes nothing, also when the client completes again', async () => {
    const ticket = await sent(pdf, { method: 'PUT' });
    const accepted = await uploads.complete(one, ticket.token, { by });
    const other = Buffer.from('%PDF-1.7 swapped'.padEnd(pdf.length, '!'));
    await follow(ticket, other);
    expect(await uploads.complete(one, ticket.token, { by })).toEqual(accepted);
    expect(await keys()).toEqual([key]);
  });

  test('an older ticket cannot take a newer file’s place', async () => {
    const png = samples['png']!.bytes;
    const at = { specialistId: '44' };
    const begin = () => signatures.beginUpload(one, at, { size: png.length }, { by });
    const [older, newer] = [await begin(), await begin()];
    await follow(older, png);
    await follow(newer, png);
    const accepted = await signatures.completeUpload(one, newer.token, { by });
    await expect(signatures.completeUpload(one, older.token, { by })).rejects.toMatchObject({ code: 'conflict' });
    expect(await signatures.completeUpload(one, newer.token, { by })).toEqual(accepted);
  });

  test('a name taken meanwhile is not overwritten', async () => {
    const [first, second] = [await sent(pdf), await sent(pdf)];
    await uploads.complete(one, first.token, { by });
    await expect(uploads.complete(one, second.token, { by })).rejects.toMatchObject({ code: 'already_exists' });
    await expect(sent(pdf)).rejects.toMatchObject({ code: 'already_exists' });
    expect(await keys()).toEqual([key]);
  });

  testNeeding(storage, 'conditionalCopy')('two uploads for one name, completed at once: one wins', async () => {
    const tickets = [await sent(pdf), await sent(pdf)];
    const done = await Promise.allSettled(tickets.map(({ token }) => uploads.complete(one, token, { by })));
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await keys()).toEqual([key]);
  });

  test('the same name in another organisation is another file', async () => {
    const { token } = await sent(pdf);
    await uploads.complete(one, token, { by });
    const theirs = await forms.beginUpload(eleven, place, { contentType: 'application/pdf', size: pdf.length }, { by });
    await follow(theirs, pdf);
    await forms.completeUpload(eleven, theirs.token, { by });
    expect(await keys()).toEqual([key, layout.formUpload(eleven, place)]);
  });
});

describe('a process that dies between two steps', () => {
  /** Lets so many calls to the store through, then the process is as good as dead: nothing leaves it any more. */
  function dieAfter(dying: TestingModule, calls: number): void {
    const client = dying.get<S3Client>(S3_CLIENT);
    const live = client.send.bind(client) as (...args: unknown[]) => Promise<unknown>;
    let left = calls;
    client.send = ((...args: unknown[]) =>
      left-- > 0 ? live(...args) : Promise.reject(new Error('dead'))) as typeof client.send;
  }

  test.each([0, 1, 2, 3, 4, 5, 6])('after %d calls: completing again converges', async (calls) => {
    const { token } = await sent(pdf);
    const dying = await start();
    dieAfter(dying, calls);
    await dying
      .get(DirectUploads)
      .complete(one, token, { by })
      .catch(() => {});
    await dying.close();
    for (const name of await keys()) expect(name === key || name.startsWith('incoming/1/')).toBe(true);
    const file = await uploads.complete(one, token, { by });
    expect(file).toMatchObject({ fileName: 'report.pdf', size: pdf.length });
    expect(await keys()).toEqual([key]);
  });
});

test('giving up removes what was sent, not what was completed', async () => {
  const first = await sent(pdf);
  await uploads.abandon(one, first.token, { by });
  expect(await keys()).toEqual([]);
  const second = await sent(pdf);
  await uploads.complete(one, second.token, { by });
  await uploads.abandon(one, second.token, { by });
  expect(await keys()).toEqual([key]);
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
  const options = { ...storage.options, capabilities: { conditionalCopySource: false } };
  const weak = await Test.createTestingModule({ imports: [StorageModule.forRoot(options)] }).compile();
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
  const options = { ...storage.options, tenantRole: undefined, capabilities: { refusesUnsignedHeaders: false } };
  const weak = await Test.createTestingModule({ imports: [StorageModule.forRoot(options)] }).compile();
  const begun = weak
    .get(FormUploadsService)
    .beginUpload(one, place, { contentType: 'application/pdf', size: 9 }, { by });
  await expect(begun).rejects.toMatchObject({ code: 'not_supported' });
  await weak.close();
});

test('a store without POST policies gets PUT, and POST is refused there', async () => {
  const options = { ...storage.options, capabilities: { postPolicy: false } };
  const weak = await Test.createTestingModule({ imports: [StorageModule.forRoot(options)] }).compile();
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
