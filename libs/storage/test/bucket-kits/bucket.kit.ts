import { S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedS3, type EmbeddedS3Options } from '@nest-tenant-storage/embedded-s3';
import type { BucketRules } from '../../src/bucket/desired/bucket.options.js';
import { createS3Client } from '../../src/store/client/s3-client.js';
import type { StorageModuleOptions } from '../../src/options/storage.options.js';
import { storageSettings } from '../../src/options/storage.settings.js';

export const bucket = 'clinic-files';
export const rules: BucketRules = { appOrigins: ['https://app.example.com'], requireTls: true };

/** A bucket without settings on a server of its own, with the module's client for it and an unguarded one. */
export async function startBucket(embedded: EmbeddedS3Options = {}, more: Partial<StorageModuleOptions> = {}) {
  const s3 = await startEmbeddedS3({ buckets: [bucket], ...embedded });
  const { region, endpoint, credentials } = s3;
  const settings = storageSettings({ bucket, region, endpoint, credentials, ...more });
  const client = createS3Client(settings);
  const raw = new S3Client({ region, endpoint, credentials, forcePathStyle: true });
  const close = async () => {
    client.destroy();
    raw.destroy();
    await s3.close();
  };
  return { s3, settings, client, raw, close };
}
