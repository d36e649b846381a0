import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, envOf } from '../../../test/command.kit.js';
import { by, eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { formUpload } from '../../kinds/form-upload.js';
import { keyToDelete, readCertificate } from '../../org/erasure/certificate.js';
import { Holds } from '../../org/holds/holds.js';

const arn = (org: string) => `arn:aws:kms:eu-central-1:000000000000:key/of-${org}`;
const keys = { '1': arn('1'), '11': arn('11') };
const kmsKeys = Object.fromEntries(Object.values(keys).map((key) => [key, {}]));
const encryption = { kmsKeyOf: (org: string) => arn(org) };
const files = await startOrgFiles({ embedded: { kmsKeys }, storage: { encryption } });
const { storage } = files;
const folder = mkdtempSync(join(tmpdir(), 'erase-key-'));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await files.close();
});

const path = (name: string) => join(folder, name);
writeFileSync(path('keys.json'), JSON.stringify(keys));
writeFileSync(path('less.json'), JSON.stringify({ '11': keys['11'] }));
writeFileSync(path('none.json'), '[]');
const env = {
  ...envOf(storage),
  S3_ENCRYPTION: 'aws:kms',
  S3_KMS_KEYS: path('keys.json'),
};
const clock = { now: Date.now, sleep: async () => undefined };
const call = (line: string[], more: Partial<typeof env> = {}) => command(line, { env: { ...env, ...more }, clock });
await call(['audit', 'keygen', '--out', path('officer')]);
const erase = (out: string, more: Partial<typeof env> = {}) =>
  call(['erase', '--org', '1', '--reason', 'r', '--key', path('officer.key.pem'), '--yes', '--out', path(out)], more);
const statementIn = (out: string) => readCertificate(readFileSync(path(out), 'utf8'))!.statement;

test('the key is named by plan and certificate, kept while something stays, and then deleted by a command', async () => {
  const { place } = await files.form(one, 2, 'held.pdf');
  await files.form(eleven, 1, 'theirs.pdf');
  const { id } = await files.module.get(Holds).hold(formUpload, one, place, { reason: 'A court', by });
  const plan = await call(['erase', '--org', '1', '--dry-run']);
  expect(plan.out).toContain(`Its key ${keys['1']} stays`);

  const kept = await erase('kept.json');
  expect([kept.status, kept.out]).toEqual([1, expect.stringContaining(`KEEP its key ${keys['1']}`)]);
  expect(kept.out).not.toContain('schedule-key-deletion');
  expect(statementIn('kept.json').encryptionKey).toBe(keys['1']);
  expect(keyToDelete(statementIn('kept.json'))).toBeUndefined();

  await files.module.get(Holds).release(one, id, { by });
  const gone = await erase('gone.json');
  const deletion = `aws kms schedule-key-deletion --key-id ${keys['1']} --pending-window-in-days 7 --region eu-central-1`;
  expect([gone.status, gone.out]).toEqual([0, expect.stringContaining(deletion)]);
  expect(keyToDelete(statementIn('gone.json'))).toBe(keys['1']);
  expect(gone.out).not.toContain(keys['11']);
});

test('when the key is gone, the certificate is verified, the same erasure repeated and the organisation opened again', async () => {
  storage.s3.kmsKeys?.set(keys['1'], { pendingDeletion: true });
  const verify = ['erase', 'verify', path('gone.json'), '--public-key', path('officer.pem'), '--against-bucket'];
  expect(await call(verify)).toMatchObject({ status: 0 });
  const again = await erase('again.json', { S3_KMS_KEYS: path('less.json') });
  expect([again.status, again.out]).toEqual([0, expect.stringContaining('is not known here')]);
  expect(statementIn('again.json')).not.toHaveProperty('encryptionKey');
  expect(await call(['erase', '--org', '1', '--reopen'])).toMatchObject({ status: 0 });
  (await files.forms.read(eleven, { formId: '201', customFieldId: '7', fileName: 'theirs.pdf' })).body.resume();
});

test.each([
  ['no such file', path('absent.json'), /absent\.json cannot be read/],
  ['no keys', path('none.json'), /none\.json is no JSON of organisations and their keys/],
  ['no key of an organisation', path('less.json'), /less\.json has no key for organisation 9223372036854775807/],
])('%s: the command says so', async (_what, file, message) => {
  const { status, err } = await call(['doctor'], { S3_KMS_KEYS: file });
  expect([status, err]).toEqual([2, expect.stringMatching(message)]);
});
