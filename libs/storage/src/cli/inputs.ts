import type { BucketRules } from '../bucket/desired/bucket.options.js';
import type { AuditRetention } from '../options/audit.options.js';
import type { StorageModuleOptions } from '../options/storage.options.js';
import { storeNames, storePresets, type StoreName, type StoreProfile } from '../options/store-presets.js';
import { storageSettings, type StorageSettings } from '../options/storage.settings.js';
import { hasKeys, type Encryption } from '../options/encryption.js';
import { isRecord } from '../options/option-names.js';
import { read } from './audit/audit-inputs.js';
import type { Arguments } from './arguments.js';
import { UsageError } from './io.js';

/** What the flags say of the store and of the module's options. @throws {UsageError} @throws {StorageError} */
export function settingsFrom(
  args: Arguments,
  env: Record<string, string | undefined>,
  { offline = false, bucket = args.required('bucket') }: { offline?: boolean; bucket?: string } = {},
): StorageSettings {
  const endpoint = args.text('endpoint');
  const roleArn = args.text('tenant-role-arn');
  if (!roleArn && args.text('archiver-role-arn')) throw new UsageError('--archiver-role-arn needs --tenant-role-arn.');
  const encryption = args.oneOf('encryption', ['AES256', 'aws:kms', 'none']);
  const options: StorageModuleOptions = {
    bucket,
    // A store at an address of its own seldom cares, and where none is asked it makes no difference.
    region: args.text('region') ?? (endpoint || offline ? 'us-east-1' : args.required('region')),
    endpoint,
    publicEndpoint: args.text('public-endpoint'),
    forcePathStyle: args.switch('path-style'),
    expectedBucketOwner: args.text('expected-owner'),
    credentials: keysFrom(env),
    encryption: encryption === 'aws:kms' ? keysIn(args) : encryption,
    acl: args.oneOf('acl', ['private', 'none']),
    store: storeFrom(args),
    ...(roleArn && {
      tenantRole: {
        roleArn,
        archiverRoleArn: args.text('archiver-role-arn'),
        stsEndpoint: args.text('sts-endpoint'),
        tagSession: args.switch('tag-session'),
      },
    }),
  };
  return storageSettings(options);
}

/** One key, or one for each organisation. */
function keysIn(args: Arguments): Encryption {
  const file = args.text('kms-keys');
  if (file === undefined) return { kmsKeyId: args.required('kms-key') };
  let keys: unknown;
  try {
    keys = JSON.parse(read(file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
  }
  if (!isRecord(keys))
    throw new UsageError(`${file} is no JSON of organisations and their keys: {"7": "arn:aws:kms:…"}.`);
  return {
    kmsKeyOf: (org) => {
      const key = Object.hasOwn(keys, org) ? keys[org] : undefined;
      if (typeof key === 'string') return key;
      throw new UsageError(`${file} has no key for organisation ${org}.`);
    },
  };
}

/** The same of another bucket, which is in the same store and has the same keys but where flags or variables say otherwise. */
export function otherSettings(
  args: Arguments,
  env: Record<string, string | undefined>,
  bucket: string,
  { offline = false }: { offline?: boolean } = {},
): StorageSettings {
  const own = settingsFrom(args, env, { bucket, offline });
  const [endpoint, kmsKeyId] = [args.text('to-endpoint'), args.text('to-kms-key')];
  const like = args.oneOf('to-store', storeNames);
  const { region, forcePathStyle, credentials, checksums, encryption, acl } = own;
  return storageSettings({
    bucket,
    region: args.text('to-region') ?? region,
    endpoint: endpoint ?? own.endpoint,
    forcePathStyle: endpoint === undefined ? forcePathStyle : undefined,
    credentials: keysFrom(env, 'S3_TO_') ?? credentials,
    checksums,
    encryption: encryptionThere(encryption, kmsKeyId, like !== undefined && like !== own.store.like),
    // Another store has defaults of its own.
    ...(like ? { store: like } : { acl, store: own.store }),
  });
}

/** What is under a key here is not written without one there unless somebody says so; where nothing is written none is asked for. */
function encryptionThere(encryption: Encryption, key: string | undefined, isOther: boolean): Encryption | undefined {
  // As an organisation's own: holds are read when it is gone.
  if (key !== undefined) return hasKeys(encryption) ? { kmsKeyOf: () => key } : { kmsKeyId: key };
  if (!isOther) return encryption;
  if (typeof encryption !== 'object') return undefined;
  return {
    kmsKeyOf: () => {
      throw new UsageError(
        `Files have a key of KMS here, and would have none there: give --to-kms-key, or --encryption AES256 to do without.`,
      );
    },
  };
}

function storeFrom(args: Arguments): StoreName | StoreProfile {
  const like = args.oneOf('store', storeNames) ?? 'aws';
  const lacks = args.list('lacks');
  const capabilities = Object.keys(storePresets.aws);
  if (lacks.some((name) => !capabilities.includes(name))) {
    throw new UsageError(`--lacks is one of ${capabilities.join(', ')}.`);
  }
  return { like, ...Object.fromEntries(lacks.map((name) => [name, false])) };
}

/** How long archived months are kept; undefined where no flag says it. @throws {UsageError} */
export function retentionFrom(args: Arguments): AuditRetention | undefined {
  const days = args.whole('retention-days');
  const mode = args.oneOf('retention-mode', ['governance', 'compliance']);
  if (mode && days === undefined) throw new UsageError('--retention-mode needs --retention-days.');
  return days === undefined ? undefined : { days, ...(mode && { mode }) };
}

/** What the flags say of the bucket alone. */
export function rulesFrom(args: Arguments): BucketRules {
  const origins = args.list('app-origin');
  const given = {
    appOrigins: origins.length > 0 ? origins : undefined,
    readSeconds: args.whole('read-seconds'),
    writeSeconds: args.whole('write-seconds'),
    noncurrentDays: args.whole('noncurrent-days'),
    breakGlassRoleArns: args.list('break-glass-role-arn'),
    requireTls: args.switch('require-tls'),
    strict: args.switch('strict'),
    objectLock: args.switch('object-lock'),
    partition: args.text('partition'),
    guardDutyRoleArn: args.oneOf('malware', ['guardduty']) && args.required('guardduty-role-arn'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function keysFrom(env: Record<string, string | undefined>, prefix = 'S3_'): StorageModuleOptions['credentials'] {
  const [accessKeyId, secretAccessKey, sessionToken] = ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN'].map(
    (name) => env[`${prefix}${name}`]?.trim() || undefined,
  );
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    throw new UsageError(`${prefix}ACCESS_KEY_ID and ${prefix}SECRET_ACCESS_KEY belong together.`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
