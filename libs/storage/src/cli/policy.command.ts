import { bucketPolicy } from '../bucket/bucket-policy.js';
import { bucketSettings } from '../bucket/bucket-settings.js';
import { bucketOptionsOf } from '../bucket/check-bucket.js';
import { appPolicy, archiverPolicy, tenantRolePolicy, tenantTrustPolicy } from '../bucket/iam-policies.js';
import type { Arguments } from './flags.js';
import { rulesFrom, settingsFrom } from './inputs.js';
import { UsageError, type ExitCode, type Io } from './io.js';

/** Prints one of the documents as the S3, IAM or STS API takes it. */
export async function policyCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const { tenantRole, ...settings } = settingsFrom(args, io.env, { offline: true });
  const options = bucketOptionsOf({ ...settings, tenantRole }, rulesFrom(args));
  const documents: Record<string, () => unknown> = {
    bucket: () => bucketPolicy(options),
    ...Object.fromEntries(Object.entries(bucketSettings(options)).map(([name, setting]) => [name, () => setting])),
    'iam-app': () => appPolicy(options),
    'iam-tenant': () => tenantRolePolicy(options, tenantRole),
    'iam-archiver': () => archiverPolicy(options, tenantRole),
    trust: () => tenantTrustPolicy(args.required('app-role-arn')),
  };
  const [what = 'bucket', ...more] = args.rest;
  const document = documents[what];
  if (!document || more.length > 0) throw new UsageError(`policy prints one of ${Object.keys(documents).join(', ')}.`);
  io.out(JSON.stringify(document() ?? {}, null, 2));
  return 0;
}
