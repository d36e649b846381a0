import {
  DeleteBucketCorsCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { bucketPolicy } from '../../src/bucket/desired/bucket-policy.js';
import type { corsRules } from '../../src/bucket/desired/bucket-settings.js';
import { bucketOptionsOf, checkBucket } from '../../src/bucket/apply/check-bucket.js';
import type { PolicyStatement } from '../../src/bucket/desired/policy-document.js';
import { provision } from '../../src/bucket/apply/provision.js';
import { bucket as Bucket, rules, startBucket } from './bucket.kit.js';

export const yes = { confirm: async () => true };

/** A bucket to spoil and check; `reset` provisions it anew. */
export async function startCheckedBucket() {
  const { settings, client, raw, ...started } = await startBucket();
  const reset = async () => {
    // What provisioning would rightly leave alone.
    await raw.send(new DeleteBucketLifecycleCommand({ Bucket }));
    await raw.send(new DeleteBucketPolicyCommand({ Bucket }));
    await raw.send(new DeleteBucketCorsCommand({ Bucket }));
    await provision(settings, client, rules, yes);
  };
  const ids = async () => (await checkBucket(settings, client, rules)).findings.map(({ id }) => id);
  const statements = (change: (all: PolicyStatement[]) => PolicyStatement[]) => {
    const policy = bucketPolicy(bucketOptionsOf(settings, rules));
    return new PutBucketPolicyCommand({
      Bucket,
      Policy: JSON.stringify({ ...policy, Statement: change(policy.Statement) }),
    });
  };
  return { ...started, settings, client, raw, reset, ids, statements };
}

export const cors = (...CORSRules: ReturnType<typeof corsRules>) =>
  new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } });

export const allowed = (Principal: PolicyStatement['Principal']): PolicyStatement => ({
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal,
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${Bucket}/x/*`,
});
