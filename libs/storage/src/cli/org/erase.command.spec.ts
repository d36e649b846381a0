import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { by, eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { command, envOf } from '../../../test/command.kit.js';
import { formUpload } from '../../kinds/form-upload.js';
import { Holds } from '../../org/holds/holds.js';

const files = await startOrgFiles();
const { storage } = files;
const folder = mkdtempSync(join(tmpdir(), 'erase-'));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await files.close();
});

const env = envOf(storage);
const clock = { now: Date.now, sleep: async () => undefined };
const path = (name: string) => join(folder, name);
const call = (line: string[], answer?: boolean) =>
  command(line, { env, clock, ...(answer !== undefined && { answer }) });
await call(['audit', 'keygen', '--out', path('officer')]);
const asked = ['erase', '--org', '1', '--reason', 'The contract ended', '--key', path('officer.key.pem')];

test('a dry run prints the plan and what cannot be promised, and changes nothing', async () => {
  await files.form(one, 2);
  await files.form(eleven, 1);
  const before = await storage.contents();
  const { status, out, err } = await call([...asked, '--dry-run']);
  expect(status).toBe(0);
  expect(out).toMatch(/own +1 current, 1 earlier, 0 marks of deletion, 0 open uploads; \d+ bytes/);
  expect(out).toContain('Backups, replicas');
  expect(err).toMatch(/no object lock/);
  expect(await storage.contents()).toEqual(before);
  const empty = await call(['erase', '--org', '5', '--dry-run']);
  expect(empty.out).toMatch(/Would erase everything:\n +Nothing is there\./);
  const json = await call([...asked, '--dry-run', '--json']);
  expect(JSON.parse(json.out)).toMatchObject({ scope: 'all', found: { own: { current: 1 } } });
});

test.each<[string, string[], RegExp]>([
  ['nobody to ask', ['--out', path('x.json')], /give --yes/],
  ['no file for the certificate', ['--yes'], /--out/],
  ['a file that is there', ['--yes', '--out', path('officer.pem')], /there already/],
  [
    'a public key that is to sign',
    ['--yes', '--out', path('x.json'), '--key', path('officer.pem')],
    /Nothing was closed/,
  ],
  ['no such part', ['--yes', '--out', path('x.json'), '--prefix', 'uploads'], /slash at its end/],
])('%s: nothing is closed and nothing erased', async (_why, more, message) => {
  const { status, err } = await call([...asked, ...more]);
  expect([status, err]).toEqual([2, expect.stringMatching(message)]);
  await files.form(one, 1, 'still open.pdf').then(({ place }) => files.forms.delete(one, place));
});

test('it asks, erases, certifies and says what stays; the certificate is verified, also against the bucket', async () => {
  const { place } = await files.form(one, 2, 'held.pdf');
  const held = await files.module.get(Holds).hold(formUpload, one, place, { reason: 'A court', by });
  const out = path('certificate.json');
  const line = [...asked, '--out', out, '--by', 'Ada'];
  expect(await call(line, false)).toMatchObject({ status: 2, err: expect.stringContaining('Nothing was erased.') });
  const erased = await call(line, true);
  expect(erased.questions).toEqual([`Erase everything of organisation 1 in ${storage.bucket}, for good?`]);
  expect([erased.status, erased.out]).toEqual([1, expect.stringMatching(/STAYS own current: held\n[^]*3 things stay/)]);

  const verify = ['erase', 'verify', out, '--public-key', path('officer.pem')];
  const offline = await command(verify);
  expect(offline).toMatchObject({ status: 0, out: expect.stringContaining('by Ada: The contract ended') });
  expect(await call([...verify, '--against-bucket'])).toMatchObject({ status: 0 });
  await files.put('1/uploads/again');
  expect(await call([...verify, '--against-bucket'])).toMatchObject({
    status: 1,
    out: expect.stringContaining('FOUND current 1/uploads/again'),
  });
  writeFileSync(path('altered.json'), readFileSync(out, 'utf8').replace('"held"', '"hold"'));
  expect(await command(['erase', 'verify', path('altered.json'), ...verify.slice(3)])).toMatchObject({ status: 1 });
  expect(await command(['erase', 'verify', path('none.json'), ...verify.slice(3)])).toMatchObject({ status: 2 });
  expect(await command(['erase', 'verify', out])).toMatchObject({ status: 2 });

  // The organisation works again once it was opened, and what was held is there.
  expect(await call(['erase', '--org', '1', '--reopen'])).toMatchObject({ status: 0 });
  await files.module.get(Holds).release(one, held.id, { by });
  await files.forms.delete(one, place);
});

describe('a part of an organisation, beside others whose names begin alike', () => {
  const field = 'uploads/forms/20/field_3';
  const all = [
    ...['2', '20', '201'].flatMap((form) => ['3', '31'].map((of) => `uploads/forms/${form}/field_${of}/a.pdf`)),
    ...[`${field}/a.pdf.pdf`, `${field}/a`, 'documents/20/patient.pdf', 'documents/201/patient.pdf'],
    ...['signatures/specialists/20/signature.png', 'templates/logos/logo.png'],
  ];
  const ofOrg = async (org: string) =>
    (await storage.contents()).keys.filter((key) => key.startsWith(`${org}/`)).toSorted();
  beforeAll(async () => {
    for (const org of ['4', '44']) for (const path of all) await files.put(`${org}/${path}`);
  });

  test.each<[string, string, (path: string) => boolean]>([
    ['a form', 'uploads/forms/20/', (path) => path.startsWith('uploads/forms/20/')],
    ['a place of a form', `${field}/`, (path) => path.startsWith(`${field}/`)],
    ['one file', `${field}/a.pdf`, (path) => path === `${field}/a.pdf`],
    ['one document', 'documents/20/patient.pdf', (path) => path === 'documents/20/patient.pdf'],
  ])('%s', async (what, prefix, isErased) => {
    expect(await ofOrg('4')).toHaveLength(all.length);
    const others = (await ofOrg('44')).join();
    const out = path(`${what}.json`);
    const args = ['erase', '--org', '4', '--reason', 'r', '--key', path('officer.key.pem'), '--yes'];
    const erased = await call([...args, '--prefix', prefix, '--out', out]);
    expect([erased.status, erased.out]).toEqual([0, expect.stringContaining('Nothing stays.')]);
    const stay = all.filter((path) => !isErased(path)).map((path) => `4/${path}`);
    expect(await ofOrg('4')).toEqual(stay.toSorted());
    expect((await ofOrg('44')).join()).toBe(others);
    const verify = ['erase', 'verify', out, '--public-key', path('officer.pem'), '--against-bucket'];
    expect(await call(verify)).toMatchObject({
      status: 0,
      out: expect.stringContaining(`4/${prefix} of organisation 4`),
    });
    for (const path of all.filter(isErased)) await files.put(`4/${path}`);
    expect(await call(verify)).toMatchObject({ status: 1 });
  });
});
