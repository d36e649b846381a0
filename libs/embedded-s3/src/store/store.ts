import { mkdirSync } from 'node:fs';
import { S3Error } from '../http/s3-error.js';
import { DataFiles } from './data-files.js';
import { Journal } from './journal.js';
import { ObjectIndex } from './object-index.js';
import type { AnyVersion, BucketRecord, Change, Segment, UploadRecord } from './records.js';

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

  /** Opens the folder, or makes it. One process at a time may have it open. */
  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.data = new DataFiles(dir);
    this.journal = new Journal(dir);
    for (const changes of this.journal.read()) for (const change of changes) this.apply(change);
    this.data.sweep();
    this.journal.restart(this.snapshot());
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

  commit(...changes: readonly Change[]): void {
    this.journal.append(changes);
    for (const change of changes) this.apply(change);
  }

  close(): void {
    this.journal.close();
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
        this.data.release(segmentsOf(this.open(change.bucket).objects.put(change.version)));
        break;
      case 'amend':
        this.open(change.bucket).objects.amend(change.version);
        break;
      case 'removeVersion':
        this.data.release(segmentsOf(this.open(change.bucket).objects.remove(change.key, change.versionId)));
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

  private *snapshot(): Generator<readonly Change[]> {
    if (this.account) yield [{ type: 'account', ...this.account }];
    for (const { record, objects } of this.bucketsByName.values()) {
      yield [{ type: 'bucket', bucket: record }];
      for (const key of objects.keysFrom('')) {
        for (const version of objects.versions(key)) yield [{ type: 'version', bucket: record.name, version }];
      }
    }
    for (const upload of this.uploadsById.values()) yield [{ type: 'upload', upload }];
  }
}

const segmentsOf = (version: AnyVersion | undefined): readonly Segment[] =>
  version && !version.deleteMarker ? version.segments : [];

const partSegments = (upload: UploadRecord | undefined): readonly Segment[] =>
  Object.values(upload?.parts ?? {}).map((part) => part.segment);
