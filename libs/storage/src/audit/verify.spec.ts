import { createPublicKey } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fileOf, keys, linesIn, publicKey, sealedMonths, signer } from '../../test/audit.kit.js';
import { proofMistake, proveRecord } from './proof.js';
import { readSeal, readSealLine } from './seal.js';
import { readNote, writeNote } from './signed-note.js';
import { newKeyPair, NoteSigner, verifierKey } from './signer.js';
import { SealedMonth } from './sealed-month.js';
import { verifyChain } from './verify-chain.js';

const records = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ at: from + i, who: 'ä' }));
const content = { '2026-01': records(0, 5), '2026-02': [], '2026-03': records(10, 8), '2026-04': records(20, 2) };
const one = await sealedMonths('1', content);
const eleven = await sealedMonths('11', content);
const range = { org: '1', from: '2026-01', to: '2026-04', publicKeys: [publicKey] };

async function* chunks(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}
const check = (files: Map<string, Buffer>, more = {}) =>
  verifyChain(async (month) => (files.has(month) ? chunks(files.get(month)!) : undefined), { ...range, ...more });
const places = ({ findings }: Awaited<ReturnType<typeof check>>) => findings.map(({ month, line }) => [month, line]);
const lastLine = (month: string) => linesIn(one.get(month)!).at(-1)!;

const withLines = (month: string, change: (lines: string[]) => string[]) =>
  new Map(one).set(month, fileOf(change(linesIn(one.get(month)!))));

test('what was sealed is intact, months without records included, and the last seal is named', async () => {
  expect(await check(one)).toEqual({
    findings: [],
    months: [
      { month: '2026-01', records: 5 },
      { month: '2026-02', records: 0 },
      { month: '2026-03', records: 8 },
      { month: '2026-04', records: 2 },
    ],
    head: expect.any(String) as string,
  });
  expect((await check(eleven, { org: '11' })).findings).toEqual([]);
});

test('the same lines packed by another gzip are intact', async () => {
  const repacked = gzipSync(gunzipSync(one.get('2026-03')!), { level: 1 });
  expect(repacked).not.toEqual(one.get('2026-03'));
  expect((await check(new Map(one).set('2026-03', repacked))).findings).toEqual([]);
});

const exchanged = new Map(one).set('2026-01', one.get('2026-02')!).set('2026-02', one.get('2026-01')!);
const foreign = new Map(one).set('2026-03', eleven.get('2026-03')!);
const without = (month: string) => new Map([...one].filter(([name]) => name !== month));
const cut = new Map(one).set('2026-03', one.get('2026-03')!.subarray(0, -20));
const other = newKeyPair();
const byAnother = await sealedMonths('1', content, new NoteSigner(signer.name, [other.privateKey]));
const mixed = new Map(one).set('2026-03', byAnother.get('2026-03')!);
const rewritten = await sealedMonths('1', { ...content, '2026-03': records(99, 8) });
const replacedAndSigned = new Map(one).set('2026-03', rewritten.get('2026-03')!);

test.each([
  ['a byte', withLines('2026-03', (lines) => lines.with(3, lines[3]!.replace('"at":13', '"at":14'))), [['2026-03', 4]]],
  ['a line removed', withLines('2026-03', (lines) => lines.toSpliced(2, 1)), [['2026-03', 3]]],
  ['a line added', withLines('2026-03', (lines) => lines.toSpliced(5, 0, '{"at":0}')), [['2026-03', 6]]],
  ['two lines exchanged', withLines('2026-03', ([a, b, ...rest]) => [b!, a!, ...rest]), [['2026-03', 1]]],
  ['the last lines cut, the seal kept', withLines('2026-03', (lines) => lines.toSpliced(6, 2)), [['2026-03', 7]]],
  ['the seal cut', withLines('2026-03', (lines) => lines.slice(0, -1)), [['2026-03', 8]]],
  ['everything cut', withLines('2026-03', () => []), [['2026-03', 0]]],
  [
    'the marks altered',
    withLines('2026-01', (lines) => lines.with(5, lines[5]!.replace(/"marks":"..../, '"marks":"AAAA'))),
    [['2026-01', 6]],
  ],
  [
    'a count of one less',
    withLines('2026-01', (lines) => lines.with(5, lines[5]!.replace('\\n5\\n', '\\n4\\n'))),
    [
      ['2026-01', 6],
      ['2026-01', undefined],
      ['2026-02', undefined],
    ],
  ],
  ['the bytes cut', cut, [['2026-03', expect.any(Number)]]],
  ['a month removed', without('2026-02'), [['2026-02', undefined]]],
  ['the first month removed', without('2026-01'), [['2026-01', undefined]]],
  [
    "another organisation's month",
    foreign,
    [
      ['2026-03', 9],
      ['2026-03', undefined],
      ['2026-04', undefined],
    ],
  ],
  [
    'two months exchanged',
    exchanged,
    expect.arrayContaining([
      ['2026-01', 1],
      ['2026-02', 6],
    ]),
  ],
  ['a month signed by another key', mixed, [['2026-03', 9]]],
  ['a month made anew with the right key', replacedAndSigned, [['2026-04', undefined]]],
])('%s is found', async (_what, files, found) => {
  expect(places(await check(files))).toEqual(found);
});

test('the last months removed are found by the head that was kept elsewhere, and only by it', async () => {
  const shorter = new Map([...one].slice(0, 1));
  expect((await check(shorter, { to: '2026-01' })).findings).toEqual([]);
  const head = lastLine('2026-04');
  expect(places(await check(shorter, { to: '2026-01', head }))).toEqual([['2026-04', undefined]]);
  expect((await check(one, { head })).findings).toEqual([]);
  expect(places(await check(replacedAndSigned, { head: lastLine('2026-03') }))).toContainEqual(['2026-03', undefined]);
});

test('a source that fails is no finding: nothing could be checked', async () => {
  async function* failing() {
    yield one.get('2026-01')!.subarray(0, 30);
    throw new Error('connection lost');
  }
  await expect(verifyChain(async () => failing(), range)).rejects.toThrow('connection lost');
});

test('keys are exchanged without a gap: notes signed by both are good for either, and a false signature is never good', async () => {
  const both = await sealedMonths('1', content, new NoteSigner(signer.name, [keys.privateKey, other.privateKey]));
  for (const pem of [keys.publicKey, other.publicKey]) {
    expect((await check(both, { publicKeys: [createPublicKey(pem)] })).findings).toEqual([]);
  }
  const { note } = readSealLine(linesIn(both.get('2026-01')!).at(-1)!)!;
  const { text, signatures } = readNote(note)!;
  const [first, second] = signatures;
  const swapped = writeNote({ text, signatures: [{ ...first!, signature: second!.signature }, second!] });
  const forged = new Map(both).set('2026-01', fileOf(linesIn(both.get('2026-01')!).with(5, lineWith(both, swapped))));
  const givenBoth = [publicKey, createPublicKey(other.publicKey)];
  expect(places(await check(forged, { publicKeys: givenBoth }))).toEqual([['2026-01', 6]]);
});

const lineWith = (files: Map<string, Buffer>, note: string) =>
  JSON.stringify({ ...(JSON.parse(linesIn(files.get('2026-01')!).at(-1)!) as object), seal: note });

test('a key elsewhere signs', async () => {
  const remote = { publicKey: keys.publicKey, sign: (message: Uint8Array) => signRaw(message) };
  const files = await sealedMonths('1', content, new NoteSigner(signer.name, [remote]));
  expect((await check(files)).findings).toEqual([]);
});

const signRaw = async (message: Uint8Array) => {
  const { sign } = await import('node:crypto');
  return sign(null, message, keys.privateKey);
};

test.each([['no key'], [newKeyPair().publicKey], ['']])('%j is refused as a key', (pem) => {
  expect(() => new NoteSigner('clinic.example/audit', [pem])).toThrow(/PKCS#8/);
});

test('a key has one line by which other tools know it', () => {
  expect(verifierKey('clinic.example/audit', publicKey)).toMatch(
    /^clinic\.example\/audit\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$/,
  );
});

test('records that fail leave no end: the reader fails with what they failed with', async () => {
  async function* failing() {
    yield { at: 1 };
    throw new Error('database gone');
  }
  const month = new SealedMonth({ org: '1', month: '2026-01' }, failing(), signer);
  const read = async () => {
    for await (const _ of month.bytes());
  };
  await expect(read()).rejects.toThrow('database gone');
  expect(month.note).toBeUndefined();
});

describe('one record', () => {
  const open = async () => chunks(one.get('2026-03')!);

  test.each([1, 4, 8])('line %i is proven alone', async (line) => {
    const proof = (await proveRecord(open, line))!;
    expect(proof.record).toBe(linesIn(one.get('2026-03')!)[line - 1]);
    expect(proofMistake(proof, [publicKey])).toBeUndefined();
    expect(JSON.stringify(proof)).not.toContain(linesIn(one.get('2026-03')!)[line % 8]);
    expect(proofMistake({ ...proof, record: proof.record.replace('ä', 'a') }, [publicKey])).toMatch(/not in/);
    expect(proofMistake({ ...proof, line: (line % 8) + 1 }, [publicKey])).toMatch(/not in/);
    expect(proofMistake({ ...proof, hashes: proof.hashes.slice(1) }, [publicKey])).toMatch(/not in/);
    expect(proofMistake(proof, [createPublicKey(other.publicKey)])).toMatch(/not signed/);
  });

  test.each([0, 9, 10, 1.5])('there is no record %d', async (line) => {
    expect(await proveRecord(open, line)).toBeUndefined();
  });
});

test('a seal is read back as it was written, and no other text is one', () => {
  const { note } = readSealLine(lastLine('2026-04'))!;
  expect(readSeal(note)?.seal).toMatchObject({ org: '1', month: '2026-04', count: 2, origin: 'clinic.example/audit' });
  for (const change of [
    (text: string) => text.replace('2026-04', '2026-13'),
    (text: string) => text.replace('\n2\n', '\n02\n'),
    (text: string) => text.replace('prev ', 'prev  '),
    (text: string) => text.replace('\n\n', '\n'),
    (text: string) => text.replace('— ', '- '),
  ]) {
    expect(readSeal(change(note))).toBeUndefined();
  }
});
