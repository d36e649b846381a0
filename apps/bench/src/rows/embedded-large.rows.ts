import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Bench } from '../bench.js';
import { Child } from '../children/remote.js';
import { inTurns, timed } from '../repeat.js';
import { median, medianRow, ratioRow, type Row } from '../row.js';
import { plainClient, type BenchStore } from '../store.js';

const small = 1000;
const requests = 50;

/** What the number of objects costs the embedded server: its start, an insert, a page of a list, memory. */
export async function embeddedLargeRows({ quick }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const objects of quick ? [100_000] : [100_000, 1_000_000]) {
    rows.push(...(await rowsOf(objects, quick ? 3 : 9)));
  }
  return rows;
}

async function rowsOf(objects: number, repetitions: number): Promise<Row[]> {
  const [few, many] = [await Store.start(small), await Store.start(objects)];
  try {
    const { startMs, heapMiB } = many.started;
    const puts = await inTurns(repetitions, { few: () => few.puts(), many: () => many.puts() });
    const lists = await inTurns(repetitions, { few: () => few.lists(), many: () => many.lists() });
    const name = objects.toLocaleString('en');
    const id = `embedded-${objects}`;
    const seconds = { atMost: objects / 50 };
    return [
      medianRow({ id: `${id}-start`, what: `Start with ${name} objects`, target: seconds }, 'ms', series([startMs])),
      medianRow({ id: `${id}-heap`, what: `Heap with ${name} objects` }, 'MiB', series([heapMiB])),
      medianRow({ id: `${id}-put-ms`, what: `Insert with ${name} objects` }, 'ms', series(puts.many)),
      ratio(`${id}-put`, `Insert with ${name} objects against ${small.toLocaleString('en')}`, puts),
      medianRow({ id: `${id}-list-ms`, what: `List page of 500 with ${name} objects` }, 'ms', series(lists.many)),
      ratio(`${id}-list`, `List page with ${name} objects against ${small.toLocaleString('en')}`, lists),
    ];
  } finally {
    await few.stop();
    await many.stop();
  }
}

const series = (values: readonly number[]) => ({ name: 'measured', values });

const ratio = (id: string, what: string, { few, many }: Record<'few' | 'many', number[]>): Row =>
  ratioRow({ id, what, target: { atMost: 1.5 } }, { name: 'many, ms', values: many }, { name: 'few, ms', values: few });

interface Started {
  startMs: number;
  heapMiB: number;
}

class Store {
  #inserted = 0;

  private constructor(
    readonly child: Child,
    readonly client: S3Client,
    readonly started: Started,
  ) {}

  static async start(objects: number): Promise<Store> {
    const child = await Child.start('s3-large', { objects });
    const client = new S3Client(plainClient(await child.call<BenchStore>('store')));
    return new Store(child, client, await child.call<Started>('started'));
  }

  /** Median milliseconds of one, at places all over the keys. */
  puts(): Promise<number> {
    return this.#each(() => {
      const n = (this.#inserted++ * 7919) % 100_003;
      const Key = `${n % 50}/uploads/forms/${n.toString(16).padStart(5, '0')}/field_2/new.pdf`;
      return this.client.send(new PutObjectCommand({ Bucket: 'bench', Key, Body: 'x' }));
    });
  }

  lists(): Promise<number> {
    const page = new ListObjectsV2Command({ Bucket: 'bench', StartAfter: '2/uploads/forms/8', MaxKeys: 500 });
    return this.#each(() => this.client.send(page));
  }

  async #each(run: () => Promise<unknown>): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < requests; i += 1) times.push(await timed(run));
    return median(times);
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.child.stop();
  }
}
