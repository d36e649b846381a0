import type { S3Client } from '@aws-sdk/client-s3';
import { StorageError } from '../../storage.error.js';
import { storageErrorOf } from '../client/s3-error.js';
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

/** @throws {StorageError} `misconfigured` where no call would get through: for another region, no such bucket, no credentials */
export async function bucketKeeping(client: S3Client, bucket: Bucket): Promise<BucketKeeping> {
  const unknown = (error: unknown) => {
    const meaning = storageErrorOf(error);
    if (meaning instanceof StorageError && meaning.code === 'misconfigured') throw meaning;
    return 'unknown' as const;
  };
  const [versions, objectLock] = await Promise.all([
    client
      .send(new GetBucketVersioningCommand(bucket))
      .then(({ Status }) => (Status === 'Enabled' ? 'on' : 'off'), unknown),
    client.send(new GetObjectLockConfigurationCommand(bucket)).then(
      ({ ObjectLockConfiguration }) => (ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled' ? 'on' : 'off'),
      (error: Refusal) => (isWithoutLock(error) ? ('off' as const) : unknown(error)),
    ),
  ]);
  return { versions, objectLock };
}

interface Refusal {
  name?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Stores have several words for it. */
const isWithoutLock = ({ name, $metadata }: Refusal): boolean =>
  $metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket';
