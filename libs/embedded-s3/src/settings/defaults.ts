import { xmlDocument } from '../xml/xml-writer.js';

/** Every bucket has it since January 2023. Source: S3 User Guide, "Default encryption FAQ". */
export const DEFAULT_ENCRYPTION = xmlDocument('ServerSideEncryptionConfiguration', {
  Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
});

/** New buckets have their ACLs disabled since April 2023. Source: S3 User Guide, "Controlling ownership of objects". */
export const DEFAULT_OWNERSHIP = xmlDocument('OwnershipControls', {
  Rule: { ObjectOwnership: 'BucketOwnerEnforced' },
});

/** New buckets block everything since April 2023. Source: S3 User Guide, "Blocking public access". */
export const DEFAULT_PUBLIC_ACCESS_BLOCK = xmlDocument('PublicAccessBlockConfiguration', {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
});
