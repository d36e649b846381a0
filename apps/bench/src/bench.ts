import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Child } from './children/remote.js';
import { plainClient, type BenchStore } from './store.js';

/** What the rows share: how thorough the run is, a store in a process of its own, and clients in another one. */
export interface Bench {
  /** Fewer repetitions, and smaller files where the size is not what a row is about. */
  quick: boolean;
  store: BenchStore;
  s3: Child;
  load: Child;
  empty(): Promise<void>;
}

export interface App {
  child: Child;
  port: number;
  authorization: string;
}

export async function startBench(quick: boolean): Promise<Bench & { stop(): Promise<void> }> {
  const s3 = (await Child.start('s3', {}, recommended)).standBack();
  const load = (await Child.start('load')).standBack();
  const store = await s3.call<BenchStore>('store');
  const client = new S3Client(plainClient(store));
  const stop = async () => {
    client.destroy();
    await load.stop();
    await s3.stop();
  };
  return { quick, store, s3, load, empty: () => empty(client, store.bucket), stop };
}

/** As docs/operations.md has an application started that passes files on; the store does no less. */
const recommended = ['--initial-old-space-size=128'];

/** A fresh process each time: what one row leaves behind is no part of the next. */
export async function withApp<T>(
  { store }: Bench,
  use: (app: App) => Promise<T>,
  flags: readonly string[] = recommended,
): Promise<T> {
  const child = await Child.start('app', store, flags);
  try {
    return await use({ child, ...(await child.call<Omit<App, 'child'>>('target')) });
  } finally {
    await child.stop();
  }
}

async function empty(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (Contents.length === 0) return;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
}
