import type { Bench } from '../bench.js';
import type { ExportReading, ExportTargetName } from '../children/export.child.js';
import { Child } from '../children/remote.js';
import { medianRow, peakRow, type Row } from '../row.js';
import type { BenchStore } from '../store.js';

const bytes = 4_000;
/** Of one target, each in a process of its own. */
const targets: ExportTargetName[] = ['folder', 'zip', 'bucket'];

/** An export of 100,000 files of 4 KB, and of a tenth of them: what is flat does not grow with them. */
export async function exportRows({ quick }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const files of quick ? [1_000, 10_000] : [10_000, 100_000]) {
    const s3 = await Child.start('s3-copies', { files, bytes });
    rows.push(...(await rowsOf(await s3.call<BenchStore>('store'), files)));
    await s3.stop();
  }
  return rows;
}

async function rowsOf(store: BenchStore, files: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const target of targets) {
    const child = await Child.start('export', { ...store, other: 'leaves' });
    try {
      rows.push(...shown(target, files, 'Export', await child.call<ExportReading>('export', target)));
      if (target !== 'bucket')
        rows.push(...shown(target, files, 'Verifying', await child.call<ExportReading>('verify', target)));
    } finally {
      await child.stop();
    }
  }
  return rows;
}

function shown(target: ExportTargetName, files: number, doing: string, reading: ExportReading): Row[] {
  if (reading.files !== files) throw new Error(`${doing} saw ${reading.files} files, not ${files}.`);
  const what = `${doing}, ${files.toLocaleString('en')} files, ${target}`;
  const id = `${doing.toLowerCase()}-${target}-${files}`;
  const times = { name: 'seconds, ms', values: [reading.seconds * 1_000] };
  const cpu = { name: 'processor, ms', values: [reading.cpuSeconds * 1_000] };
  return [
    medianRow({ id: `${id}-ms`, what }, 'ms', times),
    medianRow({ id: `${id}-cpu`, what: `${what}: processor time` }, 'ms', cpu),
    peakRow({ id: `${id}-memory`, what: `${what}: peak memory above idle`, target: { atMost: 256 } }, 'MiB', {
      name: 'peak, MiB',
      values: [reading.peakMiB],
    }),
  ];
}
