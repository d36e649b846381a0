import { S3Error } from '../errors/s3-error.js';
import { withSetting } from '../settings/bucket-settings.js';
import type { BucketRecord } from '../store/records.js';
import { checkCannedAcl, isOwnership, ownershipDocument, ownershipOf } from './ownership.js';
import { publicAccessBlockOf } from './public-access.js';

/**
 * A new bucket with the settings that CreateBucket names in its headers.
 *
 * @throws S3Error InvalidArgument for an unknown ownership; for an ACL what {@link checkCannedAcl} says
 */
export function withCreationHeaders(
  bucket: BucketRecord,
  { 'x-amz-object-ownership': ownership, 'x-amz-acl': acl }: Readonly<Record<string, string | undefined>>,
): BucketRecord {
  if (ownership !== undefined && !isOwnership(ownership))
    throw new S3Error('InvalidArgument', 'Invalid x-amz-object-ownership header', {
      ArgumentName: 'x-amz-object-ownership',
    });
  const owned =
    ownership === undefined ? bucket : withSetting(bucket, 'ownershipControls', ownershipDocument(ownership));
  if (acl === undefined) return owned;
  checkCannedAcl(acl, ownershipOf(owned), publicAccessBlockOf(owned));
  return withSetting(owned, 'acl', acl);
}
