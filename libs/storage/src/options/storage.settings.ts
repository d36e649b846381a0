import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { StorageError } from '../storage.error.js';
import { closuresFreshMs, defaultAttempts, defaultTimeouts } from '../storage.policy.js';
import type { TelemetryOptions } from '../telemetry/telemetry.js';
import type { AuditOptions } from './audit.options.js';
import type { JournalOptions } from './journal.options.js';
import { mistakesIn } from './option-mistakes.js';
import { isRecord, unknownOptions } from './option-names.js';
import { storeOf, type StoreSettings } from './store-presets.js';
import type { Limits, StaticCredentials, StorageModuleOptions, TenantRole, Timeouts } from './storage.options.js';

/** Options with every default filled in: what the rest of the module reads. */
export interface StorageSettings extends Omit<
  Required<StorageModuleOptions>,
  | 'endpoint'
  | 'publicEndpoint'
  | 'credentials'
  | 'expectedBucketOwner'
  | 'tenantRole'
  | 'store'
  | 'telemetry'
  | 'audit'
  | 'journal'
> {
  endpoint?: string;
  publicEndpoint?: string;
  credentials?: StaticCredentials | AwsCredentialIdentityProvider;
  expectedBucketOwner?: string;
  tenantRole?: TenantRole;
  audit?: AuditOptions;
  journal?: JournalOptions;
  telemetry?: TelemetryOptions;
  timeouts: Timeouts;
  limits: Limits;
  store: StoreSettings;
}

const defaultLimits: Limits = { downloadsAtOnce: 256, downloadsPerOrg: 64, uploadsPerUser: 16, uploadsPerOrg: 64 };

/** Fills in the defaults and checks every option. Throws one `misconfigured` error that names each mistake with its fix. */
export function storageSettings(options: StorageModuleOptions): StorageSettings {
  if (!isRecord(options)) {
    throw new StorageError(
      'misconfigured',
      `StorageModule options are ${String(options)}: does useFactory return them?`,
    );
  }
  const mistakes = [...unknownOptions(options), ...mistakesIn(options)];
  if (mistakes.length > 0) {
    throw new StorageError('misconfigured', `StorageModule options: ${mistakes.join(' ')}`);
  }
  const store = storeOf(options.store);
  return {
    forcePathStyle: options.endpoint !== undefined,
    encryption: store.encryption ? 'AES256' : 'none',
    acl: store.acl ? 'private' : 'none',
    checksums: 'when-required',
    maxAttempts: defaultAttempts,
    maxSockets: 100,
    orgOf: (request: { user?: { org_id?: unknown } }) => request.user?.org_id,
    tokenSecrets: [],
    uploadMethod: store.postPolicy ? 'POST' : 'PUT',
    stableUrlSeconds: 0,
    accept: {},
    orgControl: true,
    orgControlFreshMs: closuresFreshMs,
    gates: [],
    bucketRules: {},
    checkBucketOnBoot: 'off',
    ...definedOnly(options),
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    limits: limitsOf(options.limits),
    store,
  };
}

/** A bound for all that is set alone bounds each organisation too. */
function limitsOf(given: Partial<Limits> = {}): Limits {
  const limits = { ...defaultLimits, ...definedOnly({ ...given }) };
  return { ...limits, downloadsPerOrg: Math.min(limits.downloadsPerOrg, limits.downloadsAtOnce) };
}

const definedOnly = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
