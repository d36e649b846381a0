import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { createPublicKey } from 'node:crypto';
import { by, eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { follow } from '../../../test/http.js';
import { keptStatesIn, linesOfOrg } from '../../../test/kept-states.kit.js';
import { newKeyPair } from '../../audit/signer.js';
import { DirectUploads } from '../../files/uploads/direct-uploads.js';
import { layout } from '../../keys/layout.js';
import { parseOrgId } from '../../keys/org-id.js';
import { AuditArchiveService } from '../../kinds/audit-month.js';
import { formUpload, FormUploadsService } from '../../kinds/form-upload.js';
import { samples } from '../../testing/samples.js';
import { Holds } from '../holds/holds.js';
import { Trash } from '../trash/trash.js';
import { certificateMistake, readCertificate } from './certificate.js';
import { Erasure } from './erasure.js';
import { foundAgain } from './verify-certificate.js';

const files = await startOrgFiles();
const { storage, versions } = files;
const Bucket = storage.bucket;
const { privateKey, publicKey } = newKeyPair();
const keys = [createPublicKey(publicKey)];
const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const };
await storage.raw.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
afterEach(() => storage.s3.faults.clear());
afterAll(files.close);

const code = (expected: string) => expect.objectContaining({ code: expected });
const file = { bytes: samples.pdf.bytes, contentType: 'application/pdf' };
const declared = { contentType: 'application/pdf', size: file.bytes.length };

/** Time passes when it is waited for. */
function clock() {
  let now = Date.now();
  const slept: number[] = [];
  return { slept, now: () => now, sleep: async (ms: number) => void ((now += ms), slept.push(ms)) };
}

function order() {
  const kept: string[] = [];
  const options = {
    reason: 'The contract ended',
    by,
    signer: privateKey,
    keep: (text: string) => void kept.push(text),
  };
  return { kept, options: { ...options, clock: clock() } };
}

/** Everything in the bucket behind the module's back, by organisation. */
const everything = async (org: string) => linesOfOrg(await keptStatesIn(storage.raw, Bucket), org);

async function fill(org: ReturnType<typeof parseOrgId>) {
  const held = await files.form(org, 2, 'held.pdf');
  for (const name of ['plain-0.pdf', 'plain-1.pdf', 'plain-2.pdf', 'plain-3.pdf', 'deleted.pdf']) {
    const key = layout.formUpload(org, { ...held.place, fileName: name });
    for (const state of ['a', 'b']) await files.put(key, state);
  }
  await files.forms.delete(org, { ...held.place, fileName: 'deleted.pdf' });
  await files.put(layout.auditMonth(org, { year: 2026, month: 1 }));
  await files.put(layout.incoming(org, { uploadId: 'left' }));
  await storage.raw.send(new CreateMultipartUploadCommand({ Bucket, Key: layout.logo(org) }));
  return held;
}

test('an organisation is closed in every process, erased but for what must stay, and certified', async () => {
  const held = await fill(one);
  await fill(eleven);
  const theirs = await everything('11');
  const Retention = { Mode: 'GOVERNANCE' as const, RetainUntilDate: new Date(Date.now() + 86_400_000) };
  await storage.raw.send(new PutObjectRetentionCommand({ Bucket, Key: 'audit-archive/1/2026/01.jsonl.gz', Retention }));
  await files.module.get(Holds).hold(formUpload, one, held.place, { reason: 'A court', by });
  // Not of this module's making, and the organisation's all the same.
  await files.put('1/x/uploads/strange');
  const erasure = files.module.get(Erasure);

  const plan = await erasure.plan(one);
  expect(plan).toMatchObject({ holds: 1, shortcomings: [], found: { own: { current: 6, marker: 1, upload: 1 } } });
  const before = await everything('1');

  const other = await files.start();
  const forms = other.get(FormUploadsService);
  const uploads = other.get(DirectUploads);
  const at = { formId: '201', customFieldId: '7', fileName: 'late.pdf' };
  const early = await forms.beginUpload(one, at, declared, { by });
  await follow(early, file.bytes);
  const refused: [string, () => Promise<unknown>][] = [
    ['upload', () => forms.upload(one, at, file)],
    ['begin', () => forms.beginUpload(one, at, declared, { by })],
    ['sign', () => uploads.sign(one, early.token, { method: 'PUT' }, { by })],
    ['complete', () => uploads.complete(one, early.token, { by })],
    ['abandon', () => uploads.abandon(one, early.token, { by })],
    ['delete', () => forms.delete(one, { ...at, fileName: 'plain-1.pdf' })],
    ['restore', () => other.get(Trash).restore(formUpload, one, { ...at, fileName: 'deleted.pdf' })],
    ['archive', () => other.get(AuditArchiveService).append(one, { year: 2026, month: 2 }, [{}])],
  ];
  const { kept, options } = order();
  const told: string[] = [];
  const asWaited = options.clock.sleep;
  options.clock.sleep = async (ms) => {
    if (options.clock.slept.length === 0) {
      for (const [what, write] of refused) told.push(`${what} ${await write().catch(({ code }) => code)}`);
      await forms.upload(eleven, { ...at, formId: '999' }, file);
      await forms.delete(eleven, { ...at, formId: '999' });
      const { place } = await files.form(eleven, 1, 'away.pdf');
      await forms.delete(eleven, place);
    }
    return asWaited(ms);
  };
  const statement = await erasure.erase(one, options);
  expect(options.clock.slept).toEqual([360_000, 300_000]);
  expect(told).toEqual(refused.map(([what]) => `${what} org_frozen`));

  const whys = statement.left.map(({ area, kind, why }) => `${area} ${kind} ${why}`).toSorted();
  expect(whys).toEqual([
    'audit-archive current retention',
    'control current closure',
    'control current hold-record',
    'own current held',
    'own earlier held',
  ]);
  const until = Retention.RetainUntilDate.toISOString();
  expect(statement.left.find(({ why }) => why === 'retention')).toMatchObject({ until, mode: 'GOVERNANCE' });
  expect(statement.found).toMatchObject({
    own: { current: 6, earlier: 7, marker: 1, upload: 1 },
    incoming: { current: 2 },
    'audit-archive': { current: 1 },
    control: { current: 1 },
  });
  expect(before.length).toBeGreaterThan(17);
  expect(await everything('1')).toHaveLength(5);
  expect((await everything('11')).filter((each) => theirs.includes(each))).toEqual(theirs);

  expect(kept).toHaveLength(1);
  expect(certificateMistake(kept[0]!, keys)).toBeUndefined();
  // Names of files are people's.
  expect(kept[0]).not.toContain('.pdf');
  const verify = async () => {
    const again: string[] = [];
    for await (const { found } of foundAgain(versions, readCertificate(kept[0]!)!.statement)) again.push(found.key);
    return again;
  };
  expect(await verify()).toEqual([]);
  await files.put('1/uploads/back again');
  expect(await verify()).toEqual(['1/uploads/back again']);
});

test('an erasure that died anywhere is gone on with, by whoever calls it again', async () => {
  const seven = parseOrgId('7');
  await fill(seven);
  const { kept, options } = order();
  const other = { ...options, reason: 'another word' };
  const died: string[] = [];
  const steps = ['PutObject', 'ListObjectVersions', 'DeleteObjects', 'AbortMultipartUpload', 'ListMultipartUploads'];
  for (const operation of steps) {
    storage.s3.faults.add({ operation, action: 'error', times: 99 });
    const erasure = (await files.start({ maxAttempts: 1 })).get(Erasure);
    await erasure
      .erase(seven, died.length === 0 ? options : other)
      .catch(({ code }) => died.push(`${operation} ${code}`));
    storage.s3.faults.clear();
  }
  // Killed in the middle of what it removes.
  const killed = new AbortController();
  const onProgress = ({ doing }: { doing: string }) => doing === 'removing' && killed.abort();
  const erasure = (await files.start()).get(Erasure);
  await expect(erasure.erase(seven, { ...other, onProgress, signal: killed.signal })).rejects.toThrow('aborted');
  expect(died).toEqual(steps.map((step) => `${step} store_unavailable`));
  const statement = await erasure.erase(seven, other);
  expect(statement).toMatchObject({ found: { own: { current: 5, earlier: 7, marker: 1, upload: 1 } } });
  expect(statement.left.map(({ why }) => why)).toEqual(['closure']);
  expect(await everything('7')).toHaveLength(1);
  expect(kept).toHaveLength(1);
  await expect(files.forms.upload(seven, { formId: '1', customFieldId: '1', fileName: 'a.pdf' }, file)).rejects.toEqual(
    code('org_frozen'),
  );
  await erasure.reopen(seven);
  await files.forms.upload(seven, { formId: '1', customFieldId: '1', fileName: 'a.pdf' }, file);
  await expect(erasure.reopen(seven)).rejects.toEqual(code('not_found'));
});

test('a folder is erased while the rest of the organisation works, and is open again afterwards', async () => {
  const five = parseOrgId('5');
  const of = (formId: string) => ({ formId, customFieldId: '7', fileName: 'a.pdf' });
  for (const formId of ['30', '300']) await files.forms.upload(five, of(formId), file);
  const { kept, options } = order();
  const asWaited = options.clock.sleep;
  options.clock.sleep = async (ms) => {
    await expect(files.forms.upload(five, of('30'), file, { replace: true })).rejects.toEqual(code('org_frozen'));
    await files.forms.upload(five, of('300'), file, { replace: true });
    return asWaited(ms);
  };
  const erasure = files.module.get(Erasure);
  const statement = await erasure.erase(five, { ...options, prefix: '5/uploads/forms/30/' });
  expect(statement).toMatchObject({ scope: '5/uploads/forms/30/', left: [], found: { own: { current: 1 } } });
  expect(certificateMistake(kept[0]!, keys)).toBeUndefined();
  await expect(files.forms.stat(five, of('30'))).rejects.toEqual(code('not_found'));
  expect(await files.forms.stat(five, of('300'))).toBeDefined();
  await files.forms.upload(five, of('30'), file);

  const one = layout.formUpload(five, of('300'));
  await files.put(`${one}.bak`);
  await erasure.erase(five, { ...order().options, prefix: one });
  const left = (await everything('5')).map((each) => each.split(' ')[0]);
  expect(left).toContain(`${one}.bak`);
  expect(left).not.toContain(one);
  for (const prefix of ['5/uploads', '51/uploads/', 'incoming/5/', 'control/5/', '', '/']) {
    await expect(erasure.erase(five, { ...order().options, prefix })).rejects.toEqual(code('invalid_key'));
  }
});

test('what was opened again is erased no further, and not certified', async () => {
  const ten = parseOrgId('10');
  const at = { formId: '30', customFieldId: '7', fileName: 'a.pdf' };
  for (const prefix of [undefined, '10/uploads/forms/30/']) {
    await files.forms.upload(ten, at, file);
    const erasure = files.module.get(Erasure);
    const { kept, options } = order();
    const asWaited = options.clock.sleep;
    options.clock.sleep = async (ms) => {
      if (options.clock.slept.length === 1) {
        await erasure.reopen(ten, { ...(prefix && { prefix }) });
        await files.forms.upload(ten, at, file);
      }
      return asWaited(ms);
    };
    const erasing = erasure.erase(ten, { ...options, ...(prefix && { prefix }) });
    await expect(erasing).rejects.toEqual(code('conflict'));
    expect(kept).toEqual([]);
    expect(await files.forms.stat(ten, at)).toMatchObject({ size: file.bytes.length });
    await files.forms.delete(ten, at);
  }
});

test('two that erase a part at once: the slower one removes nothing that came after the faster one', async () => {
  const twelve = parseOrgId('12');
  const at = { formId: '30', customFieldId: '7', fileName: 'a.pdf' };
  await files.forms.upload(twelve, at, file);
  const prefix = '12/uploads/forms/30/';
  const erasure = files.module.get(Erasure);
  const [slower, faster] = [order(), order()];
  const asWaited = slower.options.clock.sleep;
  slower.options.clock.sleep = async (ms) => {
    if (slower.options.clock.slept.length === 1) {
      await erasure.erase(twelve, { ...faster.options, prefix });
      await files.forms.upload(twelve, at, file);
    }
    return asWaited(ms);
  };
  await expect(erasure.erase(twelve, { ...slower.options, prefix })).rejects.toEqual(code('conflict'));
  expect([slower.kept.length, faster.kept.length]).toEqual([0, 1]);
  expect(await files.forms.stat(twelve, at)).toMatchObject({ size: file.bytes.length });
});

test('an erasure waits in full, whatever the clock of whoever began it said', async () => {
  const thirteen = parseOrgId('13');
  await files.form(thirteen, 1);
  const erasure = files.module.get(Erasure);
  const { options } = order();
  const slow = { now: () => Date.now() - 3_600_000, sleep: () => Promise.reject(new Error('killed')) };
  await expect(erasure.erase(thirteen, { ...options, clock: slow })).rejects.toThrow('killed');
  await erasure.erase(thirteen, options);
  expect(options.clock.slept).toEqual([360_000, 300_000]);
});

test('of a large upload through the application nothing reaches an organisation that was erased', async () => {
  const fourteen = parseOrgId('14');
  await files.form(fourteen, 1);
  await files.module.get(Erasure).erase(fourteen, order().options);
  const { requests } = storage.s3;
  requests.clear();
  const bytes = Buffer.concat([file.bytes, Buffer.alloc(6 * 1024 * 1024, '%\n')]);
  const at = { formId: '30', customFieldId: '7', fileName: 'a.pdf' };
  await expect(files.forms.upload(fourteen, at, { ...file, bytes })).rejects.toEqual(code('org_frozen'));
  const asked = requests.list().map(({ operation }) => operation);
  expect(asked.filter((operation) => operation !== 'HeadObject')).toEqual(['ListObjectsV2']);
});

test.each(['through the application', 'directly'])(
  'what is scanned for longer than an erasure takes is not stored %s',
  async (way) => {
    const org = parseOrgId(way === 'directly' ? '15' : '16');
    const { kept, options } = order();
    const verdict = async () => void (await files.module.get(Erasure).erase(org, options));
    const scanning = { name: 'a scan', inspect: () => ({ write: () => {}, verdict, abort: () => {} }) };
    const module = await files.start({ gates: [scanning] });
    const forms = module.get(FormUploadsService);
    const at = { formId: '30', customFieldId: '7', fileName: 'a.pdf' };
    const upload = async () => {
      if (way !== 'directly') return forms.upload(org, at, file);
      const ticket = await forms.beginUpload(org, at, declared, { by });
      await follow(ticket, file.bytes);
      return module.get(DirectUploads).complete(org, ticket.token, { by });
    };
    await expect(upload()).rejects.toEqual(code('org_frozen'));
    const again: string[] = [];
    for await (const { found } of foundAgain(versions, readCertificate(kept[0]!)!.statement)) again.push(found.key);
    expect(again).toEqual([]);
  },
);

test('a mark of deletion over what stays is left, for without it a deleted file would be back', async () => {
  const six = parseOrgId('6');
  const { place } = await files.form(six, 1, 'gone.pdf');
  const { id } = await files.module.get(Holds).hold(formUpload, six, place, { reason: 'A court', by });
  // The store's hold alone: the record has been lost.
  await storage.raw.send(new DeleteObjectCommand({ Bucket, Key: layout.formUpload(six, place) }));
  const [file = '', number = ''] = id.split('-');
  await storage.raw.send(new DeleteObjectCommand({ Bucket, Key: layout.hold(six, { file, number }) }));
  const statement = await files.module.get(Erasure).erase(six, order().options);
  expect(statement.left.map(({ kind, why }) => `${kind} ${why}`).toSorted()).toEqual([
    'current closure',
    'earlier hold',
    'marker covers',
  ]);
  await expect(files.forms.stat(six, place)).rejects.toEqual(code('not_found'));
});

test('what the store refuses without a lock is said so, and one file that fails for a moment is tried again', async () => {
  const eight = parseOrgId('8');
  await files.form(eight, 1);
  storage.s3.faults.add({ operation: 'AbortMultipartUpload', action: 'refuse', times: 99 });
  await storage.raw.send(new CreateMultipartUploadCommand({ Bucket, Key: layout.logo(eight) }));
  const statement = await files.module.get(Erasure).erase(eight, order().options);
  expect(statement.left).toMatchObject([{ kind: 'upload', why: 'refused', code: 'store_refused' }, { why: 'closure' }]);
});

test('a certificate that was altered, or is another’s, is told', async () => {
  const nine = parseOrgId('9');
  await files.form(nine, 1);
  const { kept, options } = order();
  storage.s3.requests.clear();
  await files.module.get(Erasure).erase(nine, options);
  const asked = storage.s3.requests.list().map(({ operation }) => operation);
  // The inventory and three passes, in four areas each: a second look is for marks of deletions, and there were none.
  expect(asked.filter((operation) => operation === 'ListObjectVersions')).toHaveLength(16);
  // Of holds where something lies: the file once, the closure three times.
  expect(asked.filter((operation) => operation === 'ListObjectsV2')).toHaveLength(4);
  const text = kept[0]!;
  expect(certificateMistake(text, keys)).toBeUndefined();
  expect(certificateMistake(text, [createPublicKey(newKeyPair().publicKey)])).toMatch(/none of these keys/);
  const altered: [string, string][] = [
    ['a count', text.replace('"current": 1', '"current": 0')],
    ['the organisation', text.replace('"organisation": "9"', '"organisation": "8"')],
    ['something left out', text.replace(/"left": \[[^\]]*\]/, '"left": []')],
    ['a second value that hides the first', text.replace('"reason"', '"reason": "x",\n    "reason"')],
    ['written by another program', JSON.stringify(JSON.parse(text))],
    ['nothing', ''],
    ['no certificate', '{}'],
  ];
  for (const [what, other] of altered) {
    expect([what, other !== text && certificateMistake(other, keys)]).toEqual([what, expect.stringMatching(/\w/)]);
  }
});

test('where nobody heeds the closure, or nobody can sign, nothing is closed and nothing erased', async () => {
  const unheeding = (await files.start({ orgControl: false })).get(Erasure);
  await expect(unheeding.erase(one, order().options)).rejects.toEqual(code('misconfigured'));
  const two = parseOrgId('2');
  for (const signer of [publicKey, '', [], { publicKey, sign: () => Promise.reject(new Error('The safe is shut')) }]) {
    const unsigned = files.module.get(Erasure).erase(two, { ...order().options, signer });
    await expect(unsigned).rejects.toEqual(code('misconfigured'));
  }
  await files.form(two, 1);
  await expect(files.module.get(Erasure).erase(one, { ...order().options, reason: ' ' })).rejects.toEqual(
    code('invalid_request'),
  );
});
