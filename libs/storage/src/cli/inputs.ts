import type { BucketRules } from '../bucket/bucket.options.js';
import { storeProfiles } from '../bucket/store-profile.js';
import { capabilityNames } from '../storage.option-names.js';
import type { StorageModuleOptions } from '../storage.options.js';
import { storageSettings, type StorageSettings } from '../storage.settings.js';
import type { Arguments } from './flags.js';
import { UsageError } from './io.js';

/** What the flags say of the store and of the module's options. @throws {UsageError} @throws {StorageError} */
export function settingsFrom(
  args: Arguments,
  env: Record<string, string | undefined>,
  { offline = false } = {},
): StorageSettings {
  const endpoint = args.text('endpoint');
  const roleArn = args.text('tenant-role-arn');
  if (!roleArn && args.text('archiver-role-arn')) throw new UsageError('--archiver-role-arn needs --tenant-role-arn.');
  const encryption = args.oneOf('encryption', ['AES256', 'aws:kms', 'none']);
  const options: StorageModuleOptions = {
    bucket: args.required('bucket'),
    // A store at an address of its own seldom cares, and where none is asked it makes no difference.
    region: args.text('region') ?? (endpoint || offline ? 'us-east-1' : args.required('region')),
    endpoint,
    publicEndpoint: args.text('public-endpoint'),
    forcePathStyle: args.switch('path-style'),
    expectedBucketOwner: args.text('expected-owner'),
    credentials: keysFrom(env),
    encryption: encryption === 'aws:kms' ? { kmsKeyId: args.required('kms-key') } : encryption,
    acl: args.oneOf('acl', ['private', 'none']),
    capabilities: Object.fromEntries(args.list('lacks').map((name) => [name, false])),
    ...(roleArn && {
      tenantRole: {
        roleArn,
        archiverRoleArn: args.text('archiver-role-arn'),
        stsEndpoint: args.text('sts-endpoint'),
        tagSession: args.switch('tag-session'),
      },
    }),
  };
  if (args.list('lacks').some((name) => !capabilityNames.includes(name))) {
    throw new UsageError(`--lacks is one of ${capabilityNames.join(', ')}.`);
  }
  return storageSettings(options);
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
    store: args.oneOf('store', Object.keys(storeProfiles) as (keyof typeof storeProfiles)[]),
    partition: args.text('partition'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function keysFrom(env: Record<string, string | undefined>): StorageModuleOptions['credentials'] {
  const [accessKeyId, secretAccessKey, sessionToken] = [
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
    'S3_SESSION_TOKEN',
  ].map((name) => env[name]?.trim() || undefined);
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    throw new UsageError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together.');
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
