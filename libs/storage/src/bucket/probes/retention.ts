import type { S3Client } from '@aws-sdk/client-s3';
import { GetObjectLockConfigurationCommand } from '../../store/client/sdk.cjs';
import type { StorageSettings } from '../../options/storage.settings.js';

export interface ObjectLock {
  isOn: boolean;
  /** Whether the bucket keeps every new object for a time, whoever wants to delete it. */
  keepsObjects: boolean;
}

/** Where it cannot be read, there is most likely none: few stores have Object Lock, and few buckets. */
export async function objectLockOf(
  { bucket: Bucket, expectedBucketOwner }: StorageSettings,
  main: S3Client,
): Promise<ObjectLock> {
  const get = new GetObjectLockConfigurationCommand({ Bucket, ExpectedBucketOwner: expectedBucketOwner });
  return main.send(get).then(
    ({ ObjectLockConfiguration: lock }) => ({
      isOn: lock?.ObjectLockEnabled === 'Enabled',
      keepsObjects: lock?.Rule?.DefaultRetention !== undefined,
    }),
    () => ({ isOn: false, keepsObjects: false }),
  );
}
