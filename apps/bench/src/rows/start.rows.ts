import { Child } from '../children/remote.js';
import type { Bench } from '../bench.js';
import { inTurns } from '../repeat.js';
import { medianRow, type Row } from '../row.js';

/** From the start of the process to a listening application. */
export async function bootRows({ quick }: Bench): Promise<Row[]> {
  const ms = await inTurns(quick ? 5 : 15, {
    empty: () => startMs('boot-empty'),
    storage: () => startMs('boot-storage'),
  });
  const added = ms.storage.map((value, i) => value - ms.empty[i]!);
  const row = medianRow(
    { id: 'boot', what: `What the module adds to the start of an empty application`, target: { atMost: 150 } },
    'ms',
    { name: 'added, ms', values: added },
  );
  return [{ ...row, raw: { 'empty, ms': ms.empty, 'with the module, ms': ms.storage } }];
}

/** The embedded server: its start inside a process that has loaded it. */
export async function embeddedStartRows({ quick }: Bench): Promise<Row[]> {
  const { start } = await inTurns(quick ? 3 : 9, { start: () => startMs('s3') });
  return [
    medianRow({ id: 'embedded-start', what: 'Start of the embedded server', target: { atMost: 50 } }, 'ms', {
      name: 'start, ms',
      values: start,
    }),
  ];
}

async function startMs(entry: string): Promise<number> {
  const child = await Child.start(entry);
  const ms = await child.call<number>('startMs');
  await child.stop();
  return ms;
}
