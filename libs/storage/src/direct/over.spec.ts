import { CopyObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { by, eleven, key, one, pdf, place, startDirectUploads } from '../../test/file-kits/direct-uploads.kit.js';
import { follow } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { StorageEvents, type StorageEvent } from '../files/events.js';
import { layout } from '../keys/layout.js';
import { StorageError } from '../storage.error.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';
import { tokenSeconds } from './upload-token.js';

const { storage, start, module, forms, uploads, sent, keys, reset, close } = await startDirectUploads();
const onEmbedded = testNeeding(storage, 'embedded server');
/** A second process on the same bucket. */
const other = await start();
const elsewhere = other.get(DirectUploads);
const heard: StorageEvent[] = [];
for (const each of [module, other]) each.get(StorageEvents).subscribe((event) => heard.push(event));

afterEach(async () => {
  heard.length = 0;
  if (storage.isEmbedded) storage.s3.clock.reset();
  await reset();
});
afterAll(async () => {
  await other.close();
  await close();
});

const otherPdf = Buffer.from('%PDF-1.7 other bytes'.padEnd(pdf.length, '!'));
const html = Buffer.from('<html>'.padEnd(pdf.length, 'x'));
const begin = () =>
  forms.beginUpload(one, place, { contentType: 'application/pdf', size: pdf.length, method: 'PUT' }, { by });
const kinds = () => heard.map(({ kind }) => kind).filter((kind) => kind !== 'upload-begun' && kind !== 'file-deleted');

/** Each way in which an upload ends in one process, with what is told of it. */
const ends: [string, (token: string) => Promise<unknown>, StorageEvent['kind'][]][] = [
  [
    'completed, and its file deleted',
    async (token) => {
      await uploads.complete(one, token, { by });
      await forms.delete(one, place);
    },
    ['upload-completed'],
  ],
  ['given up', (token) => uploads.abandon(one, token, { by }), ['upload-abandoned']],
  [
    'refused for its content',
    (token) => expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'content_mismatch' }),
    ['upload-refused'],
  ],
  [
    'refused for a name that was taken meanwhile',
    async (token) => {
      const upload = forms.upload(one, place, { bytes: [pdf], contentType: 'application/pdf' });
      await upload;
      await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'already_exists' });
      await forms.delete(one, place);
    },
    ['upload-completed', 'upload-refused'],
  ],
];

describe.each(ends)('%s in one process', (name, end, told) => {
  test('is over in every other: nothing is signed, nothing accepted, nothing told', async () => {
    const ticket = await begin();
    await follow(ticket, name.includes('content') ? html : pdf);
    await end(ticket.token);
    expect(kinds()).toEqual(told);
    const again = { code: 'not_found', message: 'There is no such upload.' };
    await expect(elsewhere.sign(one, ticket.token, { method: 'PUT' }, { by })).rejects.toMatchObject(again);
    // The first write URL still works: what comes by it is not looked at.
    expect((await follow(ticket, otherPdf)).status).toBe(200);
    for (const process of [elsewhere, uploads]) {
      await expect(process.complete(one, ticket.token, { by })).rejects.toMatchObject(again);
      expect(await keys()).toEqual([]);
    }
    await elsewhere.abandon(one, ticket.token, { by });
    expect(kinds()).toEqual(told);
    expect((await storage.marks()).filter((mark) => mark.endsWith('.over'))).toHaveLength(1);
  });
});

test('the marker of one organisation says nothing of an upload of another', async () => {
  const mine = await begin();
  const theirs = await forms.beginUpload(eleven, place, { contentType: 'application/pdf', size: pdf.length }, { by });
  await follow(mine, pdf);
  await follow(theirs, pdf);
  await uploads.abandon(one, mine.token, { by });
  expect(await elsewhere.complete(eleven, theirs.token, { by })).toMatchObject({ size: pdf.length });
  expect(await keys()).toEqual([layout.formUpload(eleven, place)]);
});

onEmbedded('it is written before the bytes go: a process that can write nothing removes nothing', async () => {
  const { token } = await sent(pdf);
  storage.s3.faults.add({ operation: 'PutObject', key: /\.over$/, action: 'refuse', times: 100 });
  await expect(uploads.abandon(one, token, { by })).rejects.toMatchObject({ code: 'store_refused' });
  expect(await keys()).toHaveLength(1);
  storage.s3.faults.clear();
  await elsewhere.complete(one, token, { by });
  expect(await keys()).toEqual([key]);
});

onEmbedded('it outlives its token, and not by much', async () => {
  const { token } = await begin();
  await uploads.abandon(one, token, { by });
  const marksAfter = async (seconds: number) => {
    storage.s3.clock.advance(seconds * 1000);
    await storage.s3.applyLifecycle();
    storage.s3.clock.reset();
    return storage.marks();
  };
  expect(await marksAfter(tokenSeconds - 1)).toHaveLength(1);
  expect(await marksAfter(3 * 86_400)).toEqual([]);
});

const calls = ['GetObject', 'PutObject', 'CopyObject', 'PutObject', 'DeleteObject'];

onEmbedded.each([
  ['six calls', {}, [...calls.slice(0, 1), 'ListObjectsV2', ...calls.slice(1)]],
  ['five calls where holds and erasure are not asked for', { orgControl: false }, calls],
])('a completion takes %s, and one that comes late four and leaves no delete marker', async (_name, options, calls) => {
  const process = await start(options);
  const { token } = await sent(pdf);
  const [incoming] = await keys();
  const made = async (run: () => Promise<unknown>) => {
    storage.s3.requests.clear();
    await run();
    return storage.s3.requests.list().map(({ operation }) => operation);
  };
  const complete = () => process.get(DirectUploads).complete(one, token, { by });
  expect(await made(complete)).toEqual(calls);
  expect(await made(complete)).toEqual(['GetObject', 'HeadObject', 'HeadObject', 'HeadObject']);
  for (let time = 0; time < 20; time++) await elsewhere.complete(one, token, { by });
  const { DeleteMarkers = [] } = await storage.raw.send(new ListObjectVersionsCommand({ Bucket: storage.bucket }));
  expect(DeleteMarkers.filter(({ Key }) => Key === incoming)).toHaveLength(1);
  await process.close();
});

test.each(ends)('%s: no gate is asked about what came after, nor shown it', async (_name, end) => {
  const asked: string[] = [];
  const inspect = () => {
    asked.push('inspect');
    return { write: () => void asked.push('bytes'), verdict() {}, abort: () => void asked.push('abort') };
  };
  const examine = () => {
    asked.push('examine');
    return Promise.reject(new StorageError('malware_found', 'Malware.'));
  };
  for (const gate of [{ inspect }, { examine }]) {
    const process = await start({ gates: [{ name: 'a look', ...gate }] });
    process.get(StorageEvents).subscribe((event) => heard.push(event));
    const ticket = await begin();
    await follow(ticket, _name.includes('content') ? html : pdf);
    await end(ticket.token);
    const told = kinds();
    await follow(ticket, otherPdf);
    const completing = process.get(DirectUploads).complete(one, ticket.token, { by });
    await expect(completing).rejects.toMatchObject({ code: 'not_found' });
    expect([asked, kinds()]).toEqual([[], told]);
    expect(await keys()).toEqual([]);
    await process.close();
  }
});

test('a completed upload that is completed again shows no gate what came after, and tells no refusal', async () => {
  const shown: Buffer[] = [];
  let asked = 0;
  const inspect = () => {
    asked++;
    return {
      write: (chunk: Uint8Array) => void shown.push(Buffer.from(chunk)),
      verdict: () => {
        if (Buffer.concat(shown).includes('other')) throw new StorageError('malware_found', 'Malware.');
      },
      abort() {},
    };
  };
  const process = await start({ gates: [{ name: 'a look', inspect }] });
  process.get(StorageEvents).subscribe((event) => heard.push(event));
  const ticket = await sent(pdf, { method: 'PUT' });
  const stored = await process.get(DirectUploads).complete(one, ticket.token, { by });
  expect(Buffer.concat(shown)).toEqual(pdf);
  await follow(ticket, otherPdf);
  expect(await process.get(DirectUploads).complete(one, ticket.token, { by })).toEqual(stored);
  expect([Buffer.concat(shown), asked]).toEqual([pdf, 1]);
  expect(new Set(kinds())).toEqual(new Set(['upload-completed']));
  expect(await keys()).toEqual([key]);
  await process.close();
});

test('a file of version 0.1.0 is known by the upload’s id itself, and completing it again gives it', async () => {
  const { token, ...ticket } = await sent(pdf, { method: 'PUT' });
  const uploadId = new URL((ticket as { url: string }).url).pathname.split('/').at(-1) ?? '';
  await forms.upload(one, place, { bytes: [pdf], contentType: 'application/pdf' });
  const old = { 'upload-id': uploadId, 'uploaded-by': 'x', 'file-name': 'report.pdf' };
  const onto = { Bucket: storage.bucket, Key: key, CopySource: `${storage.bucket}/${key}`, Metadata: old };
  await storage.raw.send(
    new CopyObjectCommand({
      ...onto,
      MetadataDirective: 'REPLACE',
      ContentType: 'application/pdf',
      ServerSideEncryption: 'AES256',
      ACL: 'private',
    }),
  );
  expect(await elsewhere.complete(one, token, { by })).toMatchObject({ fileName: 'report.pdf', size: pdf.length });
  expect(await keys()).toEqual([key]);
});

test('what a URL shows of a file names nobody, nor the upload it came from', async () => {
  const { token, ...ticket } = await sent(pdf, { method: 'PUT' });
  const uploadId = new URL((ticket as { url: string }).url).pathname.split('/').at(-1) ?? '';
  await uploads.complete(one, token, { by });
  const streamed = { ...place, fileName: 'streamed.pdf' };
  await forms.upload(one, streamed, { bytes: [pdf], contentType: 'application/pdf' }, { by });
  for (const Key of [key, layout.formUpload(one, streamed)]) {
    const { Metadata = {} } = await storage.raw.send(new HeadObjectCommand({ Bucket: storage.bucket, Key }));
    expect(Object.keys(Metadata).sort()).toEqual(['file-name', 'write-id']);
    expect(JSON.stringify(Metadata)).not.toMatch(new RegExp(`${by}|${uploadId}`));
  }
});
