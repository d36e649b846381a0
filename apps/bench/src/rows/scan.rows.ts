import { withApp, type App, type Bench } from '../bench.js';
import type { UploadLoad } from '../load/uploads.js';
import { inTurns } from '../repeat.js';
import { ratioRow, type Row } from '../row.js';
import { readings } from './memory.rows.js';

const target = { atLeast: 0.95 };

interface Kind {
  id: string;
  what: string;
  size: number;
  files: number;
  concurrency: number;
  repetitions: number;
}

/** What a scanner as a gate costs an upload: one that answers at once, and a real clamd where `CLAMD` names one. */
export async function scanRows(bench: Bench): Promise<Row[]> {
  const kinds: Kind[] = [
    {
      id: 'scan-large',
      what: '250 MiB',
      size: 250 * 2 ** 20,
      files: 1,
      concurrency: 1,
      repetitions: bench.quick ? 2 : 6,
    },
    {
      id: 'scan-small',
      what: '1,000 files of 200 KB, 8 at once',
      size: 200_000,
      files: bench.quick ? 200 : 1000,
      concurrency: 8,
      // A round of these takes a second, and one alone says little.
      repetitions: bench.quick ? 8 : 12,
    },
  ];
  const rows: Row[] = [];
  for (const kind of kinds) rows.push(...(await withApp(bench, (app) => uploadsOf(bench, app, kind))));
  const what = '8 uploads of 250 MiB at once, scanned';
  const few = bench.quick ? 1 : 3;
  const memory = {
    id: '8-scanned',
    what,
    atOnce: 8,
    repetitions: few,
    maxMiB: 200,
    maxMs: 50,
    path: '/scanned/{name}',
  };
  rows.push(...(await readings(bench, memory)));
  return rows;
}

interface Cost {
  ms: number;
  /** Of the application. */
  processorMs: number;
}

async function uploadsOf(bench: Bench, { child, port, authorization }: App, kind: Kind): Promise<Row[]> {
  const { id, what, size, files, concurrency } = kind;
  const upload = (path: string) => async (): Promise<Cost> => {
    await bench.empty();
    const before = await child.call<number>('processorMs');
    const load = { port, authorization, as: 'raw', path, name: 'file', size, files, concurrency } satisfies UploadLoad;
    const ms = await bench.load.call<number>('uploads', load);
    return { ms, processorMs: (await child.call<number>('processorMs')) - before };
  };
  const contenders: Record<string, () => Promise<Cost>> = {
    without: upload('/unscanned/{name}'),
    scanned: upload('/scanned/{name}'),
    ...(process.env['CLAMD'] && { clamd: upload('/clamd/{name}') }),
  };
  const costs = await inTurns(kind.repetitions, contenders);
  await bench.empty();
  const rows: Row[] = [];
  for (const [name, scanner] of [
    ['scanned', 'a scanner that answers at once'],
    ['clamd', 'clamd'],
  ] as const) {
    if (!costs[name]) continue;
    const named = { id: name === 'clamd' ? `${id}-clamd` : id, what: `Upload, ${what}: with ${scanner} against none` };
    const series = (of: string, called: string, unit: keyof Cost) => ({
      name: `${called}, ${unit}`,
      values: (costs[of] ?? []).map((cost) => cost[unit]),
    });
    const both = (unit: keyof Cost) => [series('without', 'no scanner', unit), series(name, scanner, unit)] as const;
    rows.push(ratioRow({ ...named, ...(name === 'scanned' && { target }) }, ...both('ms')));
    const spent = { id: `${named.id}-processor`, what: '… processor time of the application' };
    rows.push(ratioRow(spent, ...both('processorMs')));
  }
  return rows;
}
