import { withApp, type Bench } from '../bench.js';
import type { RequestLoad } from '../load/requests.js';
import { inTurns } from '../repeat.js';
import { ratioRow, type Row } from '../row.js';

/** Requests a second over 16 connections, on a route that gives a URL and on one that does nothing. */
export async function requestRows(bench: Bench): Promise<Row[]> {
  const perSecond = await withApp(bench, async ({ port, authorization }) => {
    const ask = (path: string) => () =>
      bench.load.call<number>('requests', {
        port,
        authorization,
        path,
        requests: bench.quick ? 3_000 : 6_000,
        connections: 16,
      } satisfies RequestLoad);
    return inTurns(bench.quick ? 3 : 11, { empty: ask('/bare/empty'), url: ask('/files/scan-1.pdf/url') });
  });
  return [
    ratioRow(
      {
        id: 'url-route',
        what: 'GET …/url (its HEAD skipped) against an empty route, both behind the JWT guard',
        target: { atLeast: 0.7 },
      },
      { name: 'url, requests/s', values: perSecond.url },
      { name: 'empty, requests/s', values: perSecond.empty },
    ),
  ];
}
