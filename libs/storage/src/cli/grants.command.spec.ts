import { S3Client } from '@aws-sdk/client-s3';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { appRole, jsonLine, textLine } from '../../test/bucket-kits/access-log.kit.js';
import { command } from '../../test/command.kit.js';
import type { Reconciliation } from '../grants/reconcile.js';
import { orgScopedKey } from '../keys/object-key.js';
import { parseOrgId } from '../keys/org-id.js';
import { storageSettings } from '../options/storage.settings.js';
import { readRequest } from '../store/object-requests.js';
import { writeOf } from '../store/file-metadata.js';
import { grantOfUpload, newGrant } from '../store/signing/grant.js';
import { Presigner } from '../store/signing/presigner.js';

const folder = mkdtempSync(join(tmpdir(), 'grants-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, lines: readonly string[]) =>
  writeFileSync(at(name), name.endsWith('.gz') ? gzipSync(lines.join('\n')) : `${lines.join('\n')}\n`);

/** As many read URLs as asked for, of files of two organisations. */
async function readUrls(count: number) {
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 's' };
  const client = new S3Client({ region: 'eu-central-1', credentials });
  const presigner = new Presigner(storageSettings({ bucket: 'clinic-files', region: 'eu-central-1' }));
  const moment = await presigner.moment(client, { expiresIn: 900 });
  const request = readRequest({ contentType: 'text/plain', contentDisposition: 'inline', cacheControl: 'private' });
  return Array.from({ length: count }, (_, i) => {
    const org = parseOrgId(i % 2 ? '1' : '11');
    const { url, grant } = presigner.url(moment, org, orgScopedKey(org, `uploads/röntgen-${i}.pdf`), request);
    const { pathname, search } = new URL(url);
    return { grant, uri: pathname + search };
  });
}

const urls = await readUrls(1000);
const used = urls.slice(0, 700);
const known = urls[0]!.grant;
const renamed = (grant: string) => used[0]!.uri.replace(known, grant);
const [stranger, ghost] = [newGrant(), newGrant()];
const foreign = [
  { uri: '/1/uploads/a.pdf?X-Amz-Credential=AKIAOLD&X-Amz-Signature=00', requester: 'arn:aws:iam::999:user/left' },
  { uri: '/11/uploads/a.pdf', requester: 'arn:aws:iam::999:user/left' },
  { uri: '/1/uploads/b.pdf', operation: 'REST.COPY.OBJECT_GET', requester: 'arn:aws:sts::999:assumed-role/backup/s' },
];
const others = [
  { uri: '/1/uploads/c.pdf?x-id=GetObject' },
  { uri: urls[900]!.uri, status: 403 },
  { uri: '/1/uploads/c.pdf', operation: 'REST.PUT.OBJECT' },
  { uri: '/clinic-files?list-type=2', operation: 'REST.GET.BUCKET' },
];
const unknown = [{ uri: renamed(stranger) }, { uri: renamed(ghost), status: 206 }];
write('events.jsonl', [
  ...urls.map(({ grant }) => JSON.stringify({ kind: 'read-url-issued', org: '1', grant })),
  JSON.stringify({ kind: 'file-read', org: '1' }),
]);
/** By day in folders as by name in one, packed or not, text or JSON, what was used again too. */
mkdirSync(at('logs/2026/11/27'), { recursive: true });
write('logs/2026-11-27-10-00-00-0A', [...used.slice(0, 300), ...foreign].map(textLine));
write('logs/2026/11/27/2026-11-27-11-00-00-0B.gz', [...used.slice(300, 500), ...unknown].map(textLine));
write('logs/exported.json.gz', [...used.slice(500), ...others, used[3]!].map(jsonLine));
const line = ['grants', 'reconcile', '--logs', at('logs'), '--app-role-arn', appRole];
const ledger = ['--grants', at('events.jsonl')];

test('of 1,000 URLs, 700 were used, 3 reads had no grant, and 2 had one that nobody gave', async () => {
  const { status, out } = await command([...line, ...ledger, '--json']);
  const report = JSON.parse(out) as Reconciliation;
  expect(status).toBe(1);
  expect(report).toMatchObject({
    lines: { logs: 710, grants: 1001 },
    unreadable: { logs: 0, grants: 0 },
    issued: 1000,
    used: 700,
    usedAgain: 1,
    unused: { count: 300 },
    unknown: { count: 2 },
    readsWithoutGrant: {
      count: 3,
      by: [
        { requester: 'arn:aws:iam::999:user/left', signed: 'url', count: 1 },
        { requester: 'arn:aws:iam::999:user/left', signed: 'header', count: 1 },
        { requester: 'arn:aws:sts::999:assumed-role/backup/s', signed: 'header', count: 1 },
      ],
    },
    readsByApplication: 1,
    refused: 1,
  });
  expect(report.unused.grants.sort()).toEqual(
    urls
      .slice(700)
      .map(({ grant }) => grant)
      .sort(),
  );
  expect(report.unknown.grants.sort()).toEqual([stranger, ghost].sort());
});

test('the journal is read as well as the events; a direct upload is known by its id there', async () => {
  const id = '5e3f0d7c-1f6b-4c58-9d4e-5a8a5f0f9a11';
  const put = { uri: renamed(grantOfUpload(id)), operation: 'REST.PUT.OBJECT' };
  const form = { uri: '/', operation: 'REST.POST.OBJECT', key: `incoming/1/${id}` };
  write('uploads', [put, form, used[0]!].map(textLine));
  const journal = [
    { verb: 'upload', outcome: 'begun', upload: writeOf(id) },
    { verb: 'url', outcome: 'done', grantId: known },
    { verb: 'read', outcome: 'done' },
  ];
  write(
    'journal.jsonl.gz',
    journal.map((record) => JSON.stringify(record)),
  );
  const line = ['grants', 'reconcile', '--logs', at('uploads'), '--grants', at('journal.jsonl.gz'), '--json'];
  const { status, out } = await command(line);
  expect(JSON.parse(out)).toMatchObject({ issued: 1, used: 1, uploads: 1, unknown: { count: 0 } });
  expect(status).toBe(0);
});

test('people read the same, and that logs are no proof of what did not happen', async () => {
  const { status, out } = await command([...line, ...ledger]);
  expect(status).toBe(1);
  expect(out).toMatch(/issued +1000 [^]*used +700 [^]*unused +300 [^]*unknown +2 [^]*reads without grant +3 /);
  expect(out).toContain(`unknown grant: ${ghost}`);
  expect(out).toContain('1 without grant by arn:aws:iam::999:user/left, signed in the url');
  expect(out).toContain('not every one');
  expect(out).not.toContain('uploads/');
});

test('0 where all is as it was granted; without a ledger nothing is called unknown', async () => {
  write('clean', used.map(textLine));
  expect((await command(['grants', 'reconcile', '--logs', at('clean'), ...ledger])).status).toBe(0);
  const alone = await command(['grants', 'reconcile', '--logs', at('clean')]);
  expect(alone).toMatchObject({ status: 0, out: expect.stringContaining('Without --grants') });
  expect(alone.out).not.toContain(known);
});

test('1 with what could not be read, 2 where nothing could', async () => {
  write('torn', [...used.map(textLine), 'half a li']);
  const torn = await command(['grants', 'reconcile', '--logs', at('torn'), ...ledger]);
  expect(torn).toMatchObject({ status: 1, out: expect.stringContaining('1 lines of logs and 0 of grants') });
  write('other', ['{"level":"info"}']);
  expect(await command(['grants', 'reconcile', '--logs', at('other')])).toMatchObject({
    status: 2,
    err: expect.stringContaining('no line of an access log'),
  });
  writeFileSync(at('cut.gz'), gzipSync(used.map(textLine).join('\n')).subarray(0, 2000));
  for (const wrong of [['--logs', at('cut.gz')], ['--logs', at('absent')], []]) {
    expect((await command(['grants', 'reconcile', ...wrong])).status).toBe(2);
  }
  expect((await command(['grants', 'list'])).status).toBe(2);
});
