// Loaded by the command when it needs them, which Jest cannot do late.
import '@nestjs/core';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fileOf, keys, linesIn, sealedMonths } from '../../../test/audit.kit.js';
import { command } from '../../../test/command.kit.js';
import { NoteSigner, newKeyPair } from '../../audit/signer.js';
import '../../storage.module.js';
import { startTestStorage } from '../../testing/test-storage.js';

const storage = await startTestStorage({ embeddedOnly: true });
const folder = mkdtempSync(join(tmpdir(), 'archive-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await storage.close();
});
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const { accessKeyId, secretAccessKey } = storage.s3.credentials;
const env = { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
const store = ['--bucket', storage.bucket, '--endpoint', storage.s3.endpoint];
const pem = file('clinic.pem', keys.publicKey);
const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'];
const record = (org: string, month: string, at: number) =>
  JSON.stringify({ id: `${org}-${month}-${at}`, at: `${month}-0${at}T09:00:00.000Z`, org, verb: 'read' });
const lines = months.flatMap((month, i) =>
  Array.from({ length: i === 1 ? 0 : 5 }, (_, at) => [record('1', month, at + 1), record('11', month, at + 1)]).flat(),
);
const journal = file('journal.jsonl', `${lines.join('\n')}\n`);
const origin = ['--origin', 'clinic.example/audit'];
const signing = [...store, ...origin, '--audit-key', file('clinic.key.pem', keys.privateKey)];
const archive = (org: string, month: string, more: string[] = ['--journal', journal]) =>
  command(['audit', 'archive', '--org', org, '--month', month, ...signing, ...more], { env });

const verify = (org: string, more: string[] = []) =>
  command(['audit', 'verify', '--org', org, ...store, '--from', months[0]!, '--to', months.at(-1)!, '--public-key', pem, ...more], { env }); // prettier-ignore

let head = '';
const whole = new Map<string, Buffer>();
const Key = (org: string, month: string) => `audit-archive/${org}/${month.replace('-', '/')}.jsonl.gz`;
const Bucket = storage.bucket;
const get = async (key: string) =>
  Buffer.from(await (await storage.raw.send(new GetObjectCommand({ Bucket, Key: key }))).Body!.transformToByteArray());

beforeAll(async () => {
  for (const month of months) {
    for (const org of ['1', '11']) {
      const { status, out, err } = await archive(org, month);
      expect({ status, err }).toEqual({ status: 0, err: '' });
      whole.set(Key(org, month), await get(Key(org, month)));
      if (org === '1') head = out.split('\n')[1]!;
    }
  }
});

test('what a journal has of one organisation and one month is archived, sealed, and intact', async () => {
  expect(linesIn(whole.get(Key('1', '2026-03'))!).slice(0, -1)).toEqual(
    lines.filter((line) => line.includes('"1-2026-03')),
  );
  for (const [org, more] of [
    ['1', ['--head', head]],
    ['11', []],
  ] as const) {
    expect(await verify(org, [...more])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/6 months with 25 records, 0 findings[^]*Intact/),
    });
  }
});

describe('a month that is archived already', () => {
  test('is left alone, and said to be the same where it is', async () => {
    const two = await Promise.all([archive('1', '2026-03'), archive('1', '2026-03')]);
    for (const { status, out } of two) {
      expect({ status, out }).toEqual({ status: 0, out: '2026-03 is archived already, with the same 5 records.' });
    }
    const other = ['--journal', file('other.jsonl', `${lines.slice(0, -1).join('\n').replace('read', 'url')}\n`)];
    expect(await archive('1', '2026-01', other)).toMatchObject({
      status: 1,
      out: expect.stringContaining('with other records: 5 there, 5 here'),
    });
    expect(await get(Key('1', '2026-03'))).toEqual(whole.get(Key('1', '2026-03')));
  });

  test('by one of two machines at once: the other one says that it is the same', async () => {
    const two = await Promise.all([archive('1', '2026-07'), archive('1', '2026-07')]);
    await storage.raw.send(new DeleteObjectCommand({ Bucket, Key: Key('1', '2026-07') }));
    expect(two.map(({ status }) => status)).toEqual([0, 0]);
    expect(two.map(({ out }) => out.split('.')[0]).toSorted()).toEqual([
      '2026-07 is archived already, with the same 0 records',
      'Archived',
    ]);
  });
});

test('a line that was cut short is left out, and named', async () => {
  const torn = ['--journal', file('torn.jsonl', `${record('111', '2026-01', 1)}\n{"id":"x","org":"1\n7\n`)];
  const { status, err } = await archive('111', '2026-01', torn);
  expect({ status, lines: err.match(/line \d/g) }).toEqual({ status: 0, lines: ['line 2', 'line 3'] });
});

test.each<[string, string[], RegExp]>([
  ['no journal', ['--month', '2026-01'], /--journal is missing/],
  ['a journal that is not there', ['--month', '2026-01', '--journal', 'x'], /there is no file x/],
  ['a month that is not over', ['--month', '2999-12', '--journal', journal], /is not over/],
  ['a month behind a gap', ['--month', '2026-09', '--journal', journal], /append 2026-07 first/],
  [
    'a mode without days',
    ['--month', '2026-01', '--journal', journal, '--retention-mode', 'compliance'],
    /needs --ret/,
  ],
  ['no key', ['--month', '2026-01', '--journal', journal, '--audit-key', pem], /PKCS#8/],
])('archive: %s is status 2 and says what is wrong', async (_what, more, message) => {
  const { status, err } = await command(['audit', 'archive', '--org', '1', ...signing, ...more], { env });
  expect(err).toMatch(message);
  expect(status).toBe(2);
});

describe('tampering in the bucket is found, with month and line', () => {
  const [key3, key4] = [Key('1', '2026-03'), Key('1', '2026-04')];
  const changed = (change: (lines: string[]) => string[]) => () =>
    new Map([[key3, fileOf(change(linesIn(whole.get(key3)!)))]]);
  const otherKeys = newKeyPair();
  const byOtherKey = async () => {
    const signer = new NoteSigner('clinic.example/audit', [otherKeys.privateKey]);
    return new Map([[key3, (await sealedMonths('1', { '2026-03': [1, 2, 3] }, signer)).get('2026-03')!]]);
  };
  type Altered = Map<string, Buffer | undefined>;

  test.each<[string, () => Altered | Promise<Altered>, string, string[]]>([
    ['a byte', changed((all) => all.with(2, all[2]!.replace('read', 'reaD'))), '2026-03, line 3: ', []],
    ['a line removed', changed((all) => all.toSpliced(1, 1)), '2026-03, line 2: ', []],
    ['a line added', changed((all) => all.toSpliced(4, 0, all[0]!)), '2026-03, line 5: ', []],
    ['lines moved', changed(([a, b, ...rest]) => [b!, a!, ...rest]), '2026-03, line 1: ', []],
    ['the last lines cut', changed((all) => all.slice(0, 3)), '2026-03, line 3: ', []],
    ['the last records cut', changed((all) => all.toSpliced(3, 2)), '2026-03, line 4: ', []],
    ['a month cut', () => new Map([[key3, whole.get(key3)!.subarray(0, 40)]]), '2026-03, line ', []],
    ['a month removed', () => new Map([[key3, undefined]]), '2026-03: The month is missing.', []],
    ['another organisation’s month', () => new Map([[key3, whole.get(Key('11', '2026-03'))]]), '2026-03, line 6: ', []],
    ['two months exchanged', () => new Map([[key3, whole.get(key4)], [key4, whole.get(key3)]]), '2026-03, line 6: ', []], // prettier-ignore
    ['a seal by another key', byOtherKey, 'not signed by a key that was given', []],
  ])('%s', async (_what, alter, found, more) => {
    const altered = await alter();
    await put(altered);
    const { status, out } = await verify('1', more);
    const foreign = await verify('11');
    await put(new Map([...altered.keys()].map((key) => [key, whole.get(key)])));
    expect(out).toContain(found);
    expect([status, foreign.status]).toEqual([1, 0]);
  });

  test('the last three months removed, by the head that was kept', async () => {
    const last = months.slice(3).map((month) => Key('1', month));
    await put(new Map(last.map((key) => [key, undefined])));
    const shorter = ['--to', '2026-03'];
    const [without, withHead] = [await verify('1', shorter), await verify('1', [...shorter, '--head', head])];
    await put(new Map(last.map((key) => [key, whole.get(key)])));
    expect(without.status).toBe(0);
    expect(withHead).toMatchObject({ status: 1, out: expect.stringContaining('2026-06: The month of the given head') });
  });

  test('not so gzip that was rewritten: the lines are the same', async () => {
    await put(new Map([[key3, gzipSync(gunzipSync(whole.get(key3)!), { level: 1 })]]));
    const { status } = await verify('1', ['--head', head]);
    await put(new Map([[key3, whole.get(key3)]]));
    expect(status).toBe(0);
  });

  async function put(files: Map<string, Buffer | undefined>) {
    for (const [Key, Body] of files) {
      if (Body) await storage.raw.send(new PutObjectCommand({ Bucket, Key, Body, ServerSideEncryption: 'AES256' }));
      else await storage.raw.send(new DeleteObjectCommand({ Bucket, Key }));
    }
  }
});
