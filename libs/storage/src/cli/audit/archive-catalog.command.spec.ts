// Loaded by the command when it needs them, which Jest cannot do late.
import '@nestjs/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys } from '../../../test/audit.kit.js';
import { startCatalogServer } from '../../../test/catalog.kit.js';
import { command } from '../../../test/command.kit.js';
import { Catalog } from '../../catalog/catalog.js';
import type { JournalRecord } from '../../journal/journal-record.js';
import { parseOrgId } from '../../keys/org-id.js';
import '../../storage.module.js';
import { startTestStorage } from '../../testing/test-storage.js';

const isReal = Boolean(process.env['CATALOG_TEST_URL']);
const server = isReal ? await startCatalogServer() : undefined;
// Where all tests are skipped nothing is closed after them.
const storage = isReal ? await startTestStorage({ embeddedOnly: true }) : undefined!;
const folder = isReal ? mkdtempSync(join(tmpdir(), 'archive-')) : '';
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await storage.close();
  await server?.close();
});
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const record = (org: string, at: string, id: string): JournalRecord => ({
  ...{ id, at, org: parseOrgId(org), kind: 'document', place: { documentId: '9' }, verb: 'url', outcome: 'done' },
});

const onServer = isReal ? test : test.skip;
onServer(
  `a month of the catalog's journal is sealed once, from two machines and again${isReal ? '' : ' [skipped: CATALOG_TEST_URL is not set]'}`,
  async () => {
    const { accessKeyId, secretAccessKey } = storage.s3.credentials;
    const env = { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
    const { journal } = await Catalog.open({ database: server!.database() });
    const months = ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z', '2026-02-28T23:59:59.999Z'];
    const more = ['2026-03-01T00:00:00.000Z'];
    for (const org of ['1', '11']) {
      await journal.append([...months, ...more].map((at, n) => record(org, at, `${org}-${n}`)));
    }
    const archive = (org: string, month: string, of: string[] = ['--database-url', server!.url()]) =>
      command(
        [
          ...['audit', 'archive', '--org', org, '--month', month, '--bucket', storage.bucket],
          ...['--endpoint', storage.s3.endpoint, '--audit-key', file('clinic.key.pem', keys.privateKey), ...of],
        ],
        { env },
      );
    for (const month of ['2026-01', '2026-02']) {
      const two = await Promise.all([archive('1', month), archive('1', month)]);
      expect(two.map(({ status, err }) => ({ status, err }))).toEqual([
        { status: 0, err: '' },
        { status: 0, err: '' },
      ]);
      expect(two.map(({ out }) => out.split(/[.,]/)[0]).toSorted()).toEqual([
        `${month} is archived already`,
        'Archived',
      ]);
    }
    expect(await archive('1', '2026-02')).toMatchObject({
      status: 0,
      out: expect.stringContaining('the same 2 records'),
    });
    // What came late is in no sealed month, and is said.
    await journal.append([record('1', '2026-02-03T00:00:00.000Z', 'late')]);
    expect(await archive('1', '2026-02')).toMatchObject({ status: 1, out: expect.stringContaining('2 there, 3 here') });
    expect(await archive('11', '2026-01')).toMatchObject({ status: 0, out: expect.stringContaining('Archived') });
    expect(await archive('1', '2026-03', [])).toMatchObject({
      status: 2,
      err: expect.stringContaining('--journal is missing, a file; or --database-url (or DATABASE_URL)'),
    });
  },
  60_000,
);
