import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { existsSync, statfsSync } from 'node:fs';
import { Meter } from './meter.js';
import { serve } from './remote.js';

// Its files are in memory where there is room: a disk is not what is measured, and disturbs what is.
const memory = '/dev/shm';
if (existsSync(memory) && freeBytes(memory) > 4 * 2 ** 30) process.env['TMPDIR'] = memory;

/** The store, in a process of its own. */
const before = performance.now();
const s3 = await startEmbeddedS3({ buckets: ['bench'] });
const startMs = performance.now() - before;
const meter = new Meter();

serve(
  {
    store: () => ({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, bucket: 'bench' }),
    startMs: () => startMs,
    meter: () => meter.start(),
    reading: () => meter.stop(),
    delay: ({ operations, delayMs }: { operations: readonly string[]; delayMs: number }) => {
      for (const operation of operations) s3.faults.add({ operation, action: { delayMs }, times: Infinity });
    },
    clearFaults: () => s3.faults.clear(),
  },
  () => s3.close(),
);

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
