import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { BucketRules } from '../../src/bucket/desired/bucket.options.js';
import type { PolicyDocument } from '../../src/bucket/desired/policy-document.js';
import { provision, type ProvisionOptions } from '../../src/bucket/apply/provision.js';
import { bucket as Bucket, rules, startBucket } from './bucket.kit.js';

export type Provisioning = Awaited<ReturnType<typeof startProvisioning>>;

/** A bucket to provision, with what was asked on the way. Other `settings` and another `client` may be put in. */
export async function startProvisioning() {
  const started = await startBucket();
  const on = { ...started, asked: [] as string[], run, policyNow, close };

  function run(options: Partial<ProvisionOptions> = {}, more: BucketRules = {}, answer = true) {
    const confirm = async (id: string) => {
      on.asked.push(id);
      return answer;
    };
    return provision(on.settings, on.client, { ...rules, ...more }, { confirm, ...options });
  }

  async function policyNow(): Promise<PolicyDocument> {
    return JSON.parse((await on.raw.send(new GetBucketPolicyCommand({ Bucket }))).Policy!) as PolicyDocument;
  }

  async function close(): Promise<void> {
    on.client.destroy();
    await started.close();
  }

  return on;
}

export const outcomes = async (steps: ReturnType<Provisioning['run']>) =>
  (await steps).map(({ id, outcome }) => `${id} ${outcome}`);
