import { NestFactory } from '@nestjs/core';
import {
  Files,
  formUpload,
  parseOrgId,
  StorageModule,
  type OrgId,
  type StorageModuleOptions,
} from 'nest-tenant-storage';
import type { Catalog } from 'nest-tenant-storage/catalog';
import type { Bench } from '../bench.js';
import { inTurns } from '../repeat.js';
import { ratioRow, type Row } from '../row.js';
import { storageOptions } from '../store.js';

const org = parseOrgId('7');
const orgs = Array.from({ length: 8 }, (_, i) => parseOrgId(`1${i}`));
const who = { by: 'alice' };
const bytes = Buffer.from('a small text');
const known = { formId: '1', customFieldId: '3', fileName: 'known.txt' };
const atOnce = 8;

/** The embedded server answers in under a millisecond; a store in the same region takes this much, or more. */
const storeMs = 20;

/**
 * The same work through the module without and with the catalog, eight at once: small files, where the catalog's part is the
 * largest, of eight organisations and all of one, whose counters all of its uploads share; and read URLs, each of them
 * recorded before it is given. Against the embedded server, and against the same one when it takes as long as a store over a
 * network does.
 */
export async function overheadRows(bench: Bench, catalog: Catalog): Promise<Row[]> {
  const apps = {
    without: await start(bench, {}),
    gated: await start(bench, { gates: [catalog.gate] }),
    recorded: await start(bench, { journal: { sink: catalog.journal, required: true } }),
  };
  let n = 0;
  const uploadOf = (files: Files, of: OrgId) =>
    files.upload(formUpload, of, { ...known, fileName: `bench-${n++}.txt` }, { bytes, contentType: 'text/plain' }, who);
  const upload = (files: Files) => uploadOf(files, org);
  const uploadOfMany = (files: Files, i: number) => uploadOf(files, orgs[i]!);
  const url = (files: Files) => files.presignDownload(formUpload, org, known, who);
  await apps.without.files.upload(formUpload, org, known, { bytes, contentType: 'text/plain' }, who);
  const compare = async ({ delayed }: { delayed: boolean }): Promise<Row[]> => {
    const [uploads, urls, repetitions] = bench.quick || delayed ? [104, 200, 5] : [304, 600, 9];
    const sent = await inTurns(repetitions, {
      without: perSecond(apps.without.files, uploads, upload),
      with: perSecond(apps.gated.files, uploads, upload),
    });
    const many = await inTurns(repetitions, {
      without: perSecond(apps.without.files, uploads, uploadOfMany),
      with: perSecond(apps.gated.files, uploads, uploadOfMany),
    });
    const given = await inTurns(repetitions, {
      without: perSecond(apps.without.files, urls, url),
      with: perSecond(apps.recorded.files, urls, url),
    });
    const named = (id: string, what: string, values: typeof sent) =>
      ratioRow(
        {
          id: `catalog-${id}${delayed ? '-delayed' : ''}`,
          what: delayed ? `… from a store that takes ${storeMs} ms more to answer` : what,
          target: { atLeast: 0.7 },
        },
        { name: `with the catalog, ${id}s/s`, values: values.with },
        { name: `without, ${id}s/s`, values: values.without },
      );
    return [
      named('uploads-many', 'Small uploads of eight organisations with the catalog against without', many),
      named('upload', 'Small uploads, all of one organisation', sent),
      named('url', 'Read URLs, each one recorded, against without', given),
    ];
  };
  const [many1, upload1, url1] = await compare({ delayed: false });
  await bench.s3.call('delay', { operations: ['PutObject', 'HeadObject'], delayMs: storeMs });
  const [many2, upload2, url2] = await compare({ delayed: true });
  await bench.s3.call('clearFaults');
  for (const app of Object.values(apps)) await app.close();
  await bench.empty();
  return [many1!, many2!, upload1!, upload2!, url1!, url2!];
}

async function start({ store }: Bench, options: Partial<StorageModuleOptions>) {
  const module = StorageModule.forRoot({ ...storageOptions(store), ...options });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  return { files: app.get(Files), close: () => app.close() };
}

const perSecond = (files: Files, times: number, work: (files: Files, i: number) => Promise<unknown>) => async () => {
  const from = performance.now();
  for (let done = 0; done < times; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, i) => work(files, i)));
  }
  return (times / (performance.now() - from)) * 1000;
};
