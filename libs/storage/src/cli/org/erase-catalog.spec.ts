// Loaded by the command when it needs it, which Jest cannot do late.
import 'pg';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCatalogServer } from '../../../test/catalog.kit.js';
import { command, envOf } from '../../../test/command.kit.js';
import { by, eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { Catalog } from '../../catalog/catalog.js';
import type { OrgId } from '../../keys/org-id.js';
import { FormUploadsService } from '../../kinds/form-upload.js';
import { samples } from '../../testing/samples.js';

const isReal = Boolean(process.env['CATALOG_TEST_URL']);
const reason = isReal ? '' : ' [skipped: CATALOG_TEST_URL is not set]';
(isReal ? describe : describe.skip)(`erase --database-url${reason}`, () => {
  const open: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of open.toReversed()) await close();
  });

  test('takes the rows of one organisation with its files, and leaves the other whole', async () => {
    const server = await startCatalogServer();
    open.push(server.close);
    const files = await startOrgFiles();
    open.push(files.close);
    const folder = mkdtempSync(join(tmpdir(), 'erase-catalog-'));
    open.push(async () => rmSync(folder, { recursive: true }));
    const catalog = await Catalog.open({ database: server.database() });
    const forms = (await files.start({ gates: [catalog.gate] })).get(FormUploadsService);
    const { bytes } = samples.pdf;
    for (const org of [one, eleven]) {
      for (const [formId, fileName] of [
        ['20', 'a.pdf'],
        ['20', 'b.pdf'],
        ['201', 'a.pdf'],
      ] as const) {
        const place = { formId, customFieldId: '7', fileName };
        await forms.upload(org, place, { bytes, contentType: 'application/pdf' }, { by });
      }
    }
    /** All that database and bucket have of an organisation. */
    const stateOf = async (org: OrgId) => ({
      rows: await server.owner.rows(`select * from tenant_storage.file where org_id = ${org} order by key`),
      usage: await server.owner.rows(`select * from tenant_storage.usage where org_id = ${org} order by purpose`),
      keys: (await files.storage.contents()).keys.filter((key) => key.startsWith(`${org}/`)).toSorted(),
    });
    const amounts = ({ rows, usage, keys }: Awaited<ReturnType<typeof stateOf>>) => ({
      rows: rows.length,
      keys: keys.length,
      used: usage.map(({ used_files: files, used_bytes: size }) => [Number(files), Number(size)]),
    });
    const used = (count: number) => [count, count * bytes.length];
    const before = await stateOf(eleven);
    expect(amounts(before)).toEqual({ rows: 3, keys: 3, used: [used(3), used(3)] });

    const path = (name: string) => join(folder, name);
    const clock = { now: Date.now, sleep: async () => undefined };
    const call = (...line: string[]) => command(line, { env: envOf(files.storage), clock });
    await call('audit', 'keygen', '--out', path('officer'));
    const erase = (out: string, ...more: string[]) =>
      call(
        ...['erase', '--org', '1', '--reason', 'r', '--key', path('officer.key.pem'), '--yes', '--out', path(out)],
        ...['--database-url', server.url(), ...more],
      );
    const done = { status: 0, out: expect.stringContaining('Nothing stays.') };

    expect(await erase('plan.json', '--dry-run')).toMatchObject({ status: 0 });
    expect(amounts(await stateOf(one))).toEqual(amounts(before));
    expect(await erase('part.json', '--prefix', 'uploads/forms/20/')).toMatchObject(done);
    const rest = await stateOf(one);
    expect(amounts(rest)).toEqual({ rows: 1, keys: 1, used: [used(1), used(1)] });
    expect(rest.rows).toMatchObject([{ key: rest.keys[0] }]);
    expect(await erase('all.json')).toMatchObject(done);
    expect(amounts(await stateOf(one))).toEqual({ rows: 0, keys: 0, used: [used(0), used(0)] });
    expect(await stateOf(eleven)).toEqual(before);
    expect((await catalog.files(eleven)).items).toHaveLength(3);

    const elsewhere = new URL(server.url());
    elsewhere.pathname = '/nowhere';
    expect(await erase('none.json', '--org', '11', '--database-url', elsewhere.href)).toMatchObject({
      ...{ status: 2, err: expect.stringMatching(/does not take the connection/) },
    });
    expect(await stateOf(eleven)).toEqual(before);
  }, 60_000);
});
