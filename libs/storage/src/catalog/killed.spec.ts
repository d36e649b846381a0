import { randomInt } from 'node:crypto';
import { startCatalogServer } from '../../test/catalog.kit.js';
import { one, startFiles } from '../../test/file-kits/gates.kit.js';
import { runs } from '../../test/long.js';
import { Processes } from '../../test/processes/processes.kit.js';
import { formUpload } from '../kinds/form-upload.js';
import { samples } from '../testing/samples.js';
import { Catalog } from './catalog.js';

const isReal = Boolean(process.env['CATALOG_TEST_URL']);
const server = isReal ? await startCatalogServer() : undefined;
const processes = isReal ? new Processes() : undefined;
// Where all tests are skipped nothing is closed after them.
const { storage, start, close } = isReal ? await startFiles() : ({} as Awaited<ReturnType<typeof startFiles>>);
const { bytes } = samples.pdf;
afterAll(async () => {
  processes?.close();
  await close();
  await server?.close();
});

const onServer = isReal ? test : test.skip;
onServer(
  `the room of an organisation is kept to when processes are killed at any moment${isReal ? '' : ' [skipped: CATALOG_TEST_URL is not set]'}`,
  async () => {
    const [uploads, room, kills] = [runs(240, 2_000), runs(60, 500), runs(2, 6)];
    const limits = { files: room, bytes: room * bytes.length };
    const watching = await Catalog.open({ database: server!.database(), limits });
    let sent = 0;
    // Two processes of 25 connections; each that is killed is followed by one that sends what is left.
    const begin = (to: number) => {
      const from = sent;
      sent = to;
      return processes!.start('uploads.process.ts', [
        JSON.stringify({
          ...{ storage: storage.options, url: server!.url(), limits, from, to },
          bytes: Buffer.from(bytes).toString('base64'),
        }),
      ]);
    };
    const share = Math.floor(uploads / (kills + 2));
    const running = [begin(share), begin(2 * share)];
    const taken = async () => {
      const { usedFiles, reservedFiles } = await watching.usage(one);
      return usedFiles + reservedFiles;
    };
    const moments = Array.from({ length: kills }, () => randomInt(1, room)).toSorted((a, b) => a - b);
    for (const [n, moment] of moments.entries()) {
      const victim = running[n % 2]!;
      while (victim.isRunning() && (await taken()) < moment);
      victim.kill();
      expect((await victim.ended).err).toBe('');
      running[n % 2] = begin(n === kills - 1 ? uploads : sent + share);
    }
    for (const each of running) expect(await each.ended).toMatchObject({ status: 0, err: '' });
    expect(sent).toBe(uploads);

    const counted = async () => {
      const sums = `select count(*) filter (where state = 'stored')::int as stored, count(*) filter (where state = 'pending')::int as pending
        from tenant_storage.file where org_id = 1`;
      const [row] = (await server!.owner.rows(sums)) as { stored: number; pending: number }[];
      return row!;
    };
    const during = await watching.usage(one);
    expect(await counted()).toEqual({ stored: during.usedFiles, pending: during.reservedFiles });
    expect(during.usedFiles + during.reservedFiles).toBeLessThanOrEqual(room);

    // What the dead have left is asked of the bucket by whoever comes next, twenty at a time.
    const at = (fileName: string) => ({ formId: '8', customFieldId: '3', fileName });
    const file = { bytes, contentType: 'application/pdf' };
    let next = 0;
    const send = async () => {
      const { files } = await start((await Catalog.open({ database: server!.database(), limits })).gate);
      return files.upload(formUpload, one, at(`${next++}.pdf`), file, { by: 'pat' }).then(
        () => 'stored',
        ({ code }: { code: string }) => code,
      );
    };
    await server!.owner.run(`update tenant_storage.file set check_at = now() where check_at is not null`);
    while ((await counted()).pending > 0) await send();
    while ((await send()) === 'stored');
    const { usedFiles, usedBytes, reservedFiles, reservedBytes } = await watching.usage(one);
    expect({ usedFiles, usedBytes, reservedFiles, reservedBytes }).toEqual({
      ...{ usedFiles: room, usedBytes: room * bytes.length, reservedFiles: 0, reservedBytes: 0 },
    });
    expect((await storage.contents()).keys.filter((key) => key.startsWith('1/'))).toHaveLength(room);
  },
  runs(180_000, 900_000),
);
