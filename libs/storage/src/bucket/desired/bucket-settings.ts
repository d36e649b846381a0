import type {
  CORSRule,
  LifecycleRule,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  VersioningConfiguration,
} from '@aws-sdk/client-s3';
import { allAreas } from '../../keys/areas.js';
import { onlyAsTheFirst, protectionHeaders, sha256Header } from '../../store/writing/write-headers.js';
import { hasKeys } from '../../options/encryption.js';
import { storeOf } from '../../options/store-presets.js';
import { checkedBucketOptions, type BucketOptions } from './bucket.options.js';

/** Rules that this module wrote are known by how their id begins. */
export const ruleIdPrefix = 'nest-tenant-storage-';

/** Everything a ticket can ask a browser to send; a browser asks for permission for each of them. */
const ticketHeaders = [
  'content-type',
  'range',
  ...Object.keys(onlyAsTheFirst.headers),
  ...protectionHeaders,
  sha256Header,
];

/** Multipart uploads need to read `ETag`, players need the ranges. */
const answerHeaders = [
  'ETag',
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'Content-Type',
  'Last-Modified',
  'Location',
  sha256Header,
  'x-amz-request-id',
  'x-amz-version-id',
];

/** What the pages at `appOrigins` may do; no rules without them. Signatures decide the rest. */
export function corsRules({ appOrigins = [] }: Pick<BucketOptions, 'appOrigins'>): CORSRule[] {
  if (appOrigins.length === 0) return [];
  return [
    {
      ID: `${ruleIdPrefix}web`,
      AllowedOrigins: [...appOrigins],
      AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      AllowedHeaders: ticketHeaders,
      ExposeHeaders: answerHeaders,
      MaxAgeSeconds: 600,
    },
  ];
}

/** How the keys of organisations begin: their ids are whole numbers above 0. */
const firstDigits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * What nobody will ever ask for again: direct uploads that were not completed, parts that were left behind, versions that
 * were replaced. Days are counted to the next midnight UTC. What is in `audit-archive/` stays, every version of it: a rule
 * has a prefix and no exception, so the rules reach the areas one by one.
 */
export function lifecycleRules(options: Pick<BucketOptions, 'noncurrentDays'> = {}): LifecycleRule[] {
  const { noncurrentDays = 90 } = options;
  return [
    ...allAreas.flatMap(({ root, daysKept }) => (daysKept === undefined ? [] : [passing(root, daysKept)])),
    rule('incomplete', '', { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
    ...allAreas
      .filter(({ oldVersions, daysKept }) => oldVersions === 'removed' && daysKept === undefined)
      .flatMap(({ root }) => (root === '' ? firstDigits : [root]))
      .map((prefix) =>
        rule(`noncurrent-${nameIn(prefix)}`, prefix, {
          Expiration: { ExpiredObjectDeleteMarker: true },
          NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays },
        }),
      ),
  ];
}

/** An area where nothing stays. */
const passing = (root: string, days: number): LifecycleRule =>
  rule(nameIn(root), root, { Expiration: { Days: days }, NoncurrentVersionExpiration: { NoncurrentDays: days } });

const rule = (name: string, Prefix: string, does: Omit<LifecycleRule, 'Status'>): LifecycleRule => ({
  ID: ruleIdPrefix + name,
  Status: 'Enabled',
  Filter: { Prefix },
  ...does,
});

const nameIn = (prefix: string): string => prefix.replace(/\/$/, '');

/** For writes that ask for nothing; absent where the store has no encryption. */
export function bucketEncryption(
  options: Pick<BucketOptions, 'encryption'> = {},
): ServerSideEncryptionConfiguration | undefined {
  const { encryption = 'AES256' } = options;
  if (encryption === 'none') return undefined;
  const kms = typeof encryption === 'object' && !hasKeys(encryption) && { KMSMasterKeyID: encryption.kmsKeyId };
  return {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: kms ? { SSEAlgorithm: 'aws:kms', ...kms } : { SSEAlgorithm: 'AES256' },
        // One request to KMS for many objects, in place of one for each.
        BucketKeyEnabled: typeof encryption === 'object',
      },
    ],
  };
}

/** All four: no ACL and no policy can ever make anything here public. Presigned URLs are not affected. */
export const publicAccessBlock = (options: Pick<BucketOptions, 'store'> = {}): PublicAccessBlockConfiguration => ({
  BlockPublicAcls: storeOf(options.store).blockPublicAcls,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
});

/** ACLs are switched off: the bucket's owner owns every object. */
export const bucketOwnership = (): OwnershipControls => ({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });

/** So that what was overwritten or deleted by mistake can be brought back, until lifecycle takes it. */
export const bucketVersioning = (): VersioningConfiguration => ({ Status: 'Enabled' });

/** Every setting as JSON that `aws s3api put-bucket-…` takes. @throws {StorageError} `misconfigured` */
export function bucketSettings(options: BucketOptions) {
  const checked = checkedBucketOptions(options);
  return {
    cors: { CORSRules: corsRules(checked) },
    lifecycle: { Rules: lifecycleRules(checked) },
    encryption: bucketEncryption(checked),
    'public-access': publicAccessBlock(checked),
    ownership: bucketOwnership(),
    versioning: bucketVersioning(),
  };
}
