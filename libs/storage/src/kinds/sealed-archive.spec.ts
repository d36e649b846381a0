import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
} from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { createPublicKey, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, linesIn, publicKey } from '../../test/audit.kit.js';
import { eleven, one } from '../../test/file-kits/domains.kit.js';
import { readAnySeal, sealHash } from '../audit/seal.js';
import { newKeyPair } from '../audit/signer.js';
import { verifyChain } from '../audit/verify-chain.js';
import { archiverPolicy } from '../bucket/desired/iam-policies.js';
import { StorageEvents, type StorageEvent } from '../files/events.js';
import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import type { AuditOptions } from '../options/audit.options.js';
import type { StorageModuleOptions } from '../options/storage.options.js';
import { StorageModule } from '../storage.module.js';
import { startTestStorage } from '../testing/test-storage.js';
import { AuditArchiveService } from './audit-month.js';

const Bucket = 'locked-archive';
const rights = { bucket: Bucket, archiverRoleArns: ['arn:aws:iam::000000000000:role/keeper'] };
const roles = [
  { name: 'keeper', policy: archiverPolicy({ ...rights, archiveRetention: true }) },
  { name: 'writer', policy: archiverPolicy(rights) },
];
const storage = await startTestStorage({ embeddedOnly: true, embedded: { roles } });
const open: { close(): Promise<void> }[] = [];
const told: StorageEvent[] = [];
const signing: AuditOptions = { origin: 'clinic.example/audit', signer: keys.privateKey };

async function start(audit: AuditOptions | undefined = signing, options: Partial<StorageModuleOptions> = {}) {
  const imports = [StorageModule.forRoot({ ...storage.options, audit, ...options })];
  const module = await Test.createTestingModule({ imports }).compile();
  open.push(module);
  module.get(StorageEvents).subscribe((event) => void told.push(event));
  return module.get(AuditArchiveService);
}
const archive = await start();
const elsewhere = await start();
beforeEach(() => told.splice(0));
afterEach(() => storage.empty());
afterAll(async () => {
  for (const module of open) await module.close();
  await storage.close();
});

const records = (count: number) => Array.from({ length: count }, (_, at) => ({ at, who: 'ä' }));
const at = (month: string) => ({ year: month.slice(0, 4), month: month.slice(5) });
const linesAt = async (org: OrgId, month: string) =>
  linesIn(Buffer.concat(await (await archive.read(org, at(month))).body.toArray()));
const noteOf = (seal: string | undefined) => readAnySeal(seal ?? '')!;
const check = (
  org: OrgId,
  from: string,
  to: string,
  more: { head?: string; publicKeys?: (typeof publicKey)[] } = {},
) => {
  const range = { org, from, to, publicKeys: [publicKey], ...more };
  return verifyChain(async (month) => (await archive.read(org, at(month))).body, range);
};

test('a month is sealed: its last line, its metadata and what append gives say the same', async () => {
  const january = await archive.append(one, at('2026-01'), records(3));
  await archive.append(eleven, at('2026-01'), records(1));
  const february = await archive.append(one, at('2026-02'), []);
  const lines = await linesAt(one, '2026-01');
  expect(lines).toHaveLength(4);
  expect(noteOf(lines.at(-1)).note).toEqual(noteOf(january.seal).note);
  const Key = layout.auditMonth(one, at('2026-01'));
  const { Metadata } = await storage.raw.send(new HeadObjectCommand({ Bucket: storage.bucket, Key }));
  expect(Metadata?.['seal']).toBe(january.seal);
  expect(noteOf(january.seal).seal).toMatchObject({ org: '1', month: '2026-01', count: 3 });
  expect(noteOf(february.seal).seal).toMatchObject({ count: 0, prev: sealHash(noteOf(january.seal).note.text) });
  expect(await archive.lastSeal(one)).toEqual({ month: '2026-02', seal: february.seal });
  expect((await check(one, '2026-01', '2026-02', { head: february.seal! })).findings).toEqual([]);
  expect((await check(eleven, '2026-01', '2026-01')).findings).toEqual([]);
  expect((await archive.stat(eleven, at('2026-01'))).contentType).toBe('application/gzip');
});

test.each([
  ['again', '2026-03', 'already_exists'],
  ['before the first one', '2026-01', 'conflict'],
  ['after a gap', '2026-05', 'conflict'],
  ['that is none', '2026-13', 'invalid_place'],
])('a month %s is refused and told, and its records are not even read', async (_what, month, code) => {
  await archive.append(one, at('2026-03'), records(1));
  let isRead = false;
  function* never() {
    isRead = true;
    yield 1;
  }
  told.length = 0;
  await expect(archive.append(one, at(month), never(), { by: 'archiver' })).rejects.toMatchObject({ code });
  expect(isRead).toBe(false);
  const subject = { org: '1', purpose: 'audit-month', place: at(month), by: 'archiver', direct: false };
  expect(told).toMatchObject([{ kind: 'upload-refused', code, ...subject }]);
  expect((await storage.contents()).keys).toEqual([layout.auditMonth(one, at('2026-03'))]);
  if (code !== 'invalid_place') await archive.append(eleven, at(month), records(1));
});

test.each([
  ['an organisation’s first month', async () => {}],
  ['a later month', async () => void (await archive.append(one, at('2026-01'), records(1)))],
])('of two processes that archive %s at once, one does', async (_what, before) => {
  await before();
  const both = [archive, elsewhere].map((each) => each.append(one, at('2026-02'), records(2)));
  const settled = await Promise.allSettled(both);
  const refused = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  expect(refused).toEqual([expect.objectContaining({ code: 'already_exists' })]);
  const [won] = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(await archive.lastSeal(one)).toEqual({ month: '2026-02', seal: won!.seal });
});

test('of two first months at once, the later one to end is refused', async () => {
  async function* slow() {
    await elsewhere.append(one, at('2026-04'), records(1));
    yield 1;
  }
  await expect(archive.append(one, at('2026-05'), slow())).rejects.toMatchObject({ code: 'conflict' });
  expect((await archive.lastSeal(one)).month).toBe('2026-04');
});

test('months without records are sealed when it is said so, and only those that are over', async () => {
  await expect(archive.sealThrough(one, at('2026-04'))).rejects.toMatchObject({ code: 'not_found' });
  await archive.append(one, at('2025-11'), records(1));
  expect(await archive.sealThrough(one, at('2026-02'))).toHaveLength(3);
  expect(await archive.sealThrough(one, at('2026-02'))).toEqual([]);
  await archive.append(one, at('2026-03'), records(2));
  const { findings, months } = await check(one, '2025-11', '2026-03');
  expect({ findings, counts: months.map((month) => month.records) }).toEqual({ findings: [], counts: [1, 0, 0, 0, 2] });
  const now = new Date().toISOString().slice(0, 7);
  await expect(archive.sealThrough(one, at(now))).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(archive.lastSeal(eleven)).rejects.toMatchObject({ code: 'not_found' });
});

const other = newKeyPair();
const remote = (answer: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>) => ({
  publicKey: keys.publicKey,
  sign: answer,
});

test('a key is exchanged: while both sign, or as a former key; any other key continues nothing', async () => {
  await archive.append(one, at('2026-01'), records(1));
  const both = await start({ ...signing, signer: undefined, signers: [keys.privateKey, other.privateKey] });
  const stranger = await start({ ...signing, signer: other.privateKey });
  await expect(stranger.append(one, at('2026-02'), records(1))).rejects.toMatchObject({ code: 'conflict' });
  await both.append(one, at('2026-02'), records(1));
  await stranger.append(one, at('2026-03'), records(1));
  const back = await start({ ...signing, formerKeys: [other.publicKey] });
  await back.append(one, at('2026-04'), records(1));
  const publicKeys = [publicKey, createPublicKey(other.publicKey)];
  expect((await check(one, '2026-01', '2026-04', { publicKeys })).findings).toEqual([]);
});

test.each([
  ['does not answer', remote(() => Promise.reject(new Error('KMS is down'))), 'check_unavailable'],
  ['signs something else', remote((message) => sign(null, Buffer.from(message), other.privateKey)), 'misconfigured'],
])('a key elsewhere that %s leaves nothing behind', async (_what, signer, code) => {
  const archive = await start({ ...signing, signer });
  await expect(archive.append(one, at('2026-01'), records(3))).rejects.toMatchObject({ code });
  expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
});

test('records that fail, or whose request is given up, leave nothing behind', async () => {
  async function* failing() {
    yield 1;
    throw new Error('database gone');
  }
  await expect(archive.append(one, at('2026-01'), failing())).rejects.toThrow('database gone');
  const given = new AbortController();
  async function* cut() {
    yield 1;
    given.abort();
    yield 2;
  }
  const cancelled = archive.append(one, at('2026-01'), cut(), { signal: given.signal });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
});

test('a chain begins behind months without a seal, and goes on where a seal is in the last line only', async () => {
  const unsealed = await start(signing, { audit: undefined });
  expect(await unsealed.append(one, at('2025-06'), records(1))).not.toHaveProperty('seal');
  await expect(unsealed.lastSeal(one)).rejects.toMatchObject({ code: 'misconfigured' });
  const first = await archive.append(one, at('2026-01'), records(1));
  expect(noteOf(first.seal).seal.prev).toBeUndefined();
  const [Bucket, Key] = [storage.bucket, layout.auditMonth(one, at('2026-01'))];
  const replaced = { MetadataDirective: 'REPLACE', Metadata: {}, ServerSideEncryption: 'AES256' } as const;
  await storage.raw.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}`, ...replaced }));
  const second = await archive.append(one, at('2026-02'), records(1));
  expect(noteOf(second.seal).seal.prev).toBe(sealHash(noteOf(first.seal).note.text));
});

test('a large month takes a temporary file, of which nothing is left, and says where it cannot have one', async () => {
  const tempFolder = mkdtempSync(join(tmpdir(), 'audit-'));
  const large = Array.from({ length: 9 }, () => ({ noise: randomBytes(1024 * 1024).toString('base64') }));
  const archive = await start({ ...signing, tempFolder });
  let seen: string[] = [];
  function* watched() {
    yield* large;
    seen = readdirSync(tempFolder);
  }
  const { size } = await archive.append(one, at('2026-01'), watched());
  expect(size).toBeGreaterThan(8 * 1024 * 1024);
  expect(seen).toEqual([]);
  expect((await check(one, '2026-01', '2026-01')).findings).toEqual([]);
  rmSync(tempFolder, { recursive: true });
  await expect(archive.append(eleven, at('2026-01'), large)).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('audit.tempFolder'),
  });
});

describe('retention', () => {
  beforeAll(() => storage.raw.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true })));
  const kept = async (month: string) => {
    const Key = layout.auditMonth(one, at(month));
    return (await storage.raw.send(new GetObjectRetentionCommand({ Bucket, Key }))).Retention;
  };

  test.each([
    ['2026-01', undefined, 'GOVERNANCE'],
    ['2026-02', 'compliance', 'COMPLIANCE'],
  ] as const)('%s with mode %s is kept in %s', async (month, mode, expected) => {
    const retention = { days: 10, ...(mode && { mode }) };
    const archive = await start(
      { ...signing, retention },
      { bucket: Bucket, store: { like: 'aws', checksums: false } },
    );
    await archive.append(one, at(month), records(1));
    const { Mode, RetainUntilDate } = (await kept(month))!;
    expect(Mode).toBe(expected);
    expect(Math.round((RetainUntilDate!.getTime() - Date.now()) / 86_400_000)).toBe(10);
  });

  test('needs a right of its own, which a role and its sessions have only where it is asked for', async () => {
    const month = { year: 2026, month: 3 };
    const as = async (name: string) => {
      const tenantRole = { roleArn: `arn:aws:iam::000000000000:role/${name}`, stsEndpoint: storage.s3.endpoint };
      return start({ ...signing, retention: { days: 1 } }, { bucket: Bucket, tenantRole });
    };
    await expect((await as('writer')).append(eleven, month, records(1))).rejects.toMatchObject({
      code: 'store_refused',
    });
    await (await as('keeper')).append(eleven, month, records(1));
  });

  test('is refused where the bucket has no Object Lock, and nothing is stored', async () => {
    const archive = await start({ ...signing, retention: { days: 10 } });
    await expect(archive.append(one, at('2026-01'), records(1))).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('no Object Lock'),
    });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });
});

test.each<[string, object, RegExp]>([
  ['no key', {}, /audit needs a signer/],
  ['both', { signer: keys.privateKey, signers: [keys.privateKey] }, /audit needs a signer/],
  ['five keys', { signers: Array.from({ length: 5 }, () => keys.privateKey) }, /up to 4/],
  ['a public key', { signer: keys.publicKey }, /PKCS#8/],
  ['an origin with a space', { signer: keys.privateKey, origin: 'a b' }, /audit.origin/],
  ['an origin too long', { signer: keys.privateKey, origin: 'ä'.repeat(51) }, /100 bytes/],
  ['a former key that is none', { signer: keys.privateKey, formerKeys: ['x'] }, /audit.formerKeys/],
  ['no days', { signer: keys.privateKey, retention: { days: 0 } }, /retention.days/],
  ['another mode', { signer: keys.privateKey, retention: { days: 1, mode: 'legal' } }, /retention.mode/],
  ['a slip', { signer: keys.privateKey, orgin: 'x' }, /Did you mean origin/],
])('the option audit with %s is refused at the start', (_what, audit, message) => {
  expect(() => StorageModule.forRoot({ ...storage.options, audit: audit as AuditOptions })).not.toThrow();
  return expect(start(audit as AuditOptions)).rejects.toThrow(message);
});
