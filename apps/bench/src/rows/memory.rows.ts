import { withApp, type Bench } from '../bench.js';
import type { Reading } from '../children/meter.js';
import type { UploadLoad } from '../load/uploads.js';
import { peakRow, type Row } from '../row.js';

const size = 250 * 2 ** 20;

/** What uploads of 250 MiB cost the application that passes them on, in memory and in blocked event loop. */
export async function memoryRows(bench: Bench): Promise<Row[]> {
  return [...(await readings(bench, 1, bench.quick ? 1 : 4)), ...(await readings(bench, 8, bench.quick ? 1 : 2))];
}

async function readings(bench: Bench, atOnce: number, repetitions: number): Promise<Row[]> {
  const taken: Reading[] = [];
  for (let i = 0; i < repetitions; i += 1) {
    taken.push(
      await withApp(bench, async ({ child, port, authorization }) => {
        const load: UploadLoad = {
          port,
          authorization,
          as: 'raw',
          path: '/files/{name}',
          name: 'large',
          size,
          files: atOnce,
          concurrency: atOnce,
        };
        await bench.load.call('uploads', { ...load, name: 'warm-up', size: 200_000, files: 20 });
        await child.call('meter');
        await bench.load.call('uploads', load);
        return child.call<Reading>('reading');
      }),
    );
    await bench.empty();
  }
  const name = atOnce === 1 ? 'one upload of 250 MiB' : `${atOnce} uploads of 250 MiB at once`;
  return [
    peakRow(
      { id: `memory-${atOnce}`, what: `Peak memory above idle, ${name}`, target: { atMost: atOnce === 1 ? 64 : 200 } },
      'MiB',
      { name: 'peak, MiB', values: taken.map(({ peakMiB }) => peakMiB) },
    ),
    peakRow(
      { id: `blocked-${atOnce}`, what: `Longest block of the event loop, ${name}`, target: { atMost: 50 } },
      'ms',
      {
        name: 'block, ms',
        values: taken.map(({ blockedMs }) => blockedMs),
      },
    ),
  ];
}
