import { withApp, type App, type Bench } from '../bench.js';
import type { Reading } from '../children/meter.js';
import type { UploadLoad } from '../load/uploads.js';
import { peakRow, type Row } from '../row.js';

const size = 250 * 2 ** 20;

interface Kind {
  id: string;
  what: string;
  atOnce: number;
  repetitions: number;
  maxMiB?: number;
  maxMs?: number;
  flags?: readonly string[];
  /** Default: no scanner. */
  path?: string;
}

/** What uploads of 250 MiB cost the application that passes them on, in memory and in blocked event loop. */
export async function memoryRows(bench: Bench): Promise<Row[]> {
  const few = bench.quick ? 1 : 3;
  const kinds: Kind[] = [
    { id: '1', what: 'one upload of 250 MiB', atOnce: 1, repetitions: few, maxMiB: 64, maxMs: 50 },
    { id: '8', what: '8 uploads of 250 MiB at once', atOnce: 8, repetitions: few, maxMiB: 200, maxMs: 50 },
    { id: '8-default', what: '8 at once, Node with its default heap', atOnce: 8, repetitions: few, flags: [] },
  ];
  // What the store writes first is memory that a virtual machine is given page by page.
  await withApp(bench, (app) => reading(bench, app, 8));
  await bench.empty();
  const rows: Row[] = [];
  for (const kind of kinds) rows.push(...(await readings(bench, kind)));
  return rows;
}

export async function readings(bench: Bench, { id, what, atOnce, repetitions, ...kind }: Kind): Promise<Row[]> {
  const taken: Reading[] = [];
  for (let i = 0; i < repetitions; i += 1) {
    taken.push(await withApp(bench, (app) => reading(bench, app, atOnce, kind.path), kind.flags));
    await bench.empty();
  }
  const peaks = taken.map(({ peakMiB }) => peakMiB);
  const atMost = (limit?: number) => (limit === undefined ? {} : { target: { atMost: limit } });
  return [
    peakRow({ id: `memory-${id}`, what: `Peak memory above idle, ${what}`, ...atMost(kind.maxMiB) }, 'MiB', {
      name: 'peak, MiB',
      values: peaks,
    }),
    peakRow({ id: `blocked-${id}`, what: `Longest block of the event loop, ${what}`, ...atMost(kind.maxMs) }, 'ms', {
      name: 'block, ms',
      values: taken.map(({ blockedMs }) => blockedMs),
    }),
    peakRow({ id: `late-${id}`, what: '… with what its thread waited for a processor' }, 'ms', {
      name: 'late, ms',
      values: taken.map(({ lateMs }) => lateMs),
    }),
  ];
}

async function reading(
  bench: Bench,
  { child, port, authorization }: App,
  atOnce: number,
  path = '/files/{name}',
): Promise<Reading> {
  const load: UploadLoad = {
    port,
    authorization,
    as: 'raw',
    path,
    name: 'large',
    size,
    files: atOnce,
    concurrency: atOnce,
  };
  await bench.load.call('uploads', { ...load, name: 'warm-up', size: 200_000, files: 20 });
  await child.call('meter');
  await bench.load.call('uploads', load);
  return child.call<Reading>('reading');
}
