import { bucketPolicy } from '../../bucket/desired/bucket-policy.js';
import type { BucketOptions } from '../../bucket/desired/bucket.options.js';
import { bucketSettings } from '../../bucket/desired/bucket-settings.js';
import { bucketOptionsOf } from '../../bucket/apply/check-bucket.js';
import { guardDutyPolicy, guardDutyTrust } from '../../bucket/desired/guardduty.js';
import {
  appPolicy,
  archiverPolicy,
  officerPolicy,
  tenantRolePolicy,
  tenantTrustPolicy,
} from '../../bucket/desired/iam-policies.js';
import { importPolicy, movePolicy } from '../../bucket/desired/moving-policies.js';
import type { Arguments } from '../arguments.js';
import { otherSettings, rulesFrom, settingsFrom } from '../inputs.js';
import { UsageError, type ExitCode, type Io } from '../io.js';

/** Prints one of the documents as the S3, IAM or STS API takes it. */
export async function policyCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const { tenantRole, ...settings } = settingsFrom(args, io.env, { offline: true });
  const archiveRetention = args.whole('retention-days') !== undefined;
  const options = { ...bucketOptionsOf({ ...settings, tenantRole }, rulesFrom(args)), archiveRetention };
  const documents: Record<string, () => unknown> = {
    bucket: () => bucketPolicy(options),
    ...Object.fromEntries(Object.entries(bucketSettings(options)).map(([name, setting]) => [name, () => setting])),
    'iam-app': () => appPolicy(options),
    'iam-tenant': () => tenantRolePolicy(options, tenantRole),
    'iam-officer': () => officerPolicy(options),
    'iam-import': () => importPolicy(options),
    'iam-move': () => movePolicy(options, optionsThere(args, io)),
    'iam-archiver': () => archiverPolicy(options, tenantRole),
    'iam-guardduty': () => guardDutyPolicy(options),
    'trust-guardduty': () => guardDutyTrust(),
    trust: () => tenantTrustPolicy(args.required('app-role-arn')),
  };
  const [what = 'bucket', ...more] = args.rest;
  const document = documents[what];
  if (!document || more.length > 0) throw new UsageError(`policy prints one of ${Object.keys(documents).join(', ')}.`);
  io.out(JSON.stringify(document() ?? {}, null, 2));
  return 0;
}

/** Of the bucket that `move` writes. */
function optionsThere(args: Arguments, io: Io): BucketOptions {
  const there = otherSettings(args, io.env, args.required('to-bucket'), { offline: true });
  const kmsKeyId = args.text('to-kms-key');
  return { ...bucketOptionsOf(there), ...(kmsKeyId !== undefined && { encryption: { kmsKeyId } }) };
}
