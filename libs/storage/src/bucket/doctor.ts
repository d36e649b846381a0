import type { S3Client } from '@aws-sdk/client-s3';
import type { StorageModuleOptions } from '../storage.options.js';
import type { StorageSettings } from '../storage.settings.js';
import { checkedBucketOptions, type BucketRules } from './bucket.options.js';
import { bucketOptionsOf, checkBucket, type BucketReport } from './check-bucket.js';
import { runProbes, type ProbeOptions, type ProbeReport } from './probes/run-probes.js';

export interface DoctorReport extends BucketReport {
  bucket: string;
  endpoint: string;
  /** Empty when the probes were left out, or the module does not work here at all. */
  guards: ProbeReport['guards'];
  capabilities: ProbeReport['capabilities'];
  /** What to add to the module's options so that it claims no guard that this store lacks. */
  options: Pick<StorageModuleOptions, 'capabilities'>;
}

export interface DoctorOptions extends ProbeOptions {
  /** Sends the bad requests too. Default true. */
  probes?: boolean;
  timeoutMs?: number;
}

/** Reads the bucket's settings, then tries what must not be possible. */
export async function diagnose(
  settings: StorageSettings,
  client: S3Client,
  rules: BucketRules = settings.bucketRules,
  { probes = true, timeoutMs = 30_000, ...options }: DoctorOptions = {},
): Promise<DoctorReport> {
  const { findings } = await checkBucket(settings, client, rules, { timeoutMs });
  const isThere = !findings.some(({ id }) => id.startsWith('bucket:'));
  const nothing: ProbeReport = { guards: [], findings: [], capabilities: settings.capabilities };
  const checked = checkedBucketOptions(bucketOptionsOf(settings, rules));
  const probed = probes && isThere ? await runProbes(settings, client, checked, options) : nothing;
  const all = [...findings, ...probed.findings];
  const { capabilities } = probed;
  const lacking = Object.entries(capabilities).filter(([, has]) => !has);
  return {
    ok: all.every(({ severity }) => severity !== 'error'),
    bucket: settings.bucket,
    endpoint: settings.publicEndpoint ?? settings.endpoint ?? `Amazon S3, ${settings.region}`,
    findings: all,
    guards: probed.guards,
    capabilities,
    options: lacking.length > 0 ? { capabilities: Object.fromEntries(lacking) } : {},
  };
}
