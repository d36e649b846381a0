import { jest } from '@jest/globals';
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { by, eleven, key, one, pdf, place, startDirectUploads } from '../../test/file-kits/direct-uploads.kit.js';
import { follow, formOf, send } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { withoutPauses } from '../../test/pauses.js';
import { S3_CLIENT } from '../store/client/s3-client.js';
import { createUrlSeconds, openUploadsOfOne } from '../storage.policy.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';

const { storage, start, module, forms, uploads, sent, keys, methods, reset, close } = await startDirectUploads();
const onEmbedded = testNeeding(storage, 'embedded server');

beforeEach(withoutPauses);
afterEach(async () => {
  jest.restoreAllMocks();
  await reset();
});
afterAll(close);

const MiB = 1 << 20;
const film = Buffer.alloc(8 * MiB + 1000, 'moving pictures ');
film.write('0000001c6674797069736f6d', 0, 'hex');
const sha256 = createHash('sha256').update(film).digest('hex');
const otherPdf = Buffer.from('%PDF-1.7 other bytes'.padEnd(pdf.length, '!'));

const ofParts = (declared: { size?: number; sha256?: string } = {}, org = one) =>
  forms.beginUpload(
    org,
    { ...place, fileName: 'film.mp4' },
    { contentType: 'video/mp4', size: film.length, multipart: true, ...declared },
    { by },
  );

async function created(token: string, org = one): Promise<string> {
  const { method, url, headers } = await uploads.sign(org, token, { method: 'POST' }, { by });
  return /<UploadId>([^<]+)/.exec((await send(method, url, { headers })).body.toString())?.[1] ?? '';
}

/** Sends a film in parts, puts it together, and answers what the store says of the whole. */
async function inParts(token: string, bytes = film): Promise<string> {
  const uploadId = await created(token);
  const etags: unknown[] = [];
  for (const [index, body] of [bytes.subarray(0, 8 * MiB), bytes.subarray(8 * MiB)].entries()) {
    const part = await uploads.sign(one, token, { method: 'PUT', uploadId, partNumber: index + 1 }, { by });
    etags.push((await send(part.method, part.url, { headers: part.headers, body })).headers['etag']);
  }
  const parts = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${String(etag)}</ETag></Part>`);
  const { method, url, headers } = await uploads.sign(one, token, { method: 'POST', uploadId }, { by });
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  return (
    /<ETag>(?:&quot;|&#34;|")?([^<&"]+)/.exec((await send(method, url, { headers, body })).body.toString())?.[1] ?? ''
  );
}

const callsOf = (operation: string) => storage.s3.requests.list().filter((call) => call.operation === operation);

describe('completions of one upload at once', () => {
  onEmbedded('share one run, whoever asks: the file is read and copied once', async () => {
    const { token } = await ofParts({ sha256 });
    await inParts(token);
    storage.s3.requests.clear();
    const answers = await Promise.all(Array.from({ length: 20 }, () => uploads.complete(one, token, { by })));
    for (const answer of answers) expect(answer).toEqual({ ...answers[0], sha256 });
    expect(callsOf('GetObject')).toHaveLength(2);
    expect(callsOf('CopyObject')).toHaveLength(1);
    await expect(uploads.complete(eleven, token, { by })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('share a refusal as well', async () => {
    const { token } = await sent(Buffer.from('<html>'.padEnd(pdf.length, 'x')));
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => uploads.complete(one, token, { by })));
    for (const each of all) expect(each).toMatchObject({ reason: { code: 'content_mismatch' } });
  });

  onEmbedded('a wrong type costs no read of the whole file', async () => {
    const { token } = await ofParts({ sha256: '0'.repeat(64) });
    await inParts(token, Buffer.alloc(film.length, '<html>'));
    storage.s3.requests.clear();
    await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'content_mismatch' });
    expect(callsOf('GetObject')).toHaveLength(1);
  });
});

describe('with the ETag that the store answered to the client', () => {
  const etagOf = (reply: { headers: { etag?: string }; body: Buffer }) =>
    reply.headers.etag ?? /<ETag>(?:&quot;|&#34;|")?([^<&"]+)/.exec(reply.body.toString())?.[1];

  test.each(methods)('%s: those bytes are accepted, again and again', async (method) => {
    const declared = { contentType: 'application/pdf', size: pdf.length, method };
    const ticket = await forms.beginUpload(one, place, declared, { by });
    const etag = etagOf(await follow(ticket, pdf)) ?? '';
    expect(etag).toMatch(/[0-9a-f]{32}/);
    const stored = await uploads.complete(one, ticket.token, { by, etag });
    expect(await uploads.complete(one, ticket.token, { by, etag: etag.replaceAll('"', '') })).toEqual(stored);
    const other = uploads.complete(one, ticket.token, { by, etag: '"other"' });
    await expect(other).rejects.toMatchObject({ code: 'conflict' });
    expect(await keys()).toEqual([key]);
  });

  test('parts: the ETag of the whole', async () => {
    const { token } = await ofParts();
    // Ceph answers a completion without an ETag: what comes after it then is what it must be.
    const etag = (await inParts(token)) || undefined;
    expect(await uploads.complete(one, token, { by, etag })).toMatchObject({ size: film.length });
  });

  testNeeding(storage, 'postPolicy').each([{}, { conditionalCopySource: false }])(
    'POST: what somebody else sent with the same form is not accepted (%j)',
    async (capabilities) => {
      const process = await start({ store: { like: 'aws', ...storage.capabilities, ...capabilities } });
      const declared = { contentType: 'application/pdf', size: pdf.length, method: 'POST' as const };
      const ticket = await forms.beginUpload(one, place, declared, { by });
      const etag = etagOf(await follow(ticket, pdf));
      await follow(ticket, otherPdf);
      const completing = process.get(DirectUploads).complete(one, ticket.token, { by, etag });
      await expect(completing).rejects.toMatchObject({ code: 'conflict' });
      expect(await keys()).toEqual([]);
      await process.close();
    },
  );

  test.each([7, '', '"', 'ä', 'a b', 'a"b', ['x'], 'x'.repeat(300)])('%j is none', async (etag) => {
    const { token } = await sent(pdf);
    const completing = uploads.complete(one, token, { by, etag: etag as string });
    await expect(completing).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await uploads.complete(one, token, { by })).toMatchObject({ size: pdf.length });
  });
});

onEmbedded('parts that a process claimed before it died are known again where a copy has another ETag', async () => {
  let shown = 0;
  const inspect = () => ({ write: (chunk: Uint8Array) => void (shown += chunk.length), verdict() {}, abort() {} });
  const gates = [{ name: 'a look', inspect }];
  const weak = await start({ store: { like: 'aws', conditionalCopySource: false }, gates });
  const { token } = await ofParts();
  await inParts(token);
  const complete = () => weak.get(DirectUploads).complete(one, token, { by });
  storage.s3.faults.add({ operation: 'CopyObject', key: /^1\//, action: 'refuse' });
  await expect(complete()).rejects.toMatchObject({ code: 'store_refused' });
  expect(await complete()).toMatchObject({ size: film.length });
  expect(shown).toBe(2 * film.length);
  await weak.close();
});

describe('a step that is done, or done too often, is not signed', () => {
  test('the PUT of bytes that the store has', async () => {
    const { token } = await sent(pdf, { method: 'PUT' });
    const signing = uploads.sign(one, token, { method: 'PUT' }, { by });
    await expect(signing).rejects.toMatchObject({ code: 'already_exists', message: expect.stringMatching(/Complete/) });
    expect(await uploads.complete(one, token, { by })).toMatchObject({ size: pdf.length });
  });

  test('the completion of parts that were put together', async () => {
    const { token } = await ofParts();
    await inParts(token);
    const signing = uploads.sign(one, token, { method: 'POST', uploadId: 'x' }, { by });
    await expect(signing).rejects.toMatchObject({ code: 'already_exists' });
  });

  test('a single PUT after its five minutes; parts go on as long as the token lives', async () => {
    const begin = (multipart: boolean) =>
      forms.beginUpload(one, place, { contentType: 'application/pdf', size: pdf.length, multipart }, { by });
    const [single, parts] = [await begin(false), await begin(true)];
    const now = Date.now();
    expect(await uploads.sign(one, single.token, { method: 'PUT' }, { by })).toMatchObject({ method: 'PUT' });
    jest.spyOn(Date, 'now').mockImplementation(() => now + 301_000);
    await expect(uploads.sign(one, single.token, { method: 'PUT' }, { by })).rejects.toMatchObject({
      code: 'invalid_token',
    });
    expect(await uploads.sign(one, parts.token, { method: 'POST' }, { by })).toMatchObject({ method: 'POST' });
  });

  onEmbedded('the creation of more open uploads than a few, each signed for a minute', async () => {
    const [mine, theirs] = [await ofParts(), await ofParts({}, eleven)];
    const { expiresAt } = await uploads.sign(one, mine.token, { method: 'POST' }, { by });
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(createUrlSeconds * 1000);
    for (let open = 0; open < openUploadsOfOne; open++) await created(mine.token);
    const signing = uploads.sign(one, mine.token, { method: 'POST' }, { by });
    await expect(signing).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 5 });
    await created(theirs.token, eleven);
    await uploads.abandon(one, mine.token, { by });
    expect((await storage.contents()).openUploads).toEqual([expect.stringMatching(/^incoming\/11\//)]);
  });
});

onEmbedded(
  'a creation that was replayed often: giving up ends all of them, page by page, a few at a time',
  async () => {
    const { token } = await ofParts();
    const { method, url, headers } = await uploads.sign(one, token, { method: 'POST' }, { by });
    await Promise.all(Array.from({ length: 41 }, () => send(method, url, { headers })));
    const client = module.get<S3Client>(S3_CLIENT);
    const live = client.send.bind(client) as (command: unknown, ...rest: unknown[]) => Promise<unknown>;
    let [underWay, most] = [0, 0];
    client.send = (async (command: unknown, ...rest: unknown[]) => {
      if (command instanceof ListMultipartUploadsCommand) command.input.MaxUploads = 20;
      if (!(command instanceof AbortMultipartUploadCommand)) return live(command, ...rest);
      most = Math.max(most, ++underWay);
      return live(command, ...rest).finally(() => underWay--);
    }) as typeof client.send;
    await uploads.abandon(one, token, { by });
    client.send = live as typeof client.send;
    expect((await storage.contents()).openUploads).toEqual([]);
    expect(callsOf('ListMultipartUploads').length).toBeGreaterThan(2);
    expect(most).toBe(8);
  },
);

describe('what is the fault of the store or of its settings throws nothing away', () => {
  onEmbedded.each([
    ['a 200 that is no object, on HEAD', { operation: 'HeadObject', action: 'errorBody' }, 'store_unavailable'],
    ['a 200 that is no object, on GET', { operation: 'GetObject', action: 'errorBody' }, 'store_unavailable'],
    [
      '409 on the copy',
      { operation: 'CopyObject', action: { errorCode: 'ConditionalRequestConflict' } },
      'store_unavailable',
    ],
    ['403 on the copy', { operation: 'CopyObject', action: 'refuse' }, 'store_refused'],
    [
      'an archive tier, on GET',
      { operation: 'GetObject', action: { errorCode: 'InvalidObjectState' } },
      'misconfigured',
    ],
    [
      'an archive tier, on the copy',
      { operation: 'CopyObject', action: { errorCode: 'InvalidObjectState' } },
      'misconfigured',
    ],
    ['500 on the marker', { operation: 'PutObject', action: 'error' }, 'store_unavailable'],
    ['a read that breaks off', { operation: 'GetObject', action: { cutAfterBytes: 9 } }, 'store_unavailable'],
  ] as const)('%s', async (_name, fault, code) => {
    // With a hash the object is asked for its own.
    const { token } = await sent(pdf, { sha256: createHash('sha256').update(pdf).digest('hex') });
    storage.s3.faults.add({ ...fault, times: 100 });
    await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code });
    storage.s3.faults.clear();
    expect(await keys()).toEqual([expect.stringMatching(/^incoming\/1\//)]);
    expect(await uploads.complete(one, token, { by })).toMatchObject({ size: pdf.length });
    expect(await keys()).toEqual([key]);
  });
});

testNeeding(storage, 'postPolicy')('no form writes a marker', async () => {
  const ticket = await forms.beginUpload(
    one,
    place,
    { contentType: 'application/pdf', size: pdf.length, method: 'POST' },
    { by },
  );
  if (ticket.method !== 'POST') throw new Error('POST was asked for.');
  const over = { ...ticket.fields, key: `${ticket.fields['key'] ?? ''}.over` };
  expect((await send('POST', ticket.url, formOf(over, pdf))).status).toBe(403);
  expect(await storage.marks()).toEqual([]);
});
