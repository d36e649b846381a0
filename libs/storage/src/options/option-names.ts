import type { AuditOptions } from './audit.options.js';
import type { JournalOptions } from './journal.options.js';
import type { BucketRules } from '../bucket/desired/bucket.options.js';
import type { TelemetryOptions } from '../telemetry/telemetry.js';
import type { Limits, StaticCredentials, StorageModuleOptions, TenantRole, Timeouts } from './storage.options.js';
import { storeNames, storePresets } from './store-presets.js';

/** Every name of a type, its optional ones too: a name that is forgotten here does not compile. */
type NamesOf<T> = Record<keyof Required<T>, true>;

const options: NamesOf<StorageModuleOptions> = {
  bucket: true,
  region: true,
  endpoint: true,
  publicEndpoint: true,
  forcePathStyle: true,
  credentials: true,
  encryption: true,
  acl: true,
  checksums: true,
  timeouts: true,
  maxAttempts: true,
  maxSockets: true,
  limits: true,
  accept: true,
  orgControl: true,
  orgControlFreshMs: true,
  gates: true,
  audit: true,
  journal: true,
  expectedBucketOwner: true,
  orgOf: true,
  tokenSecrets: true,
  uploadMethod: true,
  stableUrlSeconds: true,
  store: true,
  tenantRole: true,
  bucketRules: true,
  checkBucketOnBoot: true,
  telemetry: true,
};

const timeouts: NamesOf<Timeouts> = { connect: true, request: true, call: true, queue: true, socket: true };

const limits: NamesOf<Limits> = {
  downloadsAtOnce: true,
  downloadsPerOrg: true,
  uploadsPerUser: true,
  uploadsPerOrg: true,
};

const store = Object.fromEntries(['like', ...Object.keys(storePresets.aws)].map((name) => [name, true as const]));

const tenantRole: NamesOf<TenantRole> = {
  roleArn: true,
  archiverRoleArn: true,
  sessionSeconds: true,
  maxTenants: true,
  stsEndpoint: true,
  tagSession: true,
};

const audit: NamesOf<AuditOptions> = {
  origin: true,
  signer: true,
  signers: true,
  formerKeys: true,
  retention: true,
  tempFolder: true,
};

const journal: NamesOf<JournalOptions> = { sink: true, required: true, nameSecret: true };

const bucketRules: NamesOf<BucketRules> = {
  appOrigins: true,
  readSeconds: true,
  writeSeconds: true,
  breakGlassRoleArns: true,
  requireTls: true,
  strict: true,
  objectLock: true,
  guardDutyRoleArn: true,
  noncurrentDays: true,
  partition: true,
};

const telemetry: NamesOf<TelemetryOptions> = { organisation: true, storeCalls: true };

/** Credentials may be the SDK's own, which carry more. */
const credentials: NamesOf<StaticCredentials> & Record<string, true> = {
  accessKeyId: true,
  secretAccessKey: true,
  sessionToken: true,
  expiration: true,
  credentialScope: true,
  accountId: true,
  $source: true,
};

/** What options inside an option are called; the option itself must be an object then. */
const nested: Record<string, { names: Record<string, true>; noun?: string }> = {
  timeouts: { names: timeouts },
  limits: { names: limits, noun: 'limit' },
  store: { names: store, noun: 'capability' },
  tenantRole: { names: tenantRole },
  audit: { names: audit },
  journal: { names: journal },
  bucketRules: { names: bucketRules },
  telemetry: { names: telemetry },
  credentials: { names: credentials },
};

/** Every option by the name that the docs have it under; what a store can do has a table of its own. */
export const optionNames: readonly string[] = Object.keys(options).flatMap((name) => {
  const inside = name === 'store' || name === 'credentials' ? undefined : nested[name];
  return inside ? Object.keys(inside.names).map((each) => `${name}.${each}`) : [name];
});

/** What is no option at any level, with the nearest one that is; and what should be an object and is none. */
export function* unknownOptions(given: object): Generator<string> {
  yield* unknownNames(given, options);
  for (const [name, { names, noun }] of Object.entries(nested)) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined || (name === 'credentials' && typeof value === 'function')) continue;
    // Its other mistakes are found with its values.
    if (name === 'store' && !isRecord(value)) continue;
    if (isRecord(value)) yield* unknownNames(value, names, `${name}.`, noun);
    else
      yield `${name} must be an object${name === 'credentials' ? ' with the keys, or a function that brings them' : ''}.`;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const besideFactory = 'stands beside useFactory, useClass or useExisting, not in what they return';

/** What is no option here, or no longer, and what to do. */
const elsewhere: Record<string, string> = {
  isGlobal: besideFactory,
  name: besideFactory,
  capabilities: `is now store: name your store (${storeNames.join(', ')}), or say what is different about it, as in store: { like: 'aws', postPolicy: false }`,
  'bucketRules.store': 'is now the option store, beside bucketRules',
};

function* unknownNames(given: object, names: Record<string, true>, at = '', noun = 'option'): Generator<string> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    const cure = elsewhere[at + name];
    if (cure !== undefined) {
      yield `${at}${name} ${cure}.`;
      continue;
    }
    const meant = nearestName(name, Object.keys(names));
    yield `${at}${name} is no ${noun}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
  }
}

/** The name that takes the fewest changed letters, if those are few enough to be a slip. */
function nearestName(wrong: string, names: readonly string[]): string | undefined {
  const distance = (name: string) => changedLetters(wrong.toLowerCase(), name.toLowerCase());
  const [nearest] = names.toSorted((a, b) => distance(a) - distance(b));
  return nearest !== undefined && distance(nearest) <= Math.max(1, wrong.length / 3) ? nearest : undefined;
}

/** Letters to put in, take out or change: https://en.wikipedia.org/wiki/Levenshtein_distance */
function changedLetters(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = row[column]! + (letter === other ? 0 : 1);
      next.push(Math.min(changed, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
