import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { Meter } from './meter.js';
import { serve } from './remote.js';

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
  },
  () => s3.close(),
);
