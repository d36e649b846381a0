import type { S3Client } from '@aws-sdk/client-s3';
import { GetBucketVersioningCommand, HeadBucketCommand } from '../../store/client/sdk.cjs';
import { settingError, type BucketTarget, type CallOptions, type SettingError } from './setting.js';

/**
 * Why the bucket cannot be used, or undefined. An answer to HEAD has no body, hence no name of what is wrong: unless it
 * says that there is no bucket, something is read by GET for the name.
 */
export async function findBucket(
  client: S3Client,
  target: BucketTarget,
  call: CallOptions = {},
): Promise<SettingError | undefined> {
  try {
    await client.send(new HeadBucketCommand(target), call);
    return undefined;
  } catch (error) {
    const failure = settingError(error, 'bucket', 's3:ListBucket');
    if (failure.kind !== 'forbidden' && failure.kind !== 'unsupported') return failure;
    const named = await client.send(new GetBucketVersioningCommand(target), call).then(
      () => undefined,
      (second: unknown) => settingError(second, 'bucket', 's3:ListBucket'),
    );
    return named && ['credentials', 'region', 'no-bucket'].includes(named.kind) ? named : failure;
  }
}
