import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { once } from '../../test/file-kits/domains.kit.js';
import { by, eleven, one, pdf } from '../../test/file-kits/direct-uploads.kit.js';
import { follow } from '../../test/http.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';
import { FormUploadsService } from '../kinds/form-upload.js';
import type { OrgId } from '../keys/org-id.js';
import type { JournalOptions } from '../options/journal.options.js';
import { StorageModule } from '../storage.module.js';
import { startTestStorage } from '../testing/test-storage.js';
import { Journal } from './journal.js';
import type { JournalRecord } from './journal-record.js';

const storage = await startTestStorage();
const open: { close(): Promise<void> }[] = [];
let failing = false;
let records: JournalRecord[] = [];
const sink = (given: readonly JournalRecord[]) => {
  if (failing) throw new Error('disk full');
  records.push(...given);
};
const nameSecret = 'n'.repeat(32);

async function start(journal: JournalOptions) {
  const imports = [StorageModule.forRoot({ ...storage.options, journal })];
  const module = await Test.createTestingModule({ imports }).compile();
  module.enableShutdownHooks();
  open.push(module);
  return { forms: module.get(FormUploadsService), uploads: module.get(DirectUploads), module };
}
const required = await start({ sink, required: true, nameSecret });
const lenient = await start({ sink, nameSecret });
const logged: string[] = [];
beforeAll(() => {
  jest.spyOn(Logger.prototype, 'error').mockImplementation((text) => void logged.push(String(text)));
});
beforeEach(() => {
  failing = false;
  records = [];
  logged.length = 0;
});
afterEach(() => storage.empty());
afterAll(async () => {
  jest.restoreAllMocks();
  for (const module of open) await module.close();
  await storage.close();
});

const field = { formId: '201', customFieldId: '7' };
const place = { ...field, fileName: 'Ana Popescu.pdf' };
const who = { by, requestId: 'request-1' };
const contentType = 'application/pdf';
type Services = typeof required;
const upload = ({ forms }: Services, org: OrgId = one) =>
  forms.upload(org, place, { bytes: once(pdf), contentType }, who);
const ticket = ({ forms }: Services) => forms.beginUpload(one, place, { contentType, size: pdf.length }, who);
const short = () => records.map(({ verb, outcome, code }) => [verb, outcome, ...(code ? [code] : [])].join(' '));

describe.each([
  ['required', required],
  ['not required', lenient],
])('a journal that is %s', (_name, services) => {
  test('has who, where, what and how it ended, and no name, key, URL or token', async () => {
    const { forms, uploads } = services;
    await upload(services);
    await upload(services, eleven);
    const secrets: string[] = [place.fileName, 'Popescu', 'X-Amz', 'incoming/', `${one}/uploads`];
    secrets.push((await forms.presignDownload(one, place, who)).url);
    secrets.push((await forms.list(one, field, { ...who, urls: true })).items[0]!.url!);
    (await forms.read(one, place, who)).body.destroy();
    await forms.stat(one, place, who);
    await forms.delete(one, place, who);
    const begun = await ticket(services);
    secrets.push(begun.token);
    await follow(begun, pdf);
    await uploads.complete(one, begun.token, { ...who, requestId: 'request-2' });
    await uploads.abandon(one, (await ticketOf(services, 'other.pdf')).token, who);
    await expect(forms.read(eleven, { ...place, fileName: 'none.pdf' }, who)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(forms.read(one, { ...place, formId: 'Ana/Popescu' }, who)).rejects.toThrow('without slashes');
    expect(short()).toEqual([
      ...['upload begun', 'upload done', 'upload begun', 'upload done'],
      ...['url done', 'list done', 'url done', 'read done', 'stat done', 'delete begun', 'delete done'],
      ...['upload begun', 'upload begun', 'upload done', 'upload begun', 'upload abandoned'],
      ...['read refused not_found', 'read refused invalid_place'],
    ]);
    const [first, second, , , url] = records;
    const file = expect.stringMatching(/^[\w-]{43}$/) as string;
    expect(first).toEqual({
      id: expect.any(String) as string,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/) as string,
      ...{ org: '1', by, kind: 'form-upload', place: field, file, verb: 'upload', outcome: 'begun' },
      upload: second!.upload,
      requestId: 'request-1',
    });
    expect(url).toMatchObject({ file: first!.file, expiresAt: expect.stringMatching(/Z$/) as string });
    expect(records[2]).toMatchObject({ org: '11' });
    expect(records[2]!.file).not.toBe(first!.file);
    expect(records.at(-5)).toMatchObject({ outcome: 'done', requestId: 'request-2', id: records.at(-5)!.upload });
    expect(records.at(-1)!.place).toEqual({});
    const text = JSON.stringify(records);
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    expect(logged).toEqual([]);
  });
});

const ticketOf = ({ forms }: Services, fileName: string) =>
  forms.beginUpload(one, { ...field, fileName }, { contentType, size: pdf.length }, who);

test('without a secret no file is told apart, and what is no request id is left out', async () => {
  const { forms } = await start({ sink: { append: sink } });
  await forms.upload(one, place, { bytes: once(pdf), contentType }, { requestId: 'a\nb' });
  expect(records[0]).toMatchObject({ place: field });
  for (const absent of ['file', 'requestId', 'by']) expect(records[0]).not.toHaveProperty(absent);
});

test('it has nothing of what was sent after an upload was given up', async () => {
  const begun = await required.forms.beginUpload(one, place, { contentType, size: pdf.length, method: 'PUT' }, who);
  await required.uploads.abandon(one, begun.token, who);
  await follow(begun, pdf);
  await expect(required.uploads.complete(one, begun.token, who)).rejects.toMatchObject({ code: 'not_found' });
  expect(short()).toEqual(['upload begun', 'upload abandoned']);
});

describe('a journal that fails', () => {
  const refused = { code: 'check_unavailable' };
  const verbs: [string, (services: Services) => Promise<unknown>][] = [
    ['upload', upload],
    ['ticket', ticket],
    ['read', ({ forms }) => forms.read(one, { ...place, fileName: 'there.pdf' }, who)],
    ['read URL', ({ forms }) => forms.presignDownload(one, { ...place, fileName: 'there.pdf' }, who)],
    ['list with URLs', ({ forms }) => forms.list(one, field, { ...who, urls: true })],
    ['look', ({ forms }) => forms.stat(one, { ...place, fileName: 'there.pdf' }, who)],
    ['removal', ({ forms }) => forms.delete(one, { ...place, fileName: 'there.pdf' }, who)],
  ];
  beforeEach(() =>
    required.forms.upload(one, { ...place, fileName: 'there.pdf' }, { bytes: once(pdf), contentType }, who),
  );

  test.each(verbs)('lets no %s happen where it is required, and leaves nothing', async (_verb, run) => {
    const before = await storage.contents();
    failing = true;
    await expect(run(required)).rejects.toMatchObject(refused);
    expect(await storage.contents()).toEqual(before);
    failing = false;
    await run(required);
  });

  test('completes no direct upload where it is required, and loses nothing: it is completed later', async () => {
    const begun = await ticket(required);
    await follow(begun, pdf);
    const before = await storage.contents();
    failing = true;
    await expect(required.uploads.complete(one, begun.token, who)).rejects.toMatchObject(refused);
    expect(await storage.contents()).toEqual(before);
    failing = false;
    expect(await required.uploads.complete(one, begun.token, who)).toMatchObject({ size: pdf.length });
  });

  test.each(verbs)('lets a %s happen where it is not, and the log has each record that is lost', async (_verb, run) => {
    failing = true;
    await run(lenient);
    expect(logged.length).toBeGreaterThan(0);
    for (const text of logged) {
      const [said, ...lost] = text.split('\n');
      expect(said).toBe(`The journal has lost ${lost.length} records:`);
      for (const line of lost) expect(JSON.parse(line)).toMatchObject({ org: '1', by, kind: 'form-upload' });
    }
  });

  test('afterwards can undo nothing: the log says what is lost', async () => {
    const { forms } = await start({
      required: true,
      sink: ([record]) => {
        if (record!.outcome !== 'begun') throw new Error('disk full');
      },
    });
    await forms.upload(one, place, { bytes: once(pdf), contentType }, who);
    await forms.delete(one, place, who);
    expect(logged.map((text) => (JSON.parse(text.split('\n')[1]!) as JournalRecord).verb)).toEqual([
      'upload',
      'delete',
    ]);
  });

  test('by never answering is one that fails', async () => {
    jest.useFakeTimers();
    try {
      const journal = new Journal({ sink: () => new Promise(() => {}), required: true });
      const asked = journal.beforeHandover({ org: one, purpose: 'document', place: {}, verb: 'stat' }, []);
      await Promise.all([expect(asked).rejects.toThrow('has not answered'), jest.advanceTimersByTimeAsync(5_000)]);
    } finally {
      jest.useRealTimers();
    }
  });
});

test('the end of the application waits for what is under way, and closes the sink', async () => {
  const told: string[] = [];
  const { forms, module } = await start({
    sink: {
      append: async ([record]) => {
        await new Promise((resolve) => setImmediate(resolve));
        told.push(record!.outcome);
      },
      close: () => void told.push('closed'),
    },
  });
  await forms.upload(one, place, { bytes: once(pdf), contentType }, who);
  await module.close();
  expect(told).toEqual(['begun', 'done', 'closed']);
});

test.each<[object, RegExp]>([
  [{}, /journal.sink must be/],
  [{ sink: { write() {} } }, /journal.sink must be/],
  [{ sink, required: 'yes' }, /journal.required/],
  [{ sink, nameSecret: 'short' }, /journal.nameSecret/],
  [{ sink, requird: true }, /Did you mean required/],
])('the option journal as %j is refused at the start', (journal, message) => {
  return expect(start(journal as JournalOptions)).rejects.toThrow(message);
});
