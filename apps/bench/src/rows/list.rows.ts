import { NestFactory } from '@nestjs/core';
import { FormUploadsService, ObjectStore, layout, parseOrgId, StorageModule } from 'nest-tenant-storage';
import { withApp, type Bench } from '../bench.js';
import type { RequestLoad } from '../load/requests.js';
import { inTurns, timed } from '../repeat.js';
import { ratioRow, type Row } from '../row.js';
import { storageOptions } from '../store.js';

const org = parseOrgId('1');
const field = { formId: '7', customFieldId: '3' };

/** The embedded server answers in a few milliseconds, from memory and over loopback; a store over a network takes longer. */
const storeMs = 50;

const pageSize = 200;

/**
 * 1,000 files of a field, each with a read URL, against the same list without: in the process, in pages of 200, which is the
 * most with URLs; and one such page over HTTP as JSON.
 */
export async function listRows(bench: Bench): Promise<Row[]> {
  const context = await NestFactory.createApplicationContext(StorageModule.forRoot(storageOptions(bench.store)), {
    logger: false,
  });
  const forms = context.get(FormUploadsService);
  const store = context.get(ObjectStore);
  async function* bytes() {
    yield Buffer.from('%PDF-1.7\n');
  }
  for (let i = 0; i < 1000; i += 1) {
    const fileName = i % 10 === 0 ? `Röntgen ${i} (Kopie).pdf` : `scan-${i}.pdf`;
    const attributes = { contentType: 'application/pdf', metadata: {}, size: 9 };
    await store.put(org, layout.formUpload(org, { ...field, fileName }), bytes(), attributes);
  }
  const list = (urls: boolean) => async () => {
    let cursor: string | undefined;
    do {
      const page = await forms.list(org, field, { urls, limit: pageSize, cursor });
      check(page.items, urls);
      cursor = page.nextCursor;
    } while (cursor);
  };
  const repetitions = bench.quick ? 15 : 40;
  const service = await inTurns(repetitions, {
    without: () => timed(list(false)),
    with: () => timed(list(true)),
  });
  await bench.s3.call('delay', { operations: ['ListObjectsV2'], delayMs: storeMs });
  const delayed = await inTurns(bench.quick ? 5 : 20, {
    without: () => timed(list(false)),
    with: () => timed(list(true)),
  });
  await bench.s3.call('clearFaults');
  const http = await withApp(bench, async ({ port, authorization }) => {
    for (const urls of [true, false]) {
      const answer = await fetch(`http://127.0.0.1:${port}/files?urls=${urls}`, { headers: { authorization } });
      const { items } = (await answer.json()) as Awaited<ReturnType<FormUploadsService['list']>>;
      check(items, urls);
    }
    // By a client that does not parse: that would be most of what is measured.
    const get = (urls: boolean) => async () => {
      const load: RequestLoad = { port, authorization, path: `/files?urls=${urls}`, requests: 2, connections: 1 };
      return 1000 / (await bench.load.call<number>('requests', load));
    };
    return inTurns(repetitions, { without: get(false), with: get(true) });
  });
  await context.close();
  await bench.empty();
  return [
    ratioRow(
      { id: 'list', what: 'List of 1,000 with URLs against without, in pages of 200', target: { atMost: 1.15 } },
      { name: 'with, ms', values: service.with },
      { name: 'without, ms', values: service.without },
    ),
    ratioRow(
      { id: 'list-delayed', what: `The same from a store that takes ${storeMs} ms more to answer` },
      { name: 'with, ms', values: delayed.with },
      { name: 'without, ms', values: delayed.without },
    ),
    ratioRow(
      { id: 'list-http', what: 'A page of 200 with URLs against without, over HTTP' },
      { name: 'with, ms', values: http.with },
      { name: 'without, ms', values: http.without },
    ),
  ];
}

function check(items: readonly { url?: string }[], urls: boolean): void {
  if (items.length !== pageSize || items.some(({ url }) => (url !== undefined) !== urls))
    throw new Error('Not the list.');
}
