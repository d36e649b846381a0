import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { Test } from '@nestjs/testing';
import { createHash } from 'node:crypto';
import { follow } from '../../test/http.js';
import { startTelemetry } from '../../test/telemetry.kit.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';
import { Files } from '../files/files.js';
import { formUpload } from '../kinds/form-upload.js';
import { parseOrgId } from '../keys/org-id.js';
import { eicarScanner } from '../scan/eicar.js';
import { scannerGate } from '../scan/scanner-gate.js';
import { StorageModule } from '../storage.module.js';
import { startTestStorage } from '../testing/test-storage.js';
import type { TelemetryOptions } from './telemetry.js';

const telemetry = startTelemetry();
const storage = await startTestStorage({ embeddedOnly: true });
const gates = [scannerGate(eicarScanner())];
const start = (options: TelemetryOptions | undefined) =>
  Test.createTestingModule({
    imports: [StorageModule.forRoot({ ...storage.options, gates, ...(options && { telemetry: options }) })],
  })
    .compile()
    .then((module) => module.init());
const module = await start({});
// As long as no time or size is, which would otherwise have them in it now and then.
const [org, other] = [parseOrgId('471108154711081547'), parseOrgId('4711081547110815470')];
const folder = { formId: '902108765432109021', customFieldId: '808018765432108080' };
const by = 'anna.b@clinic.example';
const bytes = Buffer.from('Befund: alles in Ordnung');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const contentType = 'text/plain';
const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!', '$H+H*'].join(''));

beforeEach(async () => {
  telemetry.reset();
  await telemetry.counted();
});
afterEach(() => storage.empty());
afterAll(async () => {
  await module.close();
  await storage.close();
  await telemetry.stop();
});

/** A whole direct upload: begun in one request, completed in another. */
async function directUpload(files: Files, uploads: DirectUploads, fileName: string, of = org) {
  const declared = { contentType, size: bytes.length, sha256, method: 'PUT' as const };
  const ticket = await telemetry.request('POST /uploads', () =>
    files.beginUpload(formUpload, of, { ...folder, fileName }, declared, { by }),
  );
  expect((await follow(ticket, bytes)).status).toBe(200);
  await telemetry.request('POST /uploads/complete', () => uploads.complete(of, ticket.token, { by }));
  return ticket;
}

const spanCalled = (name: string): ReadableSpan => {
  const found = telemetry.spans().filter((span) => span.name === name);
  expect(found.map((span) => span.name)).toEqual([name]);
  return found[0]!;
};
const childrenOf = (parent: ReadableSpan) =>
  telemetry.spans().filter((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId);

/** All that a span tells but its ids and its times. */
const toldBy = ({ name, attributes, events, links, status }: ReadableSpan) =>
  JSON.stringify([name, attributes, events, links.map((link) => link.attributes), status]);

test('the spans of a direct upload are joined, from the request to each call to the store, and begin to end', async () => {
  await directUpload(module.get(Files), module.get(DirectUploads), 'Anna-Berger-Befund.txt');
  const [begin, complete] = [spanCalled('storage.begin'), spanCalled('storage.complete')];
  expect(childrenOf(spanCalled('POST /uploads'))).toEqual([begin]);
  expect(childrenOf(spanCalled('POST /uploads/complete'))).toEqual([complete]);
  expect(complete.links.map(({ context }) => context)).toEqual([
    expect.objectContaining({ traceId: begin.spanContext().traceId, spanId: begin.spanContext().spanId }),
  ]);
  expect(childrenOf(begin).map(({ name }) => name)).toContain('S3.HeadObject');
  const calls = childrenOf(complete).map(({ name }) => name);
  expect(calls).toEqual(expect.arrayContaining(['S3.HeadObject', 'S3.CopyObject', 'S3.PutObject', 'storage.scan']));
  expect(complete.attributes).toEqual({ 'storage.purpose': 'form-upload', 'storage.direct': true });
  expect(spanCalled('S3.CopyObject').attributes).toEqual({
    'rpc.system.name': 'aws-api',
    'rpc.method': 'S3/CopyObject',
  });
  // That a name is free is no fault.
  expect(telemetry.spans().map(({ status }) => status.code)).not.toContain(SpanStatusCode.ERROR);
});

test('nothing of whose file it is, what it is called or where it lies is in a span or a metric', async () => {
  const files = module.get(Files);
  const ticket = await directUpload(files, module.get(DirectUploads), 'Anna-Berger-Befund.txt');
  await directUpload(files, module.get(DirectUploads), 'Anna-Berger-Befund.txt', other);
  const place = { ...folder, fileName: 'Anna-Berger-Befund.txt' };
  const { url, grant } = await files.presignDownload(formUpload, org, place, { by });
  (await files.read(formUpload, org, place, { by })).body.resume();
  await files.list(formUpload, org, folder, { by, urls: true });
  await files.upload(formUpload, org, { ...folder, fileName: 'zweiter.txt' }, { contentType, bytes }, { by });
  const virus = { ...folder, fileName: 'virus.txt' };
  await expect(files.upload(formUpload, org, virus, { contentType, bytes: eicar }, { by })).rejects.toThrow('malware');
  await expect(files.read(formUpload, org, virus, { by })).rejects.toMatchObject({ code: 'not_found' });
  await files.delete(formUpload, org, place, { by });
  await expect(module.get(DirectUploads).complete(org, 'no-token', { by })).rejects.toThrow('token');

  const forbidden = [
    ...[
      '471108154711081547',
      'Anna',
      'Berger',
      'Befund',
      'virus.txt',
      'zweiter',
      'EICAR',
      'Eicar',
      '902108765432109021',
      '808018765432108080',
      'clinic.example',
    ],
    ...['uploads/forms', 'incoming/', storage.bucket, storage.options.endpoint!, '127.0.0.1', 'http:', 'X-Amz', sha256],
    ...[ticket.token, grant, new URL(url).pathname, 'no-token', storage.s3.credentials.accessKeyId],
  ];
  const told = [...telemetry.spans().map(toldBy), JSON.stringify(await telemetry.counted())].join('\n');
  expect(told).toContain('form-upload');
  expect(telemetry.spans().length).toBeGreaterThan(20);
  expect(forbidden.filter((text) => told.includes(text))).toEqual([]);
});

test('a refusal is an error by its code, without words; what was refused is counted', async () => {
  const files = module.get(Files);
  const virus = { ...folder, fileName: 'a.txt' };
  await expect(files.upload(formUpload, org, virus, { contentType, bytes: eicar }, { by })).rejects.toThrow('malware');
  const { attributes, status, events } = spanCalled('storage.upload');
  expect(attributes).toMatchObject({ 'error.type': 'malware_found', 'storage.direct': false });
  expect([status, events]).toEqual([{ code: SpanStatusCode.ERROR }, []]);
  expect(spanCalled('storage.scan').attributes).toMatchObject({ 'storage.verdict': 'found' });
  const of = { 'storage.purpose': 'form-upload', 'storage.direct': false };
  expect(await telemetry.counted()).toEqual(
    expect.arrayContaining([
      { name: 'storage.uploads', attributes: { ...of, outcome: 'refused', code: 'malware_found' }, value: 1 },
      { name: 'storage.refusals', attributes: { ...of, code: 'malware_found' }, value: 1 },
      { name: 'storage.scans', attributes: { ...of, verdict: 'found' }, value: 1 },
      { name: 'storage.uploads.active', attributes: of, value: 0 },
    ]),
  );
});

test('what is stored and given out is counted by kind', async () => {
  await directUpload(module.get(Files), module.get(DirectUploads), 'a.txt');
  await module.get(Files).list(formUpload, org, folder, { urls: true });
  const of = { 'storage.purpose': 'form-upload', 'storage.direct': true };
  const counted = await telemetry.counted();
  const value = (name: string, attributes: object) =>
    counted.find((each) => each.name === name && JSON.stringify(each.attributes) === JSON.stringify(attributes))?.value;
  expect(value('storage.uploads', { ...of, outcome: 'stored' })).toBe(1);
  expect(value('storage.urls', { ...of, kind: 'upload' })).toBe(1);
  expect(value('storage.urls', { 'storage.purpose': 'form-upload', kind: 'read' })).toBe(1);
  expect(value('storage.upload.bytes', of)).toMatchObject({ count: 1, sum: bytes.length });
  expect(value('storage.upload.duration', { ...of, outcome: 'stored' })).toMatchObject({ count: 1 });
  expect(value('storage.scan.duration', { ...of, verdict: 'clean' })).toMatchObject({ count: 1 });
});

test('a call that the store fails is counted by its status, and its span says it', async () => {
  storage.s3.faults.add({ operation: 'ListObjectsV2', action: 'refuse' });
  await expect(module.get(Files).list(formUpload, org, folder)).rejects.toMatchObject({ code: 'store_refused' });
  storage.s3.faults.clear();
  expect(spanCalled('S3.ListObjectsV2').attributes).toMatchObject({
    'error.type': 'AccessDenied',
    'http.response.status_code': 403,
  });
  expect(await telemetry.counted()).toContainEqual({
    name: 'storage.store.errors',
    attributes: { status: 403 },
    value: 1,
  });
});

test('the organisation where it is asked for; calls to the store where they are', async () => {
  const asked = await start({ organisation: true, storeCalls: false });
  await directUpload(asked.get(Files), asked.get(DirectUploads), 'a.txt');
  await directUpload(asked.get(Files), asked.get(DirectUploads), 'a.txt', other);
  const completed = telemetry.spans().filter(({ name }) => name === 'storage.complete');
  expect(completed.map(({ attributes }) => attributes['storage.org'])).toEqual([
    '471108154711081547',
    '4711081547110815470',
  ]);
  expect(telemetry.spans().filter(({ name }) => name.startsWith('S3.'))).toEqual([]);
  const orgs = (await telemetry.counted()).filter(({ name }) => name === 'storage.uploads');
  expect(orgs.map(({ attributes }) => attributes['storage.org'])).toEqual([
    '471108154711081547',
    '4711081547110815470',
  ]);
  await asked.close();
});

test('without the option nothing is told', async () => {
  const silent = await start(undefined);
  await directUpload(silent.get(Files), silent.get(DirectUploads), 'a.txt');
  expect(telemetry.spans().map(({ name }) => name)).toEqual(['POST /uploads', 'POST /uploads/complete']);
  expect(await telemetry.counted()).toEqual([]);
  await silent.close();
});

test.each([
  [{ organization: true }, /telemetry.organization is no option. Did you mean organisation/],
  [{ organisation: 'yes' }, /telemetry.organisation must be true or false/],
  [true, /telemetry must be an object/],
])('%j is told as a mistake', async (wrong, message) => {
  await expect(start(wrong as TelemetryOptions)).rejects.toThrow(message);
});
