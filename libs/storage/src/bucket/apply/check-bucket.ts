import { setMaxListeners } from 'node:events';
import type { S3Client } from '@aws-sdk/client-s3';
import type { StorageSettings } from '../../options/storage.settings.js';
import {
  checkedBucketOptions,
  type BucketOptions,
  type CheckedBucketOptions,
  type BucketRules,
} from '../desired/bucket.options.js';
import { findBucket } from './find-bucket.js';
import {
  SettingError,
  settingError,
  type BucketTarget,
  type CallOptions,
  type Change,
  type Setting,
  type SettingId,
  type Severity,
} from './setting.js';
import { settingsFor } from './settings.js';

export interface Finding {
  /** What it is about, and which part of it: `policy:DenyOldTls`, `public-access:BlockPublicAcls`, `cors`. Stable. */
  id: string;
  severity: Severity;
  message: string;
  fix: string;
}

export interface BucketReport {
  /** No finding is an error. */
  ok: boolean;
  findings: Finding[];
}

export interface CheckOptions {
  /** Milliseconds for all of it. Default 5,000. */
  timeoutMs?: number;
}

/** The bucket's side of the module's own options. */
export function bucketOptionsOf(settings: StorageSettings, rules: BucketRules = {}): BucketOptions {
  const { bucket, encryption, acl, tenantRole, endpoint, region, store, audit } = settings;
  return {
    bucket,
    encryption,
    acl,
    store,
    archiveRetention: audit?.retention !== undefined,
    tenantRoleArn: tenantRole?.roleArn,
    archiverRoleArns: tenantRole?.archiverRoleArn ? [tenantRole.archiverRoleArn] : [],
    requireTls: !endpoint?.startsWith('http:'),
    partition: region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws',
    ...rules,
  };
}

export const bucketTarget = ({ bucket, expectedBucketOwner }: StorageSettings): BucketTarget => ({
  Bucket: bucket,
  ...(expectedBucketOwner && { ExpectedBucketOwner: expectedBucketOwner }),
});

/**
 * Reads every setting of the bucket and says what differs from what the module needs. Changes nothing and touches no
 * object. Never throws for what the store answers: what cannot be read is a finding too.
 *
 * @throws {StorageError} `misconfigured`, for rules that contradict themselves
 */
export async function checkBucket(
  settings: StorageSettings,
  client: S3Client,
  rules: BucketRules = settings.bucketRules,
  { timeoutMs = 5_000 }: CheckOptions = {},
): Promise<BucketReport> {
  const options = checkedBucketOptions(bucketOptionsOf(settings, rules));
  const cancel = new AbortController();
  // All settings are read at once, and each call listens until it ends: more than Node takes for a leak.
  setMaxListeners(Infinity, cancel.signal);
  let timer: NodeJS.Timeout | undefined;
  // Cancelling does not reach a provider of credentials, so whoever waits is let go in any case.
  const late = new Promise<BucketReport>((resolve) => {
    timer = setTimeout(() => {
      cancel.abort();
      const message = `There was no answer within ${timeoutMs} ms, from the store or whoever brings the credentials.`;
      resolve(report([unreadable('bucket', new SettingError('failed', 'bucket', message))]));
    }, timeoutMs);
  });
  try {
    return await Promise.race([inspectAll(settings, client, options, { abortSignal: cancel.signal }), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function inspectAll(
  settings: StorageSettings,
  client: S3Client,
  options: CheckedBucketOptions,
  call: CallOptions,
): Promise<BucketReport> {
  const target = bucketTarget(settings);
  const missing = await findBucket(client, target, call);
  // Who may work on prefixes only may not ask for the whole bucket, and can still read its settings.
  if (missing && missing.kind !== 'forbidden') return report([unreadable('bucket', missing)]);
  const inspect = async (setting: Setting): Promise<Finding[]> => {
    try {
      const { id, changes } = await setting.inspect(client, target, options, call);
      return changes.map((change) => findingOf(id, change));
    } catch (error) {
      return [unreadable(setting.id, error)];
    }
  };
  const findings = (await Promise.all(settingsFor(options).map(inspect))).flat();
  // Wrong keys are one trouble, not one for each setting.
  const keys = findings.find(({ id }) => id.endsWith(':credentials'));
  return report(keys ? [{ ...keys, id: 'bucket:credentials' }] : findings);
}

const report = (findings: Finding[]): BucketReport => ({
  ok: findings.every(({ severity }) => severity !== 'error'),
  findings,
});

function findingOf(id: SettingId, { part, severity, message, manual }: Change): Finding {
  const fix = manual ? 'Look at it and decide.' : `Run: nest-tenant-storage provision`;
  return { id: part ? `${id}:${part}` : id, severity, message, fix };
}

function unreadable(id: SettingId | 'bucket', error: unknown): Finding {
  const failure = settingError(error, id, `reading ${id}`);
  const fixes: Record<SettingError['kind'], string> = {
    credentials: 'Check the keys, the session and the clock of this machine.',
    'no-credentials': 'Set one of them.',
    region: 'Set the region that it names: --region, or the option region.',
    forbidden: 'Allow the action for these credentials: nest-tenant-storage policy iam-app prints a policy.',
    unsupported: 'Do not rely on it here.',
    'no-bucket': 'Check bucket and region, or run: nest-tenant-storage provision --create',
    failed: 'Check endpoint, region and network.',
  };
  const severity = failure.kind === 'unsupported' ? 'warning' : 'error';
  return { id: `${id}:${failure.kind}`, severity, message: failure.message, fix: fixes[failure.kind] };
}
