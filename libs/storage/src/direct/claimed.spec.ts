import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { TestingModule } from '@nestjs/testing';
import { by, eleven, key, one, pdf, place, startDirectUploads } from '../../test/file-kits/direct-uploads.kit.js';
import { follow } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { StorageEvents } from '../files/events.js';
import { layout } from '../keys/layout.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';
import { StorageError } from '../storage.error.js';

/** What one process refuses while another one has claimed the upload. */
const { storage, start, forms, uploads, sent, keys, reset, close } = await startDirectUploads();
const onEmbedded = testNeeding(storage, 'embedded server');

afterEach(reset);
afterAll(close);

const otherPdf = Buffer.from('%PDF-1.7 swapped'.padEnd(pdf.length, '!'));
const put = async (Key: string | undefined, Body: Buffer) => {
  const given = { Bucket: storage.bucket, Key, Body, ContentType: 'application/pdf' };
  await storage.raw.send(new PutObjectCommand({ ...given, ServerSideEncryption: 'AES256' }));
};
/** A completion in one process that has claimed the bytes, and copies them when it is let go. */
async function claimed(token: string) {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => (letGo = resolve));
  let completing: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    storage.s3.faults.add({ operation: 'CopyObject', before: () => (resolve(), released) });
    completing = uploads.complete(one, token, { by });
  });
  return async () => (letGo(), completing);
}
const told: string[] = [];
let elsewhere: TestingModule;
const inspected: string[] = [];
let verdict = () => {};
const inspect = ({ org }: { org: string }) => {
  inspected.push(org);
  return { write() {}, verdict: () => verdict(), abort() {} };
};
beforeAll(async () => {
  elsewhere = await start({ gates: [{ name: 'a look', inspect }] });
  elsewhere.get(StorageEvents).subscribe(({ kind }) => told.push(kind));
});
beforeEach(() => {
  told.length = inspected.length = 0;
  verdict = () => {};
});
afterAll(() => elsewhere.close());
const again = (token: string, etag?: string) => elsewhere.get(DirectUploads).complete(one, token, { by, etag });

onEmbedded.each(['before', 'after'] as const)('judged %s the claim: it does not end the upload', async (when) => {
  const { token } = await sent(pdf);
  let letGo = () => Promise.resolve<unknown>(undefined);
  const claim = async () => void (letGo = await claimed(token));
  if (when === 'after') await claim();
  else storage.s3.faults.add({ operation: 'HeadObject', key: /\.over$/, before: claim });
  await expect(again(token, '"other"')).rejects.toMatchObject({ code: 'conflict' });
  const stored = await letGo();
  expect(stored).toMatchObject({ fileName: 'report.pdf', size: pdf.length });
  expect(told).toEqual([]);
  expect(await again(token)).toEqual(stored);
  expect(await keys()).toEqual([key]);
});

onEmbedded('other bytes than the claimed ones are shown to no gate, and do not end it either', async () => {
  const { token } = await sent(pdf);
  const [incoming] = await keys();
  const letGo = await claimed(token);
  await put(incoming, otherPdf);
  await expect(again(token)).rejects.toMatchObject({ code: 'conflict' });
  expect([told, inspected]).toEqual([[], []]);
  await put(incoming, pdf);
  const stored = await letGo();
  expect(await again(token)).toEqual(stored);
  expect(await keys()).toEqual([key]);
});

onEmbedded('a file that is in its place all the same is told, counted and answered', async () => {
  const { token } = await sent(pdf);
  const [incoming] = await keys();
  const ends: string[] = [];
  const ended = (_upload: unknown, { outcome }: { outcome: string }) => void ends.push(outcome);
  const late = await start({ gates: [{ name: 'a count', ended }] });
  // Claims the same bytes, and is let go when the other one has ended the upload because they were not there.
  storage.s3.faults.add({
    operation: 'CopyObject',
    before: async () => {
      storage.s3.faults.add({ operation: 'CopyObject', before: () => put(incoming, otherPdf) });
      await expect(again(token)).rejects.toMatchObject({ code: 'conflict' });
      await put(incoming, pdf);
    },
  });
  const stored = await late.get(DirectUploads).complete(one, token, { by });
  expect(await again(token)).toEqual(stored);
  expect(ends).toEqual(['stored']);
  await late.close();
});

onEmbedded('what a gate finds in bytes that were claimed by a process which died ends the upload', async () => {
  const { token } = await sent(pdf);
  const theirs = await forms.beginUpload(eleven, place, { contentType: 'application/pdf', size: pdf.length }, { by });
  await follow(theirs, pdf);
  storage.s3.faults.add({ operation: 'CopyObject', action: 'refuse' });
  await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'store_refused' });
  verdict = () => {
    throw new StorageError('malware_found', 'Malware.');
  };
  await expect(again(token)).rejects.toMatchObject({ code: 'malware_found' });
  expect(told).toEqual(['upload-refused']);
  verdict = () => {};
  expect(await uploads.complete(eleven, theirs.token, { by })).toMatchObject({ size: pdf.length });
  expect(await keys()).toEqual([layout.formUpload(eleven, place)]);
  await expect(again(token)).rejects.toMatchObject({ code: 'not_found' });
  await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'not_found' });
});
