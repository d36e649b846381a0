import type { BucketLocationConstraint, S3Client } from '@aws-sdk/client-s3';
import { CreateBucketCommand } from '../../store/client/sdk.cjs';
import type { StorageSettings } from '../../options/storage.settings.js';
import { bucketOptionsOf, bucketTarget } from './check-bucket.js';
import { checkedBucketOptions, type BucketRules } from '../desired/bucket.options.js';
import { findBucket } from './find-bucket.js';
import { SettingError, settingError, type Change, type Setting, type SettingId, type SettingState } from './setting.js';
import { settingsFor } from './settings.js';

export interface ProvisionOptions {
  /** Makes the bucket if there is none. Default false. */
  create?: boolean;
  /** Only says what would be done. Default false. */
  dryRun?: boolean;
  /** Asked before a rule of somebody else gives way to ours. */
  confirm(id: SettingId, foreign: Change[]): Promise<boolean>;
  onStep?(step: ProvisionStep): void;
}

export interface ProvisionStep {
  id: SettingId | 'bucket';
  /** `planned` and `missing` with `dryRun` only; `declined` when `confirm` said no. */
  outcome: 'unchanged' | 'applied' | 'created' | 'planned' | 'declined' | 'unsupported' | 'failed';
  changes: Change[];
  /** The setting before and after, for a diff; absent when nothing changes. */
  before?: unknown;
  after?: unknown;
  /** Why it failed or is unsupported. */
  message?: string;
}

/**
 * Brings the bucket to what the module needs, one setting after the other; doing it again changes nothing. Nothing is
 * loosened: what is stricter than needed, or somebody else's Deny, stays. One setting that fails does not keep the others
 * from being made.
 *
 * @throws {SettingError} when there is no bucket and `create` is off, or when it cannot be made
 */
export async function provision(
  settings: StorageSettings,
  client: S3Client,
  rules: BucketRules,
  options: ProvisionOptions,
): Promise<ProvisionStep[]> {
  const checked = checkedBucketOptions(bucketOptionsOf(settings, rules));
  const target = bucketTarget(settings);
  const steps: ProvisionStep[] = [];
  const done = (step: ProvisionStep) => {
    steps.push(step);
    options.onStep?.(step);
  };
  done(await provideBucket(settings, client, options));
  for (const setting of settingsFor(checked)) {
    try {
      const state = await inspect(setting, steps[0]?.outcome === 'planned');
      done(await bring(state, options));
    } catch (error) {
      const failure = settingError(error, setting.id, `setting ${setting.id}`);
      const outcome = failure.kind === 'unsupported' ? 'unsupported' : 'failed';
      done({ id: setting.id, outcome, changes: [], message: failure.message });
    }
  }
  return steps;

  /** A bucket that is only planned has nothing to read. */
  function inspect(setting: Setting, isPlanned: boolean): Promise<SettingState> {
    return isPlanned ? setting.fresh(checked) : setting.inspect(client, target, checked);
  }
}

async function bring(state: SettingState, { dryRun, confirm }: ProvisionOptions): Promise<ProvisionStep> {
  const { id, before, after } = state;
  const changes = state.changes.filter(({ manual }) => !manual);
  if (changes.length === 0) return { id, outcome: 'unchanged', changes };
  const step = { id, changes, before, after };
  if (dryRun) return { ...step, outcome: 'planned' };
  const foreign = changes.filter((change) => change.foreign);
  if (foreign.length > 0 && !(await confirm(id, foreign))) return { ...step, outcome: 'declined' };
  await state.apply();
  return { ...step, outcome: 'applied' };
}

async function provideBucket(
  settings: StorageSettings,
  client: S3Client,
  { create, dryRun }: ProvisionOptions,
): Promise<ProvisionStep> {
  const { bucket: Bucket, region } = settings;
  const change = (message: string): Change[] => [{ severity: 'error', message }];
  const failure = await findBucket(client, bucketTarget(settings));
  if (!failure) return { id: 'bucket', outcome: 'unchanged', changes: [] };
  if (failure.kind !== 'no-bucket') throw failure;
  if (!create) throw new SettingError('no-bucket', 'bucket', `${failure.message} Use --create to make it.`);
  if (dryRun) return { id: 'bucket', outcome: 'planned', changes: change('The bucket will be made.') };
  const LocationConstraint = region as BucketLocationConstraint;
  await client
    .send(
      new CreateBucketCommand({
        Bucket,
        // The first region is the one that has no name here.
        ...(region !== 'us-east-1' && { CreateBucketConfiguration: { LocationConstraint } }),
      }),
    )
    .catch((error: unknown) => {
      throw settingError(error, 'bucket', 's3:CreateBucket');
    });
  return { id: 'bucket', outcome: 'created', changes: change('The bucket was made.') };
}
