import type { S3Client } from '@aws-sdk/client-s3';
import type { StoreCapabilities, StoreSettings } from '../../options/store-presets.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import type { CheckedBucketOptions } from '../desired/bucket.options.js';
import type { Finding } from '../apply/check-bucket.js';
import { archiveGuards } from './guards/archive-guards.js';
import { browserGuards } from './guards/browser-guards.js';
import { cleanUp } from './clean-up.js';
import { conditionGuards } from './guards/condition-guards.js';
import { formGuards } from './guards/form-guards.js';
import { unclear, type Guard, type Outcome, type Verdict } from './guards/guard.js';
import { holdGuards } from './guards/hold-guards.js';
import { integrityGuards } from './guards/integrity-guards.js';
import { ProbeBench, reservedOrg } from './probe-bench.js';
import { roundTrip } from './round-trip.js';
import { tenantGuards } from './guards/tenant-guards.js';
import { uploadGuards } from './guards/upload-guards.js';
import { urlGuards } from './guards/url-guards.js';

export const guards: readonly Guard[] = [
  ...urlGuards,
  ...uploadGuards,
  ...formGuards,
  ...conditionGuards,
  ...integrityGuards,
  ...archiveGuards,
  ...holdGuards,
  ...browserGuards,
  ...tenantGuards,
];

export interface GuardReport {
  id: string;
  title: string;
  verdict: Verdict;
  detail: string;
  capability?: keyof StoreCapabilities;
}

export interface ProbeReport {
  guards: GuardReport[];
  findings: Finding[];
  /** As measured; as declared where nothing was measured. */
  store: StoreSettings;
}

export interface ProbeOptions {
  /** Ends the run early; what it wrote is removed all the same. */
  signal?: AbortSignal;
  onProgress?(done: number, of: number, title: string): void;
}

/** Sends every bad request to the store and says which of them it refuses. Leaves nothing behind. */
export async function runProbes(
  settings: StorageSettings,
  client: S3Client,
  options: CheckedBucketOptions,
  { signal, onProgress }: ProbeOptions = {},
): Promise<ProbeReport> {
  const opened = await ProbeBench.open(settings, client, signal);
  const reports: GuardReport[] = [];
  const findings: Finding[] = [];
  try {
    onProgress?.(0, guards.length, 'What the module does all day');
    const { bench, findings: first } = opened.lock.keepsObjects ? kept(opened) : await roundTrip(opened);
    findings.push(...first);
    for (const [index, guard] of bench ? guards.entries() : []) {
      signal?.throwIfAborted();
      onProgress?.(index + 1, guards.length, guard.title);
      const { id, title, capability } = guard;
      reports.push({ id, title, ...(await outcomeOf(guard, bench!, options)), ...(capability && { capability }) });
    }
    bench?.close();
  } finally {
    const left = await cleanUp(opened);
    opened.close();
    if (left.length > 0) {
      const message = `${left.length} throw-away objects of organisation ${reservedOrg} could not be removed.`;
      const fix = `Allow s3:DeleteObject, or remove them: ${left.join(', ')}`;
      findings.push({ id: 'clean-up', severity: 'warning', message, fix });
    }
  }
  const store = measured(reports, settings.store);
  findings.push(...reports.flatMap((report) => findingOf(report, settings) ?? []));
  return { guards: reports, findings, store };
}

/** What the probes write could not be removed from a bucket that keeps everything, so most of them are left out. */
function kept(bench: ProbeBench): { bench: ProbeBench; findings: Finding[] } {
  const message = 'The bucket keeps every new object for a time (Object Lock), so that most probes are left out.';
  const fix = 'Try them in a bucket of the same settings without a default retention.';
  return { bench, findings: [{ id: 'retention', severity: 'warning', message, fix }] };
}

async function outcomeOf(guard: Guard, bench: ProbeBench, options: CheckedBucketOptions): Promise<Outcome> {
  if (bench.lock.keepsObjects && !guard.leavesNothing) {
    return { verdict: 'skipped', detail: 'What it writes could not be removed here (Object Lock).' };
  }
  const reason = guard.skip?.(bench, options);
  if (reason) return { verdict: 'skipped', detail: reason };
  try {
    return await guard.probe(bench, options);
  } catch (error) {
    return unclear(`The probe failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function measured(reports: GuardReport[], declared: StoreSettings): StoreSettings {
  const entries = Object.entries(declared).map(([capability, value]) => {
    const verdicts = reports.filter((report) => report.capability === capability).map(({ verdict }) => verdict);
    if (verdicts.includes('missing') || verdicts.includes('unsupported')) return [capability, false];
    return [capability, verdicts.includes('enforced') && !verdicts.includes('unclear') ? true : value];
  });
  return Object.fromEntries(entries) as StoreSettings;
}

function findingOf(report: GuardReport, settings: StorageSettings): Finding | undefined {
  const { id, title, verdict, detail, capability } = report;
  if (verdict === 'enforced' || verdict === 'skipped') return undefined;
  const message = `${title}: ${detail}`;
  if (verdict === 'unclear') {
    return {
      id: `guard:${id}`,
      severity: 'warning',
      message,
      fix: 'Look at what the store answered, and run it again.',
    };
  }
  const { severity = 'error', fix } = guards.find((guard) => guard.id === id)!;
  if (!capability) return { id: `guard:${id}`, severity, message, fix };
  // Known and lived with.
  if (!settings.store[capability]) return undefined;
  const needsRole = capability === 'refusesUnsignedHeaders' && !settings.tenantRole;
  const also = needsRole ? ' and give it a tenantRole, without which it refuses direct uploads here' : '';
  return {
    id: `guard:${id}`,
    severity,
    message,
    fix: `Tell the module: store: { like: '${settings.store.like}', ${capability}: false }${also}.`,
  };
}
