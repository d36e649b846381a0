import type {
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  VersioningConfiguration,
} from '@aws-sdk/client-s3';
import type { CheckedBucketOptions } from './bucket.options.js';
import { bucketEncryption, bucketOwnership, bucketVersioning, publicAccessBlock } from './bucket-settings.js';
import type { Change } from './setting.js';

/** A flag that is on stays on. */
export function planPublicAccess(current: PublicAccessBlockConfiguration = {}, options: CheckedBucketOptions) {
  const next = publicAccessBlock(options);
  const changes: Change[] = [];
  for (const flag of Object.keys(next) as (keyof PublicAccessBlockConfiguration)[]) {
    if (next[flag] && !current[flag]) changes.push({ part: flag, severity: 'error', message: `${flag} is off.` });
    next[flag] ||= current[flag] ?? false;
  }
  return { next, changes };
}

export function planOwnership(current: OwnershipControls | undefined) {
  const next = bucketOwnership();
  const present = current?.Rules?.[0]?.ObjectOwnership;
  const changes: Change[] = [];
  if (present !== next.Rules?.[0]?.ObjectOwnership) {
    changes.push({
      severity: 'warning',
      message: `Object ownership is ${present ?? 'not set'}: ACLs count in this bucket.`,
    });
  }
  return { next, changes };
}

/** A bucket that encrypts with a key of KMS is not brought down to S3's own. */
export function planEncryption(current: ServerSideEncryptionConfiguration | undefined, options: CheckedBucketOptions) {
  const wanted = bucketEncryption(options);
  const present = current?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  const rule = wanted?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  const isEnough =
    rule === undefined ||
    (rule.SSEAlgorithm === 'AES256'
      ? present?.SSEAlgorithm !== undefined
      : present?.SSEAlgorithm?.startsWith('aws:kms') === true && present.KMSMasterKeyID === rule.KMSMasterKeyID);
  if (isEnough || wanted === undefined) return { next: current ?? { Rules: [] }, changes: [] };
  const message = `The default encryption is ${present?.SSEAlgorithm ?? 'not set'}, not ${rule?.SSEAlgorithm}${rule?.KMSMasterKeyID ? ' with the key of the options' : ''}.`;
  return { next: wanted, changes: [{ severity: 'error', message }] satisfies Change[] };
}

export function planVersioning(current: VersioningConfiguration | undefined) {
  const isOn = current?.Status === 'Enabled';
  const message = `Versioning is ${current?.Status === 'Suspended' ? 'suspended' : 'off'}: an overwritten or deleted file is gone.`;
  const changes: Change[] = isOn ? [] : [{ severity: 'warning', message }];
  return { next: bucketVersioning(), changes };
}
