import type { BucketRules } from './bucket/bucket.options.js';
import type {
  Limits,
  StaticCredentials,
  StorageModuleOptions,
  StoreCapabilities,
  TenantRole,
  Timeouts,
} from './storage.options.js';

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
  gates: true,
  expectedBucketOwner: true,
  orgOf: true,
  tokenSecrets: true,
  uploadMethod: true,
  stableUrlSeconds: true,
  capabilities: true,
  tenantRole: true,
  bucketRules: true,
  checkBucketOnBoot: true,
};

const timeouts: NamesOf<Timeouts> = { connect: true, request: true, call: true, queue: true, socket: true };

const limits: NamesOf<Limits> = {
  downloadsAtOnce: true,
  downloadsPerOrg: true,
  uploadsPerUser: true,
  uploadsPerOrg: true,
};

const capabilities: NamesOf<StoreCapabilities> = {
  postPolicy: true,
  conditionalWrites: true,
  conditionalCompletion: true,
  conditionalCopy: true,
  conditionalCopySource: true,
  checksums: true,
  reportsEncryption: true,
  refusesUnsignedHeaders: true,
};

const tenantRole: NamesOf<TenantRole> = {
  roleArn: true,
  archiverRoleArn: true,
  sessionSeconds: true,
  maxTenants: true,
  stsEndpoint: true,
  tagSession: true,
};

const bucketRules: NamesOf<BucketRules> = {
  appOrigins: true,
  readSeconds: true,
  writeSeconds: true,
  breakGlassRoleArns: true,
  requireTls: true,
  strict: true,
  store: true,
  noncurrentDays: true,
  partition: true,
};

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
  capabilities: { names: capabilities, noun: 'capability' },
  tenantRole: { names: tenantRole },
  bucketRules: { names: bucketRules },
  credentials: { names: credentials },
};

/** Every name that `capabilities` may have. */
export const capabilityNames: readonly string[] = Object.keys(capabilities);

/** What is no option at any level, with the nearest one that is; and what should be an object and is none. */
export function* unknownOptions(given: object): Generator<string> {
  yield* unknownNames(given, options);
  for (const [name, { names, noun }] of Object.entries(nested)) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined || (name === 'credentials' && typeof value === 'function')) continue;
    if (isRecord(value)) yield* unknownNames(value, names, `${name}.`, noun);
    else
      yield `${name} must be an object${name === 'credentials' ? ' with the keys, or a function that brings them' : ''}.`;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function* unknownNames(given: object, names: Record<string, true>, at = '', noun = 'option'): Generator<string> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    if (at === '' && (name === 'isGlobal' || name === 'name')) {
      yield `${name} stands beside useFactory, useClass or useExisting, not in what they return.`;
      continue;
    }
    const meant = nearestName(name, Object.keys(names));
    yield `${at}${name} is no ${noun}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
  }
}

/** The name that takes the fewest changed letters, if those are few enough to be a slip. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
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
