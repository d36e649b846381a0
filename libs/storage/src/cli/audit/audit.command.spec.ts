import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileOf, keys, linesIn, sealedMonths } from '../../../test/audit.kit.js';
import { command } from '../../../test/command.kit.js';

const folder = mkdtempSync(join(tmpdir(), 'audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const months = await sealedMonths('1', {
  '2026-01': [
    { at: 1, by: 'pat' },
    { at: 2, by: 'doc' },
  ],
  '2026-02': [],
});
for (const [month, bytes] of months) writeFileSync(at(`${month}.jsonl.gz`), bytes);
writeFileSync(at('clinic.pem'), keys.publicKey);
writeFileSync(at('clinic.key.pem'), keys.privateKey);

const of = ['--org', '1', '--dir', folder];
const range = ['--from', '2026-01', '--to', '2026-02', '--public-key', at('clinic.pem')];

test('keygen makes a pair that only its owner can read, never over another', async () => {
  const line = ['audit', 'keygen', '--out', at('new'), '--origin', 'clinic.example/audit'];
  const { status, out } = await command(line);
  expect(status).toBe(0);
  expect(out).toMatch(/clinic\.example\/audit\+[0-9a-f]{8}\+/);
  expect(statSync(at('new.key.pem')).mode & 0o777).toBe(0o600);
  expect(readFileSync(at('new.pem'), 'utf8')).toContain('PUBLIC KEY');
  expect(out).not.toContain('PRIVATE');
  const again = await command(line);
  expect(again).toMatchObject({ status: 2, err: expect.stringContaining('EEXIST') });
});

test('verify: 0 for what is intact, 1 with month and line for what is not, 2 where nothing could be checked', async () => {
  expect(await command(['audit', 'verify', ...of, ...range])).toMatchObject({
    status: 0,
    out: expect.stringMatching(/2 months with 2 records, 0 findings[^]*Intact/),
  });
  expect((await command(['audit', 'verify', '--org', '11', '--dir', folder, ...range])).status).toBe(1);
  const lines = linesIn(months.get('2026-01')!);
  writeFileSync(at('2026-01.jsonl.gz'), fileOf(lines.with(1, '{"at":2,"by":"who"}')));
  const altered = await command(['audit', 'verify', ...of, ...range]);
  writeFileSync(at('2026-01.jsonl.gz'), months.get('2026-01')!);
  expect(altered.status).toBe(1);
  expect(altered.out).toContain('2026-01, line 2: ');
  const missing = await command(['audit', 'verify', ...of, ...range, '--to', '2026-03']);
  expect(missing).toMatchObject({ status: 1, out: expect.stringContaining('2026-03: The month is missing.') });
  const head = linesIn(months.get('2026-02')!).at(-1)!;
  const shorter = ['--from', '2026-01', '--to', '2026-01', '--public-key', at('clinic.pem')];
  expect((await command(['audit', 'verify', ...of, ...shorter])).status).toBe(0);
  expect((await command(['audit', 'verify', ...of, ...shorter, '--head', head])).status).toBe(1);
});

test('one record is proven, and the proof is checked without the rest', async () => {
  const made = await command(['audit', 'prove', ...of, '--month', '2026-01', '--line', '2', '--out', at('proof.json')]);
  expect(made).toMatchObject({ status: 0, err: '' });
  expect(readFileSync(at('proof.json'), 'utf8')).not.toContain('"pat"');
  const check = ['audit', 'verify-proof', '--proof', at('proof.json'), '--public-key', at('clinic.pem')];
  expect(await command(check)).toMatchObject({ status: 0, out: expect.stringContaining('"by":"doc"') });
  writeFileSync(at('proof.json'), readFileSync(at('proof.json'), 'utf8').replace('doc', 'who'));
  expect(await command(check)).toMatchObject({ status: 1, out: expect.stringContaining('not in the sealed month') });
});

test.each<[string, string[], RegExp]>([
  ['nothing to do', ['audit'], /audit is one of keygen, verify, prove, verify-proof, archive/],
  ['no organisation', ['audit', 'verify', ...range], /--org is missing/],
  ['no key', ['audit', 'verify', ...of, '--from', '2026-01', '--to', '2026-02'], /--public-key is missing/],
  ['a month of words', ['audit', 'verify', ...of, ...range, '--to', 'June'], /--to must be a month such as/],
  ['an end before the beginning', ['audit', 'verify', ...of, ...range, '--to', '2025-12'], /--from is after --to/],
  ['a private key', ['audit', 'verify', ...of, ...range, '--public-key', at('clinic.key.pem')], /is a private key/],
  ['a key that is none', ['audit', 'verify', ...of, ...range, '--public-key', at('2026-02.jsonl.gz')], /no Ed25519/],
  ['a file that is not there', ['audit', 'verify', ...of, ...range, '--public-key', at('x.pem')], /ENOENT/],
  ['a folder that is not there', ['audit', 'verify', '--org', '1', '--dir', at('x'), ...range], /there is no folder/],
  ['a head that is none', ['audit', 'verify', ...of, ...range, '--head', 'x'], /--head is not the line of a seal/],
  ['no such record', ['audit', 'prove', ...of, '--month', '2026-01', '--line', '3'], /no sealed record at line 3/],
  ['no such month', ['audit', 'prove', ...of, '--month', '2026-05', '--line', '1'], /There is no month 2026-05/],
  ['a proof that is none', ['audit', 'verify-proof', '--proof', at('clinic.pem'), ...range], /is no proof/],
])('%s is status 2 and says what is wrong', async (_name, line, message) => {
  const { status, err } = await command(line);
  expect(err).toMatch(message);
  expect(status).toBe(2);
});
