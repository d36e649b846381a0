import { S3Error } from '../../errors/s3-error.js';
import type { S3 } from '../../s3.js';
import type { BucketRecord } from '../../store/records.js';

/** "Bucket naming rules", Amazon S3 user guide. */
const isBucketName = (name: string): boolean =>
  /^[a-z0-9](?:[a-z0-9-]|\.(?![.-])){1,61}[a-z0-9]$/.test(name) &&
  !/-\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|\.mrap)$/.test(name);

/** A bucket as it is when new. @throws S3Error InvalidBucketName */
export function createBucketRecord(s3: S3, name: string, objectLock = false): BucketRecord {
  if (!isBucketName(name)) throw new S3Error('InvalidBucketName', undefined, { BucketName: name });
  const createdAt = s3.clock.now().getTime();
  return { name, createdAt, objectLock, ...(objectLock && { versioning: 'Enabled' }), config: {} };
}
