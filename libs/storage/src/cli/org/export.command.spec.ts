import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from '../../../test/command.kit.js';
import { hasTool, inFolder, startExports } from '../../../test/export.kit.js';
import { one } from '../../../test/file-kits/org-files.kit.js';
import { testWith } from '../../../test/needs.js';

const { files, storage, env, folder, call, close } = await startExports();
afterEach(() => storage.s3.faults.clear());
afterAll(close);

const whole = folder();
beforeAll(async () => expect(await call('export', '--org', '1', '--to', whole)).toMatchObject({ status: 0 }));

/** A copy of an export. */
function exported(): string {
  const to = folder();
  cpSync(whole, to, { recursive: true });
  return to;
}

const manifest = (to: string) =>
  readFileSync(join(to, 'manifest.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; fileName?: string; sha256: string });

testWith('sha256sum', hasTool('sha256sum'))(
  'everything current is copied with its names and hashes, which the system’s own tools check too',
  async () => {
    const to = folder();
    const { status, out } = await call('export', '--org', '1', '--to', to);
    expect([status, out]).toEqual([0, expect.stringMatching(/4 files, \d+ bytes/)]);
    expect(manifest(to).map(({ path, fileName }) => [path, fileName])).toEqual([
      [expect.stringMatching(/^files\/uploads\/forms\/201\/field_7\/.*con.*\.pdf$/), 'con.pdf'],
      ['files/uploads/forms/201/field_7/Ä REPORT.pdf', 'Ä REPORT.pdf'],
      [expect.stringMatching(/ä report~[0-9a-f]{12}\.pdf$/), 'ä report.pdf'],
      ['audit-archive/1/2026/01.jsonl.gz', '2026-01.jsonl.gz'],
    ]);
    expect(execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: to, encoding: 'utf8' })).toBe('');
    expect(await call('export', 'verify', to)).toMatchObject({ status: 0, out: 'Whole: 4 files of organisation 1.' });
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/finished/),
    });
  },
);

test.each<[string, string[], RegExp]>([
  ['another region', ['--region', 'eu-central-1'], /The bucket is in the region us-east-1. Check the option region\.$/],
  [
    'no such bucket',
    ['--bucket', 'no-such-bucket'],
    /The bucket does not exist\. Check the options bucket and region\.$/,
  ],
])('%s is all that is said, and nothing of what cannot be read there', async (_what, flags, message) => {
  for (const line of [
    ['export', '--org', '1', '--to', folder()],
    ['import', '--org', '1', '--from', whole],
  ]) {
    const { status, err } = await call(...line, ...flags);
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
    expect(err).not.toMatch(/cannot be read|\n/);
  }
});

test('one that was interrupted goes on behind what it has, and is the same in the end', async () => {
  const broken = folder();
  for (const key of [/REPORT/, /report/, /audit-archive/]) {
    storage.s3.faults.add({ operation: 'GetObject', key, action: 'refuse' });
    expect(await call('export', '--org', '1', '--to', broken)).toMatchObject({ status: 2 });
    storage.s3.faults.clear();
    // As of a process that died while it wrote a line.
    appendFileSync(join(broken, 'manifest.jsonl'), '{"path":"files/half');
  }
  expect(await call('export', 'verify', broken)).toMatchObject({ status: 1 });
  expect(await call('export', '--org', '11', '--to', broken)).toMatchObject({ status: 2 });
  storage.s3.requests.clear();
  expect(await call('export', '--org', '1', '--to', broken)).toMatchObject({ status: 0 });
  expect(storage.s3.requests.list().filter(({ operation }) => operation === 'GetObject')).toHaveLength(1);
  expect(readFileSync(join(broken, 'manifest.jsonl'))).toEqual(readFileSync(join(whole, 'manifest.jsonl')));
  expect(await call('export', 'verify', broken)).toMatchObject({ status: 0 });
});

test.each<[string, (to: string) => void, RegExp]>([
  ['a file', (to) => appendFileSync(join(to, 'audit-archive/1/2026/01.jsonl.gz'), 'x'), /01\.jsonl\.gz was altered/],
  ['a missing file', (to) => rmSync(join(to, manifest(to)[1]!.path)), /is missing/],
  ['one more file', (to) => writeFileSync(join(to, 'files/extra'), ''), /not in the manifest/],
  ['the manifest', (to) => appendFileSync(join(to, 'manifest.jsonl'), '{}\n'), /manifest\.jsonl was altered/],
  [
    'a name that speaks to terminals',
    (to) => writeFileSync(join(to, 'files/\u001b]0;x\u0007\nWhole: 4 files'), ''),
    /^files\/\\u\{001b\}\]0;x\\u\{0007\}\\u\{000a\}Whole: 4 files is not in the manifest\.$/,
  ],
  ['no summary', (to) => rmSync(join(to, 'export.json')), /complete/],
])('verify finds %s', async (_what, alter, message) => {
  const to = exported();
  alter(to);
  expect(await call('export', 'verify', to)).toMatchObject({ status: 1, out: expect.stringMatching(message) });
  expect(readdirSync(to).length).toBeGreaterThan(1);
});

test('one that died before its first line begins again', async () => {
  const to = exported();
  const { finishedAt: _end, ...begun } = JSON.parse(readFileSync(join(to, 'export.json'), 'utf8')) as {
    finishedAt: string;
  };
  rmSync(join(to, 'manifest.jsonl'));
  writeFileSync(join(to, 'export.json'), JSON.stringify(begun));
  expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 0 });
  expect(await call('export', 'verify', to)).toMatchObject({ status: 0 });
});

test('only its owner can read an export', async () => {
  const to = whole;
  const modes = readdirSync(to, { recursive: true, withFileTypes: true }).map((entry) => {
    return [entry.isDirectory(), (statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8)].join(' ');
  });
  expect([...new Set(modes)].sort()).toEqual(['false 600', 'true 700']);
  expect((statSync(to).mode & 0o777).toString(8)).toBe('700');
});

test.each(['SHA256SUMS', 'files/uploads/forms/201/field_7/Ä REPORT.pdf', 'letter.txt'])(
  'a folder that has something else, such as %s, is left as it is',
  async (name) => {
    const to = folder();
    mkdirSync(dirname(join(to, name)), { recursive: true });
    writeFileSync(join(to, name), 'mine');
    const before = inFolder(to);
    expect(await call('export', '--org', '1', '--to', to)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/something else: give a new or empty one/),
    });
    expect(inFolder(to)).toEqual(before);
  },
);

test('what a dead process left of a file that was deleted since is not in the export', async () => {
  const to = folder();
  const { place } = await files.form(one, 1, 'zz going.pdf');
  for (const action of [{ cutAfterBytes: 10 }, 'refuse', 'refuse', 'refuse'] as const)
    storage.s3.faults.add({ operation: 'GetObject', key: /going/, action });
  expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 2 });
  storage.s3.faults.clear();
  expect(Object.keys(inFolder(to)).filter((name) => /part/.test(name))).toEqual([]);
  // As of one that could not clear up.
  writeFileSync(join(to, '.part'), 'half');
  await files.forms.delete(one, place);
  expect(await call('export', '--org', '1', '--to', to)).toMatchObject({ status: 0 });
  expect(await call('export', 'verify', to)).toMatchObject({ status: 0 });
});

test('verify can be stopped', async () => {
  expect(await command(['export', 'verify', whole], { env, signal: AbortSignal.abort() })).toMatchObject({
    ...{ status: 2, out: '', err: 'Stopped.' },
  });
});
