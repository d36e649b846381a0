import type { S3Client } from '@aws-sdk/client-s3';
import { GetBucketVersioningCommand, GetObjectLockConfigurationCommand } from '../client/sdk.cjs';

/** What a bucket keeps by its settings; `unknown` where they cannot be read. */
export interface BucketKeeping {
  versions: 'on' | 'off' | 'unknown';
  objectLock: 'on' | 'off' | 'unknown';
}

interface Bucket {
  Bucket: string;
  ExpectedBucketOwner?: string;
}

export async function bucketKeeping(client: S3Client, bucket: Bucket): Promise<BucketKeeping> {
  const [versions, objectLock] = await Promise.all([
    client.send(new GetBucketVersioningCommand(bucket)).then(
      ({ Status }) => (Status === 'Enabled' ? 'on' : 'off'),
      () => 'unknown' as const,
    ),
    client.send(new GetObjectLockConfigurationCommand(bucket)).then(
      ({ ObjectLockConfiguration }) => (ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled' ? 'on' : 'off'),
      (error: { $metadata?: { httpStatusCode?: number } }) =>
        error.$metadata?.httpStatusCode === 404 ? ('off' as const) : ('unknown' as const),
    ),
  ]);
  return { versions, objectLock };
}
