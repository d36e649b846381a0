import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { startEmbeddedS3, type EmbeddedS3, type EmbeddedS3Options } from '@nest-tenant-storage/embedded-s3';
import { randomBytes } from 'node:crypto';
import type { StorageModuleOptions } from '../storage.options.js';

/** A store for tests: an embedded S3 server with an empty bucket, and options that lead `StorageModule` to it. */
export interface TestStorage {
  /** For `StorageModule.forRoot`. */
  options: StorageModuleOptions;
  s3: EmbeddedS3;
  bucket: string;
  /** An unguarded client with the account's own keys, to look and reach behind the module's back. */
  raw: S3Client;
  /** Everything in the bucket: keys of objects, and of multipart uploads still open. */
  contents(): Promise<{ keys: string[]; openUploads: string[] }>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

export interface TestStorageOptions {
  embedded?: EmbeddedS3Options;
  /** Laid over the options that lead to the store. */
  storage?: Partial<StorageModuleOptions>;
}

/**
 *     const storage = await startTestStorage();
 *     const app = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
 *     // …
 *     await storage.close();
 */
export async function startTestStorage({ embedded, storage }: TestStorageOptions = {}): Promise<TestStorage> {
  const bucket = 'tenant-files';
  const s3 = await startEmbeddedS3({ ...embedded, buckets: [bucket] });
  const options: StorageModuleOptions = {
    bucket,
    region: s3.region,
    endpoint: s3.endpoint,
    credentials: s3.credentials,
    tokenSecrets: [randomBytes(32).toString('hex')],
    ...storage,
  };
  const raw = new S3Client({
    region: s3.region,
    endpoint: s3.endpoint,
    forcePathStyle: true,
    credentials: s3.credentials,
    maxAttempts: 1,
  });
  const contents = async () => {
    const { Contents = [] } = await raw.send(new ListObjectsV2Command({ Bucket: bucket }));
    const { Uploads = [] } = await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return { keys: Contents.map(({ Key }) => Key ?? ''), openUploads: Uploads.map(({ Key }) => Key ?? '') };
  };
  const empty = async () => {
    const { Uploads = [] } = await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    for (const { Key, UploadId } of Uploads) {
      await raw.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
    for (const Key of (await contents()).keys) await raw.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  };
  const close = async () => {
    raw.destroy();
    await s3.close();
  };
  return { options, s3, bucket, raw, contents, empty, close };
}
