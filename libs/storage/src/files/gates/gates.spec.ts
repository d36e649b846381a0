import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { invoice } from '../../../../../examples/invoices.js';
import { openCasesOnly, recordedReads } from '../../../../../examples/gates.js';
import { eleven, one, startFiles } from '../../../test/file-kits/gates.kit.js';
import { follow } from '../../../test/http.js';
import { testNeeding } from '../../../test/needs.js';
import { formUpload } from '../../kinds/form-upload.js';
import { StorageError } from '../../storage.error.js';
import { samples } from '../../testing/samples.js';
import type { FileGate, UploadEnding, UploadSubject } from './gate.js';
import { Gates } from './gates.js';

const { storage, start, close } = await startFiles();
const onEmbedded = testNeeding(storage, 'embedded server');
const { bytes } = samples.pdf;
const by = 'pat';
const at = (fileName: string) => ({ customerId: '7', fileName });
const file = { bytes, contentType: 'application/pdf' };
const declared = { contentType: 'application/pdf', size: bytes.length };

const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
afterEach(async () => {
  await storage.empty();
  logged.mockClear();
});
afterAll(async () => {
  logged.mockRestore();
  await close();
});

/** Remembers what it is asked and told; does as it is bid. */
function gate(does: Partial<FileGate> = {}) {
  const log: string[] = [];
  const endings: UploadEnding[] = [];
  const shown: Buffer[] = [];
  const self: FileGate = {
    name: 'watcher',
    admit: (upload) => (log.push(`admit ${upload.direct ? 'direct' : 'streamed'}`), does.admit?.(upload)),
    inspect: () => ({
      metadata: { seen: 'ä' },
      write: (chunk) => void shown.push(Buffer.from(chunk)),
      verdict: () => void log.push('verdict'),
      abort: () => void log.push('abort'),
    }),
    beforeAccess: ({ verb }) => void log.push(verb),
    beforeRemoval: () => void log.push('delete'),
    ended: (upload, ending) => {
      log.push(ending.outcome);
      endings.push(ending);
      return does.ended?.(upload, ending);
    },
    ...(does.inspect && { inspect: does.inspect }),
    ...(does.unsettled && { unsettled: does.unsettled }),
  };
  return { self, log, endings, shown: () => Buffer.concat(shown) };
}

test('a gate is asked, shown every byte and told, on both ways in and on every way out', async () => {
  const watcher = gate();
  const { files, uploads } = await start(watcher.self);
  await files.upload(invoice, one, at('a.pdf'), file, { by });
  expect(watcher.shown()).toEqual(bytes);
  const ticket = await files.beginUpload(invoice, eleven, at('a.pdf'), declared, { by });
  await follow(ticket, bytes);
  await uploads.complete(eleven, ticket.token, { by });
  expect(watcher.shown()).toEqual(Buffer.concat([bytes, bytes]));
  const streamed = ['admit streamed', 'verdict', 'stored'];
  expect(watcher.log.splice(0)).toEqual([...streamed, 'admit direct', 'verdict', 'stored']);
  await files.stat(invoice, one, at('a.pdf'));
  (await files.read(invoice, one, at('a.pdf'))).body.destroy();
  await files.presignDownload(invoice, one, at('a.pdf'));
  await files.list(invoice, one, { customerId: '7' });
  await files.delete(invoice, one, at('a.pdf'));
  expect(watcher.log).toEqual(['stat', 'read', 'url', 'list', 'delete']);
});

describe.each(['streamed', 'direct'])('a %s upload', (way) => {
  const send = async (gates: FileGate[], name = 'a.pdf') => {
    const { files, uploads, told } = await start(...gates);
    const work = async () => {
      if (way === 'streamed') return files.upload(invoice, one, at(name), file, { by });
      const ticket = await files.beginUpload(invoice, one, at(name), declared, { by });
      await follow(ticket, bytes);
      return uploads.complete(one, ticket.token, { by });
    };
    return { work, told };
  };

  test('that a gate refuses takes no byte, leaves nothing, and whoever admitted it is told', async () => {
    const first = gate();
    const second = gate({ admit: () => Promise.reject(new StorageError('not_allowed', 'Closed.')) });
    const { work, told } = await send([first.self, second.self]);
    await expect(work()).rejects.toMatchObject({ code: 'not_allowed', message: 'Closed.' });
    expect(first.log).toEqual([`admit ${way}`, 'refused']);
    expect(second.log).toEqual([`admit ${way}`]);
    expect(told).toMatchObject([{ kind: 'upload-refused', code: 'not_allowed', by, org: '1' }]);
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  test.each<[string, Partial<FileGate>]>([
    ['when it is asked', { admit: () => Promise.reject(new Error('no database')) }],
    ['when it begins to look', { inspect: () => Promise.reject(new Error('no scanner')) }],
    [
      'when it is shown bytes',
      { inspect: () => ({ write: () => Promise.reject(new Error('gone')), verdict: () => {}, abort: () => {} }) },
    ],
    [
      'when it is to judge',
      { inspect: () => ({ write: () => {}, verdict: () => Promise.reject(new Error('gone')), abort: () => {} }) },
    ],
  ])('that meets a gate which fails %s is refused with 503, and can be tried again', async (_when, does) => {
    const { work } = await send([gate(does).self]);
    await expect(work()).rejects.toMatchObject({ code: 'check_unavailable', retryAfterSeconds: 5 });
    const { keys } = await storage.contents();
    expect(keys.filter((key) => !key.startsWith('incoming/'))).toEqual([]);
    await (await send([])).work();
    expect((await storage.contents()).keys).toContain('1/custom/invoices/7/a.pdf');
  });

  test('whose bytes are found bad is refused as the gate says, is over, and leaves nothing', async () => {
    const bad = () => Promise.reject(new StorageError('not_allowed', 'Not this one.'));
    const watcher = gate({ inspect: () => ({ write: () => {}, verdict: bad, abort: () => {} }) });
    const { work } = await send([watcher.self]);
    await expect(work()).rejects.toMatchObject({ code: 'not_allowed' });
    expect(watcher.endings).toEqual([{ outcome: 'refused', code: 'not_allowed' }]);
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  test('a gate that fails when it is told is logged, and nobody else notices', async () => {
    const watcher = gate({ ended: () => Promise.reject(new Error('no database')) });
    const { work, told } = await send([watcher.self]);
    await work();
    expect(told.at(-1)).toMatchObject({ kind: 'upload-completed' });
    expect(logged).toHaveBeenCalledWith(expect.stringContaining('watcher'), expect.stringContaining('no database'));
  });
});

describe.each(['streamed', 'direct', 'streamed to incoming/'])('right before a %s upload is put in place', (way) => {
  const looksOutside: FileGate = {
    name: 'from outside',
    examine: async (_upload, sent) => ({ version: (await sent.tags()).version ?? '' }),
  };
  const upload = async (...gates: FileGate[]) => {
    const { files, uploads } = await start(...(way === 'streamed to incoming/' ? [...gates, looksOutside] : gates));
    if (way !== 'direct') return files.upload(invoice, one, at('a.pdf'), file, { by });
    const ticket = await files.beginUpload(invoice, one, at('a.pdf'), declared, { by });
    await follow(ticket, bytes);
    return uploads.complete(one, ticket.token, { by });
  };
  const inPlace = async () => (await storage.contents()).keys.filter((key) => !key.startsWith('incoming/'));

  test('gates are asked once more, behind every verdict', async () => {
    const watcher = gate();
    const asked: string[][] = [];
    const beforeWrite = async ({ org }: UploadSubject) => void asked.push([org, ...watcher.log, ...(await inPlace())]);
    await upload({ name: 'last', beforeWrite }, watcher.self);
    expect(asked.at(-1)).toEqual(['1', expect.stringContaining('admit'), 'verdict']);
    expect(await inPlace()).toEqual(['1/custom/invoices/7/a.pdf']);
  });

  test.each([
    ['refuses', new StorageError('not_allowed', 'Closed meanwhile.'), 'not_allowed'],
    ['fails', new Error('no database'), 'check_unavailable'],
  ])('one that %s then leaves nothing in place, and it can be tried again', async (_what, error, code) => {
    const beforeWrite = () => Promise.reject(error);
    await expect(upload({ name: 'last', beforeWrite })).rejects.toMatchObject({ code });
    expect(await inPlace()).toEqual([]);
    await upload();
    expect(await inPlace()).toEqual(['1/custom/invoices/7/a.pdf']);
  });
});

describe('bytes that several gates are shown', () => {
  const subject = { org: one, purpose: 'invoice', direct: false } as UploadSubject;
  const looking = (write: (chunk: Uint8Array) => Promise<void> | void): FileGate => ({
    name: 'looking',
    inspect: () => ({ write, verdict: () => {}, abort: () => {} }),
  });
  const shown = async (...gates: FileGate[]) => (await new Gates(gates).inspect(subject))!.write(bytes);

  test('are waited for by those that need time, and by nobody else', async () => {
    const look = await new Gates([looking(() => {}), looking(() => {})]).inspect(subject);
    expect(look!.write(bytes)).toBeUndefined();
    const order: string[] = [];
    const later = (turns: number) =>
      looking(async () => {
        for (let i = 0; i < turns; i++) await new Promise(setImmediate);
        order.push(`after ${turns}`);
      });
    await shown(
      later(3),
      looking(() => {}),
      later(1),
    );
    expect(order).toEqual(['after 1', 'after 3']);
  });

  const thrower = looking(() => {
    throw new Error('gone');
  });
  const failing = looking(() => Promise.reject(new Error('gone')));
  test.each([
    ['alone', [thrower]],
    ['before one whose promise fails', [thrower, failing]],
    ['behind it', [failing, thrower]],
  ])('a gate that throws, %s, refuses by a promise: the others are heard out', async (_when, gates) => {
    const look = await new Gates(gates).inspect(subject);
    const taken = look!.write(bytes);
    expect(taken).toBeInstanceOf(Promise);
    await expect(taken).rejects.toMatchObject({ code: 'check_unavailable' });
  });
});

test('an upload that is given up is told', async () => {
  const watcher = gate();
  const { files, uploads, told } = await start(watcher.self);
  const ticket = await files.beginUpload(invoice, one, at('a.pdf'), declared, { by });
  await uploads.abandon(one, ticket.token, { by });
  expect(watcher.endings).toEqual([{ outcome: 'abandoned' }]);
  expect(told.map(({ kind }) => kind)).toEqual(['upload-begun', 'upload-abandoned']);
});

describe('a process that dies', () => {
  /** What a gate wrote down before the process that asked it died. */
  const left: UploadSubject[] = [];
  const keeper = () =>
    gate({
      admit: (upload) => void left.push(upload),
      unsettled: (org) => left.splice(0).filter((upload) => upload.org === org),
    });

  test('leaves uploads whose end is read from the bucket and told before the next one', async () => {
    const dead = await start({ name: 'keeper', admit: (upload) => void left.push(upload) });
    await dead.files.upload(invoice, one, at('stored.pdf'), file, { by });
    const done = await dead.files.beginUpload(invoice, one, at('direct.pdf'), declared, { by });
    await follow(done, bytes);
    await dead.uploads.complete(one, done.token, { by });
    const given = await dead.files.beginUpload(invoice, one, at('given-up.pdf'), declared, { by });
    await dead.uploads.abandon(one, given.token, { by });
    await dead.files.upload(invoice, one, at('gone.pdf'), file, { by });
    await dead.files.delete(invoice, one, at('gone.pdf'));
    expect(left).toHaveLength(4);
    const watcher = keeper();
    const next = await start(watcher.self);
    await next.files.upload(invoice, one, at('next.pdf'), file, { by });
    expect(watcher.endings.slice(0, 4)).toMatchObject([
      { outcome: 'stored', size: bytes.length },
      { outcome: 'stored', size: bytes.length },
      { outcome: 'abandoned' },
      { outcome: 'abandoned' },
    ]);
  });

  test('leaves files that listeners are told of again, by the same id and no other', async () => {
    const dead = await start();
    await dead.files.upload(invoice, one, at('a.pdf'), file, { by });
    await dead.files.upload(invoice, eleven, at('b.pdf'), file, { by });
    const [before] = dead.told;
    const next = await start();
    const since = new Date(Date.now() - 60_000);
    expect(await next.files.tellAgain(invoice, one, { customerId: '7' }, since)).toBe(1);
    const { by: _gone, direct: _too, ...known } = before as typeof before & { direct: boolean };
    expect(next.told).toEqual([{ ...known, at: expect.any(Date) as Date }]);
    expect(await next.files.tellAgain(invoice, one, { customerId: '7' }, new Date(Date.now() + 60_000))).toBe(0);
  });

  onEmbedded('between the end of an upload and its word leaves it to whoever completes it again', async () => {
    const dead = await start();
    const ticket = await dead.files.beginUpload(invoice, one, at('a.pdf'), declared, { by });
    await follow(ticket, bytes);
    storage.s3.faults.add({ operation: 'DeleteObject', times: 9, action: 'error' });
    await dead.uploads.complete(one, ticket.token, { by });
    storage.s3.faults.clear();
    const next = await start();
    await next.uploads.complete(one, ticket.token, { by });
    expect(next.told).toMatchObject([{ kind: 'upload-completed', id: dead.told.at(-1)!.id }]);
    await next.uploads.complete(one, ticket.token, { by });
    expect(next.told).toHaveLength(1);
  });
});

test('listeners that are slow are waited for when the application ends', async () => {
  const { module, files, events } = await start();
  let heard = 0;
  events.subscribe(async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    heard += 1;
  });
  await files.upload(invoice, one, at('a.pdf'), file, { by });
  await files.delete(invoice, one, at('a.pdf'), { by });
  await module.close();
  expect(heard).toBe(2);
});

test('a listener that never ends does not keep the application from its end', async () => {
  const { module, files, events } = await start();
  let end = () => {};
  events.subscribe(() => new Promise<void>((resolve) => (end = resolve)));
  await files.upload(invoice, one, at('a.pdf'), file, { by });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const closed = module.close();
    await jest.advanceTimersByTimeAsync(10_000);
    await closed;
  } finally {
    jest.useRealTimers();
    // All modules are closed once more at the end.
    end();
  }
});

describe('gates of an application', () => {
  test('the rule about closed cases', async () => {
    const { files } = await start(openCasesOnly(async (_org, formId) => formId === '1'));
    const send = (formId: string) =>
      files.upload(formUpload, one, { formId, customFieldId: '3', fileName: 'a.pdf' }, file, { by });
    await expect(send('2')).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(send('1')).resolves.toMatchObject({ fileName: 'a.pdf' });
  });

  test('what cannot be recorded is not read', async () => {
    const lines: object[] = [];
    const { files, told } = await start(recordedReads(async (line) => void lines.push(line)));
    await files.upload(invoice, one, at('a.pdf'), file, { by });
    await files.presignDownload(invoice, one, at('a.pdf'), { by });
    expect(lines).toMatchObject([{ org: '1', purpose: 'invoice', place: at('a.pdf'), by, verb: 'url' }]);
    expect(told.at(-1)).toMatchObject({ kind: 'read-url-issued' });
    const broken = await start(recordedReads(() => Promise.reject(new Error('disk full'))));
    for (const verb of ['read', 'presignDownload', 'stat'] as const) {
      await expect(broken.files[verb](invoice, one, at('a.pdf'), { by })).rejects.toMatchObject({
        code: 'check_unavailable',
      });
    }
    expect(broken.told.map(({ kind }) => kind)).toEqual(Array(3).fill('access-refused'));
  });
});
