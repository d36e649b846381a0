import type { AwsCredentialIdentity } from '@smithy/types';
import { mistakesInRules } from '../bucket/desired/bucket.options.js';
import { mistakesInAccept } from '../content/accepted-types.js';
import { mistakesInAudit } from './audit.options.js';
import { mistakesInEncryption } from './encryption.js';
import { mistakesInJournal } from './journal.options.js';
import { isRecord } from './option-names.js';
import type { StorageModuleOptions, TenantRole } from './storage.options.js';
import { callEndsWithinMs, closuresFreshAtMostMs, defaultAttempts, defaultTimeouts } from '../storage.policy.js';
import { mistakesInStore, storeOf } from './store-presets.js';

/** What is wrong with the values of options, each with its fix: those that nobody checks with types may have anything. */
export function* mistakesIn(options: StorageModuleOptions): Generator<string> {
  const { bucket, region, endpoint, publicEndpoint, credentials, encryption, acl, timeouts, tenantRole } = options;
  const { store, bucketRules } = options;
  if (!isBucketName(bucket)) {
    yield `bucket must be 3 to 63 of a-z, 0-9, "." and "-" (give the bucket's name, not a URL or ARN).`;
  }
  if (typeof bucket === 'string' && /^\d+(\.\d+){3}$/.test(bucket)) {
    yield 'bucket looks like an IP address, which no bucket may.';
  }
  if (typeof bucket === 'string' && bucket.endsWith('--x-s3')) {
    yield 'bucket is a directory bucket (S3 Express), which has no versions, POST policies or ACLs: use a general purpose one.';
  }
  if (typeof region !== 'string' || !/^[a-z0-9-]{2,32}$/.test(region)) {
    yield 'region is missing or malformed: give the region of the bucket, such as eu-central-1.';
  }
  if (endpoint !== undefined && !isOrigin(endpoint)) {
    yield 'endpoint must be an origin such as https://s3.example.com, without path, query or credentials.';
  }
  if (publicEndpoint !== undefined && !isOrigin(publicEndpoint)) {
    yield 'publicEndpoint must be an origin such as https://files.example.com, without path, query or credentials.';
  }
  if (publicEndpoint !== undefined && endpoint === undefined) {
    yield 'publicEndpoint needs endpoint: give the address the server itself uses.';
  }
  if (typeof credentials === 'object' && credentials !== null) yield* mistakesInKeys(credentials);
  yield* mistakesInEncryption(encryption);
  if (acl !== undefined && acl !== 'private' && acl !== 'none') {
    yield `acl must be 'private' or 'none': objects are never public.`;
  }
  if (options.checksums !== undefined && !['when-supported', 'when-required'].includes(options.checksums)) {
    yield `checksums must be 'when-supported' or 'when-required'.`;
  }
  for (const [name, value] of Object.entries(isRecord(timeouts) ? timeouts : {})) {
    if (!isWhole(value, 1, 3_600_000)) yield `timeouts.${name} must be whole milliseconds above 0.`;
  }
  yield* mistakesInDeadlines(options);
  for (const [name, value] of Object.entries(isRecord(options.limits) ? options.limits : {})) {
    if (value !== undefined && !isWhole(value, 1, 100_000)) yield `limits.${name} must be 1 … 100000.`;
  }
  if (options.maxAttempts !== undefined && !isWhole(options.maxAttempts, 1, 10)) yield 'maxAttempts must be 1 … 10.';
  if (options.maxSockets !== undefined && !isWhole(options.maxSockets, 1, 10_000))
    yield 'maxSockets must be 1 … 10000.';
  if (options.expectedBucketOwner !== undefined && !/^\d{12}$/.test(options.expectedBucketOwner)) {
    yield 'expectedBucketOwner must be an account id of 12 digits.';
  }
  if (options.stableUrlSeconds !== undefined && !isWhole(options.stableUrlSeconds, 0, 600)) {
    yield 'stableUrlSeconds must be 0 … 600.';
  }
  if (!['POST', 'PUT', undefined].includes(options.uploadMethod)) yield `uploadMethod must be 'POST' or 'PUT'.`;
  if (!['function', 'undefined'].includes(typeof options.orgOf)) yield 'orgOf must be a function of the request.';
  if (!['boolean', 'undefined'].includes(typeof options.forcePathStyle)) yield 'forcePathStyle must be true or false.';
  if (!['boolean', 'undefined'].includes(typeof options.orgControl)) yield 'orgControl must be true or false.';
  if (options.orgControlFreshMs !== undefined && !isWhole(options.orgControlFreshMs, 0, closuresFreshAtMostMs)) {
    yield 'orgControlFreshMs must be 0 … 5000.';
  }
  const mistakesOfStore = [...mistakesInStore(store)];
  yield* mistakesOfStore;
  if (options.uploadMethod === 'POST' && mistakesOfStore.length === 0 && !storeOf(store).postPolicy) {
    yield `uploadMethod 'POST' needs a store that verifies POST policies: use 'PUT', or say that yours does with store.`;
  }
  const secrets = options.tokenSecrets ?? [];
  if (!Array.isArray(secrets) || secrets.some((s) => typeof s !== 'string' || Buffer.byteLength(s) < 32)) {
    yield 'tokenSecrets must be a list of secrets of 32 bytes or more each (try: openssl rand -base64 48).';
  }
  if (!['off', 'warn', 'fail', undefined].includes(options.checkBucketOnBoot)) {
    yield `checkBucketOnBoot must be 'off', 'warn' or 'fail'.`;
  }
  for (const [name, value] of Object.entries(isRecord(options.telemetry) ? options.telemetry : {})) {
    if (!['boolean', 'undefined'].includes(typeof value)) yield `telemetry.${name} must be true or false.`;
  }
  yield* mistakesInAccept(options.accept);
  if (options.gates !== undefined && !areGates(options.gates)) {
    yield 'gates must be a list of objects, each with a name.';
  }
  if (isRecord(options.audit)) yield* mistakesInAudit(options.audit);
  if (isRecord(options.journal)) yield* mistakesInJournal(options.journal);
  if (isRecord(tenantRole)) yield* mistakesInRole(tenantRole);
  for (const mistake of isRecord(bucketRules) ? mistakesInRules(bucketRules) : []) yield `bucketRules: ${mistake}`;
}

/** Each try may wait for a connection anew. */
function* mistakesInDeadlines(options: StorageModuleOptions): Generator<string> {
  const { call, queue } = { ...defaultTimeouts, ...options.timeouts };
  const { maxAttempts = defaultAttempts, orgControl } = options;
  if (orgControl === false || !(call + maxAttempts * queue > callEndsWithinMs)) return;
  yield `timeouts.call and maxAttempts times timeouts.queue must be at most ${callEndsWithinMs} together: an erasure waits no longer for writes under way. With orgControl: false there are no erasures.`;
}

const areGates = (gates: unknown): boolean =>
  Array.isArray(gates) && gates.every((gate) => isRecord(gate) && typeof gate['name'] === 'string');

function* mistakesInKeys({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentialIdentity): Generator<string> {
  if (!accessKeyId || !secretAccessKey) {
    yield 'credentials need both accessKeyId and secretAccessKey; leave credentials out to use the default chain.';
  }
  if (sessionToken === '') yield 'credentials.sessionToken is empty: leave it out for long-lived keys.';
  if (accessKeyId?.startsWith('ASIA') && !sessionToken) {
    yield 'credentials.accessKeyId is a temporary key (ASIA…): give its sessionToken too.';
  }
}

function* mistakesInRole({
  roleArn,
  archiverRoleArn,
  sessionSeconds,
  maxTenants,
  stsEndpoint,
}: TenantRole): Generator<string> {
  const isRole = (arn: string) => /^arn:[a-z-]+:iam::(\d{12})?:role\/[\w+=,.@/-]+$/.test(arn);
  if (!isRole(roleArn)) yield 'tenantRole.roleArn must be the ARN of a role (arn:aws:iam::111122223333:role/name).';
  if (archiverRoleArn !== undefined && !isRole(archiverRoleArn)) {
    yield 'tenantRole.archiverRoleArn must be the ARN of a role.';
  }
  if (sessionSeconds !== undefined && !isWhole(sessionSeconds, 900, 43_200)) {
    yield 'tenantRole.sessionSeconds must be 900 … 43200.';
  }
  if (maxTenants !== undefined && !isWhole(maxTenants, 1, 10_000)) yield 'tenantRole.maxTenants must be 1 … 10000.';
  if (stsEndpoint !== undefined && !isOrigin(stsEndpoint)) yield 'tenantRole.stsEndpoint must be an origin.';
}

const isBucketName = (name: unknown): boolean =>
  typeof name === 'string' && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');

const isWhole = (value: unknown, low: number, high: number): boolean =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, pathname, search, hash, username } = new URL(value);
  return /^https?:$/.test(protocol) && pathname === '/' && search === '' && hash === '' && username === '';
}
