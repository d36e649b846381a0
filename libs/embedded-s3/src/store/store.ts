import { mkdirSync } from 'node:fs';
import { S3Error } from '../errors/s3-error.js';
import { DataFiles } from './data-files.js';
import { systemDisk, type Disk } from './disk.js';
import { lockFolder, type FolderLock } from './folder-lock.js';
import { Journal } from './journal.js';
import { ObjectIndex } from './object-index.js';
import { partSegments, segmentsOf, type BucketRecord, type Change, type UploadRecord } from './records.js';
import { SharedValues } from './shared-values.js';

interface Bucket {
  record: BucketRecord;
  readonly objects: ObjectIndex;
}

/**
 * Everything the server remembers: records in memory, their history in a journal, bytes in data files.
 * `commit` is synchronous, so that a check and the commit after it, without an `await` between, are atomic.
 */
export class Store {
  readonly data: DataFiles;
  account?: { accessKeyId: string; secretAccessKey: string };
  private readonly journal: Journal;
  private readonly bucketsByName = new Map<string, Bucket>();
  private readonly uploadsById = new Map<string, UploadRecord>();

  private readonly shared = new SharedValues();
  private lock?: FolderLock;

  /**
   * Opens the folder, or makes it.
   * @throws FolderInUseError, before anything in it is looked at, when somebody has it open
   * @throws Error that says what to do when its journal cannot be read
   */
  static async open(dir: string, disk = systemDisk): Promise<Store> {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(dir);
    let store: Store | undefined;
    try {
      store = new Store(dir, disk);
      store.replay();
      store.lock = lock;
      return store;
    } catch (error) {
      await store?.close();
      lock.release();
      throw error;
    }
  }

  private constructor(dir: string, disk: Disk) {
    this.data = new DataFiles(dir, disk);
    this.journal = new Journal(dir, disk, () => this.snapshot());
  }

  private replay(): void {
    for (const changes of this.journal.open()) for (const change of changes) this.apply(change);
    this.data.sweep();
    for (const { objects } of this.bucketsByName.values()) objects.inOrder();
    this.journal.tidy();
  }

  buckets(): BucketRecord[] {
    return [...this.bucketsByName.values()]
      .map((bucket) => bucket.record)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  findBucket(name: string): BucketRecord | undefined {
    return this.bucketsByName.get(name)?.record;
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): BucketRecord {
    return this.open(name).record;
  }

  /** @throws S3Error NoSuchBucket */
  objects(bucket: string): ObjectIndex {
    return this.open(bucket).objects;
  }

  /** Uploads in progress, in no particular order. */
  uploads(bucket: string): UploadRecord[] {
    return [...this.uploadsById.values()].filter((upload) => upload.bucket === bucket);
  }

  findUpload(id: string): UploadRecord | undefined {
    return this.uploadsById.get(id);
  }

  /**
   * All of the changes take effect, now and after a restart, or none does.
   * @throws S3Error NoSuchBucket when a change is about an object of no known bucket
   */
  commit(...changes: readonly Change[]): void {
    for (const change of changes) if ('bucket' in change && typeof change.bucket === 'string') this.open(change.bucket);
    this.journal.append(changes);
    for (const change of changes) this.apply(change);
    this.journal.tidy();
  }

  /** Writes the history anew, without what is no longer needed. It happens by itself when there is much of that. */
  compact(): Promise<void> {
    return this.journal.compact();
  }

  /** Takes nothing more, and gives the folder free. Twice is fine. */
  async close(): Promise<void> {
    await this.journal.close();
    this.lock?.release();
  }

  private open(name: string): Bucket {
    const bucket = this.bucketsByName.get(name);
    if (!bucket) throw new S3Error('NoSuchBucket', undefined, { BucketName: name });
    return bucket;
  }

  private apply(change: Change): void {
    switch (change.type) {
      case 'account':
        this.account = { accessKeyId: change.accessKeyId, secretAccessKey: change.secretAccessKey };
        break;
      case 'bucket': {
        const known = this.bucketsByName.get(change.bucket.name);
        if (known) known.record = change.bucket;
        else this.bucketsByName.set(change.bucket.name, { record: change.bucket, objects: new ObjectIndex() });
        break;
      }
      case 'removeBucket':
        this.bucketsByName.delete(change.name);
        break;
      case 'version':
        this.data.retain(segmentsOf(change.version));
        this.data.release(segmentsOf(this.objects(change.bucket).put(this.shared.slim(change.version))));
        break;
      case 'amend':
        this.objects(change.bucket).amend(this.shared.slim(change.version));
        break;
      case 'removeVersion':
        this.data.release(segmentsOf(this.objects(change.bucket).remove(change.key, change.versionId)));
        break;
      case 'compacted':
        break;
      case 'upload':
        this.data.retain(partSegments(change.upload));
        this.uploadsById.set(change.upload.id, change.upload);
        break;
      case 'part': {
        const upload = this.uploadsById.get(change.uploadId);
        if (!upload) break;
        const before = upload.parts[change.part.number];
        this.data.retain([change.part.segment]);
        if (before) this.data.release([before.segment]);
        this.uploadsById.set(upload.id, { ...upload, parts: { ...upload.parts, [change.part.number]: change.part } });
        break;
      }
      case 'removeUpload':
        this.data.release(partSegments(this.uploadsById.get(change.uploadId)));
        this.uploadsById.delete(change.uploadId);
        break;
    }
  }

  /** Records never change, so that a list of them says what there is now, whatever comes while it is read. */
  private snapshot(): Iterable<readonly Change[]> {
    const { account } = this;
    const buckets = [...this.bucketsByName.values()].map(({ record, objects }) => ({
      record,
      versions: objects.all(),
    }));
    const uploads = [...this.uploadsById.values()];
    return (function* () {
      if (account) yield [{ type: 'account', ...account }];
      for (const { record, versions } of buckets) {
        yield [{ type: 'bucket', bucket: record }];
        for (const version of versions) yield [{ type: 'version', bucket: record.name, version }];
      }
      for (const upload of uploads) yield [{ type: 'upload', upload }];
    })();
  }
}
