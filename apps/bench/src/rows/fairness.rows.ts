import { withApp, type Bench } from '../bench.js';
import type { Neighbours, Patient } from '../load/neighbours.js';
import { ratioRow, type Row } from '../row.js';

const filmBytes = 24 * 1024 * 1024;
const target = { atMost: 5 };

const kinds: (Pick<Neighbours, 'kind' | 'count' | 'path'> & { id: string; what: string })[] = [
  { id: 'unread', kind: 'unread', count: 200, path: '/files/film.pdf/content', what: '200 readers that do not read' },
  { id: 'slow', kind: 'slow', count: 120, path: '/files/film.pdf/content', what: '120 readers at 128 KiB/s' },
  { id: 'uploads', kind: 'upload', count: 50, path: '/files/slow-', what: '50 uploads at 128 KiB/s' },
  { id: 'lists', kind: 'list', count: 10, path: '/files?urls=true', what: '10 connections that list with URLs' },
];

/** What organisation 11 waits for its lists while organisation 1 does each of these, against a quiet time. */
export async function fairnessRows(bench: Bench): Promise<Row[]> {
  const rows = await withApp(bench, async ({ child, port, authorization }) => {
    const theirs = await child.call<string>('authorizationOf', '11');
    const film = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(filmBytes)]);
    const headers = { authorization, 'content-type': 'application/pdf' };
    const sent = await fetch(`http://127.0.0.1:${port}/files/film.pdf`, { method: 'PUT', headers, body: film });
    if (!sent.ok) throw new Error(`The film was answered ${sent.status}.`);
    const patient: Patient = { port, authorization: theirs, path: '/files', requests: bench.quick ? 200 : 500 };
    const p99 = async () => {
      const waits = (await bench.load.call<number[]>('waits', patient)).toSorted((a, b) => a - b);
      return waits[Math.floor(waits.length * 0.99)] ?? NaN;
    };
    await p99();
    const result: Row[] = [];
    for (const { id, what, ...neighbours } of kinds) {
      const [quiet, busy]: [number[], number[]] = [[], []];
      for (let i = 0; i < (bench.quick ? 1 : 3); i += 1) {
        quiet.push(await p99());
        await bench.load.call('hold', { port, authorization, ...neighbours } satisfies Neighbours);
        busy.push(await p99());
        await bench.load.call('letGo');
      }
      const named = { id: `fairness-${id}`, what: `p99 of another organisation's lists beside ${what}`, target };
      result.push(ratioRow(named, { name: 'beside them, ms', values: busy }, { name: 'quiet, ms', values: quiet }));
    }
    return result;
  });
  await bench.empty();
  return rows;
}
