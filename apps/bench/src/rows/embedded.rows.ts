import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Child } from '../children/remote.js';
import type { Reading } from '../children/meter.js';
import type { Bench } from '../bench.js';
import { peakRow, type Row } from '../row.js';
import { plainClient, type BenchStore } from '../store.js';

const size = 250 * 2 ** 20;

/** What one PUT and one GET of 250 MiB cost the embedded server in memory. */
export async function embeddedMemoryRows({ quick, load }: Bench): Promise<Row[]> {
  const peaks: number[] = [];
  for (let i = 0; i < (quick ? 1 : 3); i += 1) {
    const s3 = await Child.start('s3');
    const store = await s3.call<BenchStore>('store');
    const client = new S3Client({ ...plainClient(store), requestChecksumCalculation: 'WHEN_REQUIRED' });
    const object = { Bucket: store.bucket, Key: 'file-0.pdf' };
    const put = new URL(await getSignedUrl(client, new PutObjectCommand(object)));
    const get = new URL(await getSignedUrl(client, new GetObjectCommand(object)));
    const port = Number(put.port);
    await s3.call('meter');
    await load.call('uploads', {
      port,
      as: 'raw',
      path: put.pathname + put.search,
      name: 'file',
      size,
      files: 1,
      concurrency: 1,
    });
    await load.call('downloads', { port, path: get.pathname + get.search, size });
    peaks.push((await s3.call<Reading>('reading')).peakMiB);
    client.destroy();
    await s3.stop();
  }
  return [
    peakRow(
      {
        id: 'embedded-memory',
        what: 'Peak memory of the embedded server above idle, PUT and GET of 250 MiB',
        target: { atMost: 64 },
      },
      'MiB',
      { name: 'peak, MiB', values: peaks },
    ),
  ];
}
