import type { S3Client } from '@aws-sdk/client-s3';
import { GetObjectLockConfigurationCommand } from '../../s3/sdk.cjs';
import type { StorageSettings } from '../../storage.settings.js';

/** Whether a bucket keeps every new object by Object Lock. Where it cannot be read, there is most likely none: few stores have Object Lock, and few buckets. */
export async function keepsObjects(
  { bucket: Bucket, expectedBucketOwner }: StorageSettings,
  main: S3Client,
): Promise<boolean> {
  const get = new GetObjectLockConfigurationCommand({ Bucket, ExpectedBucketOwner: expectedBucketOwner });
  return main.send(get).then(
    ({ ObjectLockConfiguration }) => ObjectLockConfiguration?.Rule?.DefaultRetention !== undefined,
    () => false,
  );
}
