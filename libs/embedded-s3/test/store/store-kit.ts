import type { ObjectVersion, Segment } from '../../src/store/records.js';
import { systemDisk, type Disk } from '../../src/store/disk.js';
import { Store } from '../../src/store/store.js';

export async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

export const record = (key: string, segment?: Segment): ObjectVersion => ({
  key,
  versionId: 'null',
  lastModified: 0,
  size: segment?.size ?? 0,
  etag: '',
  segments: segment ? [segment] : [],
  headers: {},
  metadata: {},
  tags: {},
  encryption: { algorithm: 'AES256' },
  storageClass: 'STANDARD',
  acl: 'private',
});

export async function openWithBucket(dir: string, disk?: Disk): Promise<Store> {
  const store = await Store.open(dir, disk);
  if (!store.findBucket('b')) {
    store.commit({ type: 'bucket', bucket: { name: 'b', createdAt: 0, objectLock: false, config: {} } });
  }
  return store;
}

export async function put(store: Store, key: string, text: string): Promise<void> {
  const segment = await store.data.write(chunks(text));
  try {
    store.commit({ type: 'version', bucket: 'b', version: record(key, segment) });
  } finally {
    store.data.release([segment]);
  }
}

export async function content(store: Store, key: string): Promise<string> {
  const version = store.objects('b').current(key);
  const parts: Buffer[] = [];
  for await (const part of store.data.read(version?.segments ?? [], 0, (version?.size ?? 0) - 1))
    parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

export const keysOf = (store: Store): string[] => [...store.objects('b').keysFrom('')];

/** A disk with room for so many bytes, which takes what fits and refuses the rest, as systems do. */
export class SmallDisk implements Disk {
  constructor(public room: number) {}

  writeSync(fd: number, chunks: readonly Buffer[], position?: number): number {
    const fitting = this.take(chunks);
    return systemDisk.writeSync(fd, [fitting], position);
  }

  async write(fd: number, chunks: readonly Buffer[]): Promise<number> {
    return systemDisk.write(fd, [this.take(chunks)]);
  }

  private take(chunks: readonly Buffer[]): Buffer {
    const bytes = Buffer.concat(chunks);
    if (bytes.length > 0 && this.room === 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const fitting = bytes.subarray(0, this.room);
    this.room -= fitting.length;
    return fitting;
  }
}
