import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startBench, type Bench } from './bench.js';
import { machine, table } from './report.js';
import { auditRows } from './rows/audit.rows.js';
import { embeddedMemoryRows } from './rows/embedded.rows.js';
import { embeddedLargeRows } from './rows/embedded-large.rows.js';
import { exportRows } from './rows/export.rows.js';
import { fairnessRows } from './rows/fairness.rows.js';
import { listRows } from './rows/list.rows.js';
import { memoryRows } from './rows/memory.rows.js';
import { presignRows } from './rows/presign.rows.js';
import { scanRows } from './rows/scan.rows.js';
import { requestRows } from './rows/request.rows.js';
import { bootRows, embeddedStartRows } from './rows/start.rows.js';
import { catalogRows } from './rows/catalog.rows.js';
import { downloadRows, uploadRows } from './rows/throughput.rows.js';
import type { Row } from './row.js';

const groups: Record<string, (bench: Bench) => Promise<Row[]>> = {
  presign: presignRows,
  list: listRows,
  upload: uploadRows,
  memory: memoryRows,
  scan: scanRows,
  download: downloadRows,
  request: requestRows,
  fairness: fairnessRows,
  catalog: catalogRows,
  audit: auditRows,
  export: exportRows,
  boot: bootRows,
  'embedded-start': embeddedStartRows,
  'embedded-memory': embeddedMemoryRows,
  'embedded-large': embeddedLargeRows,
};

/** Takes as long as all the others together, so it runs where it is named. */
const onlyNamed = ['export'];

/** `npm run bench -- [--quick] [--only presign,list …] [--json FILE]`. A missed target does not fail the run. */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: {
      type: 'string',
      default: Object.keys(groups)
        .filter((name) => !onlyNamed.includes(name))
        .join(),
    },
    json: { type: 'string', default: 'bench-results.json' },
  },
});
/** `embedded` stands for all groups that begin so. */
const chosen = values.only
  .split(',')
  .flatMap((name) => (name === 'embedded' ? Object.keys(groups).filter((group) => group.startsWith(name)) : [name]));
const unknown = chosen.filter((name) => !Object.hasOwn(groups, name));
if (unknown.length > 0) throw new Error(`--only knows ${Object.keys(groups).join(', ')}; not ${unknown.join(', ')}.`);

const startedAt = new Date();
const load = loadavg()[0];
const bench = await startBench(values.quick);
const rows: Row[] = [];
try {
  for (const name of chosen) {
    process.stderr.write(`${name} …\n`);
    rows.push(...(await groups[name]!(bench)));
  }
} finally {
  await bench.stop();
}
const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
const result = { startedAt, seconds, quick: values.quick, loadBefore: load, machine: machine(), rows };
writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
const missed = rows.filter(({ met }) => met === false).length;
const { cpu, memoryGiB, node } = result.machine;
process.stdout.write(
  `${table(rows)}\n\n${missed} of ${rows.filter(({ target }) => target).length} targets missed. ` +
    `${cpu}, ${memoryGiB} GiB, Node ${node}, load ${load?.toFixed(1)} before the run, ${seconds} s. Raw numbers: ${values.json}\n`,
);
