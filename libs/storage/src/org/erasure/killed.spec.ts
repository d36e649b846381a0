import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { command } from '../../../test/command.kit.js';
import { allOf, startLifelong } from '../../../test/lifelong.kit.js';
import { isLong, runs } from '../../../test/long.js';
import { Processes, type Started } from '../../../test/processes/processes.kit.js';
import { newKeyPair } from '../../audit/signer.js';
import { layout } from '../../keys/layout.js';
import { parseOrgId } from '../../keys/org-id.js';
import { formUpload } from '../../kinds/form-upload.js';
import { StorageModule } from '../../storage.module.js';
import { Holds } from '../holds/holds.js';
import { certificateMistake, readCertificate } from './certificate.js';

/*
 * The command in processes that are killed, at moments which the bucket shows and no clock: when the organisation is closed, and
 * when a third and two thirds of what it has are gone. Against another store with S3_TEST_ENDPOINT.
 */
const objects = runs(12, 5_000);
const bucket = await startLifelong();
const processes = new Processes();
const folder = mkdtempSync(join(tmpdir(), 'killed-'));
const { privateKey, publicKey } = newKeyPair();
const path = (name: string) => join(folder, name);
writeFileSync(path('officer.key.pem'), privateKey);
writeFileSync(path('officer.pem'), publicKey);
const [one, eleven] = ['1', '11'].map(parseOrgId) as [ReturnType<typeof parseOrgId>, ReturnType<typeof parseOrgId>];
const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(bucket.options)] }).compile();
afterAll(async () => {
  processes.close();
  rmSync(folder, { recursive: true, force: true });
  await module.close();
  await bucket.close();
});

const place = (n: number) => ({ formId: '7', customFieldId: '1', fileName: `${String(n).padStart(5, '0')}.pdf` });
const month = (org: typeof one) => layout.auditMonth(org, { year: 2026, month: 1 });
const order = ['erase', '--org', '1', '--reason', 'r', '--by', 'b', '--yes', '--key', path('officer.key.pem'), '--out'];
const erase = (out: string) => processes.start('command.process.ts', [...order, out], bucket.env);

/**
 * Kills when the bucket shows something. What is small goes faster than anybody looks: there the embedded server kills at the first
 * request of its kind, which it carries out all the same and whose answer nobody hears.
 */
const when = (hasCome: () => Promise<boolean>, operation: string) => async (running: Started) => {
  if (bucket.server && objects < 1_000) return void bucket.server.faults.add({ operation, before: running.kill });
  while (running.isRunning() && !(await hasCome()));
  running.kill();
};

test('an erasure that is killed three times ends, and certifies all that was there; another organisation has all', async () => {
  const key = (org: typeof one, n: number) => layout.formUpload(org, place(n));
  const numbers = Array.from({ length: objects }, (_, n) => n);
  // A tenth was deleted, of two a hold is kept, a month is retained, and uploads were left open.
  const [deleted, held] = [numbers.filter((n) => n % 10 === 3), [1, objects - 2]];
  const opened = numbers.slice(0, Math.max(7, objects / 100));
  await allOf(numbers, async (n) => {
    for (const state of ['a', 'b', 'c']) await bucket.put(key(one, n), `${n}${state}`);
  });
  await allOf(deleted, (n) => bucket.remove(key(one, n)));
  await allOf(opened, (n) => bucket.open(key(one, n)));
  for (const n of numbers.slice(0, 20)) await bucket.put(key(eleven, n), 'theirs');
  for (const org of [one, eleven]) await bucket.put(month(org), 'a month');
  const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 86_400_000);
  await bucket.retain(month(one), until);
  for (const n of held) await module.get(Holds).hold(formUpload, one, place(n), { reason: 'A court', by: 'b' });
  const theirs = await bucket.everything('11');

  const closure = layout.closure(one, { scope: 'all' });
  const gone = (n: number) => async () => !(await bucket.isThere(key(one, Math.floor(objects * n))));
  const moments = [
    when(() => bucket.isThere(closure), 'PutObject'),
    when(gone(1 / 3), 'DeleteObjects'),
    when(gone(2 / 3), 'AbortMultipartUpload'),
  ];
  for (const killAt of moments) {
    const running = erase(path('never.json'));
    await killAt(running);
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL', err: '' });
  }

  const out = path('certificate.json');
  // Nobody kills this one: where the objects are few it goes on here, from what the bucket says as well.
  const clock = { now: Date.now, sleep: async () => undefined };
  const last = isLong
    ? await erase(out).ended
    : { ...(await command([...order, out], { env: bucket.env, clock })), peakKiB: 0 };
  expect([last.status, last.err.includes('Error')]).toEqual([1, false]);
  const text = readFileSync(out, 'utf8');
  const { statement } = readCertificate(text)!;
  expect(statement.found).toMatchObject({
    own: { current: objects - deleted.length, marker: deleted.length, upload: opened.length },
    'audit-archive': { current: 1 },
    control: { current: 2 },
  });
  expect(statement.found.own?.earlier).toBe(3 * objects - (objects - deleted.length));
  const whys = statement.left.map(({ area, why }) => `${area} ${why}`).toSorted();
  expect(whys).toEqual([
    'audit-archive retention',
    'control closure',
    ...['control hold-record', 'control hold-record'],
    ...Array.from({ length: 6 }, () => 'own held'),
  ]);
  expect(statement.left.find(({ why }) => why === 'retention')).toMatchObject({ until: until.toISOString() });
  expect(await bucket.everything('1')).toHaveLength(10);
  expect(await bucket.everything('11')).toEqual(theirs);

  const verify = (file: string) =>
    command(['erase', 'verify', file, '--public-key', path('officer.pem'), '--against-bucket'], { env: bucket.env });
  expect(await verify(out)).toMatchObject({ status: 0 });
  const keys = [createPublicKey(publicKey)];
  expect(certificateMistake(text, keys)).toBeUndefined();
  // Whatever digit or letter of it is another one.
  const places = [...text.matchAll(/[\w+/]/g)]
    .map(({ index }) => index)
    .filter((_, n, all) => n % Math.ceil(all.length / 200) === 0);
  for (const at of places) {
    const altered = `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
    expect([at, certificateMistake(altered, keys)]).toEqual([at, expect.any(String)]);
  }
  writeFileSync(path('altered.json'), text.replace('"current": 1', '"current": 2'));
  expect(await verify(path('altered.json'))).toMatchObject({ status: 1 });
  await bucket.put('1/uploads/again', 'x');
  expect(await verify(out)).toMatchObject({ status: 1, out: expect.stringContaining('FOUND current 1/uploads/again') });
  // However many there are.
  expect(last.peakKiB).toBeLessThan(400 * 1_024);
});
