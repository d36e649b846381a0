import { withApp, type Bench } from '../bench.js';
import { Child } from '../children/remote.js';
import type { Neighbours } from '../load/neighbours.js';
import type { Patient, Waits } from '../load/patient.js';
import { medianRow, peakRow, ratioRow, type Row } from '../row.js';

const filmBytes = 24 * 1024 * 1024;
/** As many files as a page of a list has. */
const files = 200;
const mostMs = 5000;

const kinds: (Pick<Neighbours, 'kind' | 'count' | 'path'> & { what: string })[] = [
  { kind: 'unread', count: 200, path: '/files/film.pdf/content', what: '200 readers that do not read' },
  { kind: 'slow', count: 120, path: '/files/film.pdf/content', what: '120 readers at 128 KiB/s' },
  { kind: 'upload', count: 50, path: '/files/slow-', what: '50 uploads at 128 KiB/s' },
  { kind: 'nested', count: 10, path: '/uploads/complete', what: '10 connections with nested bodies of 13 KB' },
  { kind: 'list', count: 10, path: '/files?urls=true', what: '10 connections that list with URLs' },
  { kind: 'complete', count: 10, path: '/uploads', what: '10 connections that complete each upload ten times' },
];

/** What organisation 11 waits for its lists, uploads, URLs and reads while organisation 1 does each of these. */
export async function fairnessRows(bench: Bench): Promise<Row[]> {
  // In a process of its own, at no low priority: what the neighbours' clients cost is not what is measured.
  const patient = await Child.start('load');
  try {
    return await withApp(bench, async ({ child, port, authorization }) => {
      const film = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(filmBytes)]);
      const headers = { authorization, 'content-type': 'application/pdf' };
      const sent = await fetch(`http://127.0.0.1:${port}/files/film.pdf`, { method: 'PUT', headers, body: film });
      if (!sent.ok) throw new Error(`The film was answered ${sent.status}.`);
      const theirs = await child.call<string>('authorizationOf', '11');
      const go = (rounds: number, as = theirs) =>
        patient.call<Waits>('waits', { port, authorization: as, rounds, mostMs } satisfies Patient);
      for (const as of [authorization, theirs]) await go(files, as);
      const rows: Row[] = [];
      for (const kind of kinds) {
        const measured: [quiet: Waits, busy: Waits][] = [];
        for (let i = 0; i < (bench.quick ? 1 : 3); i += 1) {
          const quiet = await go(files / 2);
          await bench.load.call('hold', { port, authorization, ...kind } satisfies Neighbours);
          measured.push([quiet, await go(files / 2)]);
          await bench.load.call('letGo');
        }
        rows.push(...rowsOf(kind, measured));
      }
      return rows;
    });
  } finally {
    await patient.stop();
    await bench.empty();
  }
}

function rowsOf({ kind, what }: (typeof kinds)[number], measured: readonly [Waits, Waits][]): Row[] {
  const [quiet, busy] = [0, 1].map((i) => measured.map((pair) => p99(pair[i]!.ms))) as [number[], number[]];
  const errors = measured.flat().map((waits) => waits.errors);
  for (const error of new Set(errors.flat().slice(0, 3))) process.stderr.write(`beside ${what}: ${error}\n`);
  const row = (part: string, text: string, target?: { atMost: number }) => ({
    id: `fairness-${kind}${part}`,
    what: `${what}: ${text}`,
    target,
  });
  const [over, under] = [
    { name: 'beside them, ms', values: busy },
    { name: 'quiet, ms', values: quiet },
  ];
  const count = { name: 'errors', values: errors.map(({ length }) => length) };
  return [
    medianRow(row('-quiet', 'p99 of another organisation, quiet'), 'ms', under),
    medianRow(row('-busy', 'p99 of another organisation, beside them'), 'ms', over),
    ratioRow(row('', 'the one by the other', { atMost: 5 }), over, under),
    peakRow(row('-errors', 'requests that failed', { atMost: 0 }), 'errors', count),
  ];
}

function p99(ms: readonly number[]): number {
  const sorted = ms.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
}
