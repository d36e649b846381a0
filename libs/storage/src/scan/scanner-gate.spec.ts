import { eleven, one, startFiles } from '../../test/gates.kit.js';
import { fakeClamd, type Behaviour, type FakeClamd } from '../../test/fake-clamd.js';
import { follow } from '../../test/http.js';
import { formUpload } from '../kinds/form-upload.js';
import { clamd } from './clamd.js';
import { eicar, eicarScanner } from './eicar.js';
import { scannerGate } from './scanner-gate.js';

const { storage, start, close } = await startFiles();
const by = 'pat';
const place = { formId: '7', customFieldId: '3', fileName: 'a.txt' };
const key = 'uploads/forms/7/field_3/a.txt';
const clean = Buffer.from('Blood pressure: 120/80\n');
const bad = Buffer.from(`Blood pressure: ${eicar}\n`);
const large = Buffer.concat([Buffer.alloc(6 * 1024 * 1024, 'page after page\n'), Buffer.from(`${eicar}\n`)]);

const daemons: FakeClamd[] = [];
afterEach(() => storage.empty());
afterAll(async () => {
  for (const daemon of daemons) await daemon.close();
  await close();
});

async function withDaemon(behave: Behaviour) {
  const daemon = await fakeClamd(behave);
  daemons.push(daemon);
  const scanner = clamd({ port: daemon.port, timeouts: { idle: 500, total: 2_000 } });
  return { daemon, ...(await start(scannerGate(scanner))) };
}

const ways = ['streamed', 'PUT', 'POST', 'multipart'] as const;
type Started = Awaited<ReturnType<typeof start>>;

/** Sends by one of the ways; what is given completes it, and may be asked again. */
async function send({ files, uploads }: Started, way: (typeof ways)[number], bytes: Buffer, org = one) {
  if (way === 'streamed') {
    return () => files.upload(formUpload, org, place, { bytes, contentType: 'text/plain' }, { by });
  }
  const how = way === 'multipart' ? { multipart: true } : { method: way };
  const promise = { contentType: 'text/plain', size: bytes.length, ...how };
  const ticket = await files.beginUpload(formUpload, org, place, promise, { by });
  if (ticket.method !== 'MULTIPART') await follow(ticket, bytes);
  else {
    const step = async (asked: Parameters<typeof uploads.sign>[2], body?: Buffer | string) => {
      const { url, method, headers } = await uploads.sign(org, ticket.token, asked, { by });
      return fetch(url, {
        method,
        headers: headers ?? {},
        ...(body !== undefined && { body: new Uint8Array(Buffer.from(body)) }),
      });
    };
    const [, uploadId = ''] = /<UploadId>(.*)<\/UploadId>/.exec(await (await step({ method: 'POST' })).text()) ?? [];
    const parts: string[] = [];
    for (let number = 1; number <= ticket.partCount; number += 1) {
      const part = bytes.subarray((number - 1) * ticket.partSize, number * ticket.partSize);
      const { headers } = await step({ method: 'PUT', uploadId, partNumber: number }, part);
      parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${headers.get('etag')}</ETag></Part>`);
    }
    await step({ method: 'POST', uploadId }, `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  }
  return () => uploads.complete(org, ticket.token, { by });
}

const finals = async () => (await storage.contents()).keys.filter((name) => !name.startsWith('incoming/'));

describe.each(ways)('%s', (way) => {
  test('a clean file is stored, and says by whom it was scanned; another organisation meets neither', async () => {
    const started = await start(scannerGate(eicarScanner()));
    const complete = await send(started, way, clean, eleven);
    const scanned = expect.stringMatching(/^eicar-only@20..-..-..T/) as string;
    expect(await complete()).toMatchObject({ fileName: 'a.txt', size: clean.length, scanned });
    expect(await started.files.stat(formUpload, eleven, place)).toMatchObject({ scanned });
    expect(await finals()).toEqual([`11/${key}`]);
    await expect(started.files.stat(formUpload, one, place)).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each([
    ['short', bad],
    ['in its last bytes', large],
  ])('malware (%s) is named, told, and leaves nothing, however often it is tried', async (_where, bytes) => {
    const started = await start(scannerGate(eicarScanner()));
    const complete = await send(started, way, bytes);
    await expect(complete()).rejects.toMatchObject({
      code: 'malware_found',
      message: expect.stringContaining('Eicar'),
    });
    await expect(complete()).rejects.toMatchObject({ code: way === 'streamed' ? 'malware_found' : 'not_found' });
    expect(started.told.find(({ kind }) => kind === 'upload-refused')).toMatchObject({
      code: 'malware_found',
      reason: expect.stringContaining('Eicar-Test-Signature'),
    });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  test('a daemon that gives no certain answer loses nothing: the same upload succeeds once it does', async () => {
    const answers: Behaviour[] = [
      ({ socket }) => socket.resetAndDestroy(),
      async ({ whole, socket }) => (await whole, socket.end('stream: O')),
      async ({ whole, socket }) => (await whole, socket.end('INSTREAM size limit exceeded. ERROR\0')),
      () => {},
      async ({ whole, socket }) => (await whole, socket.end('stream: OK\0')),
    ];
    const started = await withDaemon((stream) => answers.shift()?.(stream));
    const complete = await send(started, way, clean);
    for (let i = 0; i < 4; i += 1) {
      await expect(complete()).rejects.toMatchObject({ code: 'scan_unavailable', retryAfterSeconds: 5 });
      expect(await finals()).toEqual([]);
    }
    expect(await complete()).toMatchObject({ scanned: expect.stringMatching(/^clamav\/1\.4\.3\/27800@/) as string });
    expect(await finals()).toEqual([`1/${key}`]);
    expect(started.daemon.seen.at(-1)).toEqual(clean);
  });
});

test('ten completions at once are one scan', async () => {
  const started = await withDaemon(async ({ whole, socket }) => {
    await whole;
    socket.end('stream: OK\0');
  });
  const complete = await send(started, 'PUT', clean);
  const files = await Promise.all(Array.from({ length: 10 }, complete));
  for (const file of files) expect(file).toEqual(files[0]);
  expect(started.daemon.seen).toEqual([clean]);
});

test('bytes that are exchanged while they are scanned are not put in place', async () => {
  const started = await withDaemon(async ({ whole, socket }) => {
    await whole;
    const { keys } = await storage.contents();
    const [incoming = ''] = keys.filter((name) => name.startsWith('incoming/'));
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    await storage.raw.send(new PutObjectCommand({ Bucket: storage.bucket, Key: incoming, Body: bad }));
    socket.end('stream: OK\0');
  });
  const complete = await send(started, 'PUT', clean);
  await expect(complete()).rejects.toMatchObject({ code: 'conflict' });
  expect(await finals()).toEqual([]);
});
