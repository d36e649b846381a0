import { S3Error } from '../http/s3-error.js';
import type { BucketRecord } from '../store/records.js';
import { DEFAULT_ENCRYPTION, parseEncryption } from './encryption.js';
import {
  checkCannedAcl,
  DEFAULT_OWNERSHIP,
  isOwnership,
  ownershipDocument,
  parseOwnership,
  type ObjectOwnership,
} from './ownership.js';
import { DEFAULT_PUBLIC_ACCESS_BLOCK, parsePublicAccessBlock, type PublicAccessBlock } from './public-access.js';

/** Settings that a bucket has without anybody setting them. */
const DEFAULTS: Readonly<Record<string, string>> = {
  encryption: DEFAULT_ENCRYPTION,
  ownershipControls: DEFAULT_OWNERSHIP,
  publicAccessBlock: DEFAULT_PUBLIC_ACCESS_BLOCK,
};

/** Stands for a setting that was deleted, where one that was never made has a default. */
const REMOVED = '';

/** The document of a sub-resource; undefined when the bucket has none. */
export const settingOf = ({ config }: BucketRecord, name: string): string | undefined =>
  (config[name] ?? DEFAULTS[name]) || undefined;

export const withSetting = (bucket: BucketRecord, name: string, document: string): BucketRecord => ({
  ...bucket,
  config: { ...bucket.config, [name]: document },
});

/** Encryption cannot be removed: its default comes back. */
export function withoutSetting(bucket: BucketRecord, name: string): BucketRecord {
  const { [name]: _, ...config } = bucket.config;
  const removed = name in DEFAULTS && name !== 'encryption' ? { [name]: REMOVED } : {};
  return { ...bucket, config: { ...config, ...removed } };
}

export const encryptionOf = oncePerRecord((bucket) =>
  parseEncryption(settingOf(bucket, 'encryption') ?? DEFAULT_ENCRYPTION),
);

/** Undefined once its setting is deleted: then ACLs count. */
export const ownershipOf = oncePerRecord((bucket): ObjectOwnership | undefined => {
  const document = settingOf(bucket, 'ownershipControls');
  return document === undefined ? undefined : parseOwnership(document);
});

export const publicAccessBlockOf = oncePerRecord((bucket): PublicAccessBlock | undefined => {
  const document = settingOf(bucket, 'publicAccessBlock');
  return document === undefined ? undefined : parsePublicAccessBlock(document);
});

/** Every write asks; a changed bucket is another record. */
function oncePerRecord<T>(read: (bucket: BucketRecord) => T): (bucket: BucketRecord) => T {
  const known = new WeakMap<BucketRecord, { value: T }>();
  return (bucket) => {
    const { value } = known.get(bucket) ?? { value: read(bucket) };
    known.set(bucket, { value });
    return value;
  };
}

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
