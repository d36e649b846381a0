import type { S3Client } from '@aws-sdk/client-s3';
import type { StorageModuleOptions } from '../options/storage.options.js';
import { differencesOf, type StoreCapabilities, type StoreSettings } from '../options/store-presets.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { checkedBucketOptions, type BucketRules } from './desired/bucket.options.js';
import { bucketOptionsOf, checkBucket, type BucketReport } from './apply/check-bucket.js';
import { runProbes, type ProbeOptions, type ProbeReport } from './probes/run-probes.js';

export interface Difference {
  capability: keyof StoreCapabilities;
  told: boolean;
  seen: boolean;
}

export interface DoctorReport extends BucketReport {
  bucket: string;
  endpoint: string;
  /** Empty when the probes were left out, or the module does not work here at all. */
  guards: ProbeReport['guards'];
  /** What the store can do: as measured, and as the module was told where nothing was. */
  store: StoreSettings;
  /** Where that is not what the module was told: a guard it would claim wrongly, or one that it does without. */
  differences: Difference[];
  /** The option with which the module knows this store; none where its default says the same. */
  options: Pick<StorageModuleOptions, 'store'>;
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
  const nothing: ProbeReport = { guards: [], findings: [], store: settings.store };
  const checked = checkedBucketOptions(bucketOptionsOf(settings, rules));
  const probed = probes && isThere ? await runProbes(settings, client, checked, options) : nothing;
  const all = [...findings, ...probed.findings];
  const { store } = probed;
  return {
    ok: all.every(({ severity }) => severity !== 'error'),
    bucket: settings.bucket,
    endpoint: settings.publicEndpoint ?? settings.endpoint ?? `Amazon S3, ${settings.region}`,
    findings: all,
    guards: probed.guards,
    store,
    differences: differencesBetween(settings.store, store),
    options: optionFor(store),
  };
}

function differencesBetween({ like: _like, ...told }: StoreSettings, seen: StoreSettings): Difference[] {
  const names = Object.keys(told) as (keyof StoreCapabilities)[];
  return names
    .filter((capability) => told[capability] !== seen[capability])
    .map((capability) => ({ capability, told: told[capability], seen: seen[capability] }));
}

function optionFor(store: StoreSettings): Pick<StorageModuleOptions, 'store'> {
  const different = differencesOf(store);
  if (Object.keys(different).length > 0) return { store: { like: store.like, ...different } };
  return store.like === 'aws' ? {} : { store: store.like };
}
