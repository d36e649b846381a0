import type {
  ObjectLockConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  VersioningConfiguration,
} from '@aws-sdk/client-s3';
import type { CheckedBucketOptions } from '../desired/bucket.options.js';
import { bucketEncryption, bucketOwnership, bucketVersioning, publicAccessBlock } from '../desired/bucket-settings.js';
import { SettingError, type Change, type SettingId } from './setting.js';

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

/** @throws {SettingError} where the store has none */
export function planOwnership(current: OwnershipControls | undefined, { store }: CheckedBucketOptions) {
  if (!store.bucketDefaults) throw unsupported('ownership', 'object ownership');
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

/** A bucket that encrypts with a key of KMS is not brought down to S3's own. @throws {SettingError} where the store has none */
export function planEncryption(current: ServerSideEncryptionConfiguration | undefined, options: CheckedBucketOptions) {
  if (!options.store.bucketDefaults) throw unsupported('encryption', 'default encryption');
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

export function planVersioning(current: VersioningConfiguration | undefined, { store }: CheckedBucketOptions) {
  const isOn = current?.Status === 'Enabled';
  const changes: Change[] = [];
  if (!store.conditionsInVersions) {
    const message = 'Versioning is on, and this store then ignores If-None-Match: nothing is written only once.';
    if (isOn) changes.push({ severity: 'error', message, manual: true });
    return { next: current ?? {}, changes };
  }
  const state = current?.Status === 'Suspended' ? 'suspended' : 'off';
  const message = `Versioning is ${state}: an overwritten or deleted file is gone.`;
  if (!isOn) changes.push({ severity: 'warning', message });
  return { next: bucketVersioning(), changes };
}

/** Without a default retention, which would also keep what direct uploads leave behind. One that is there stays. */
export function planObjectLock(current: ObjectLockConfiguration | undefined) {
  const changes: Change[] = [];
  const message = 'Object lock is off: whoever may delete versions deletes what is on hold.';
  if (current?.ObjectLockEnabled !== 'Enabled') changes.push({ severity: 'warning', message });
  return { next: { ...current, ObjectLockEnabled: 'Enabled' as const }, changes };
}

const unsupported = (id: SettingId, what: string): SettingError =>
  new SettingError('unsupported', id, `This store has no ${what} of a bucket.`);
