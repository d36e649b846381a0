import { storePresets, type StorageModuleOptions, type StoreCapabilities, type StoreName } from 'nest-tenant-storage';
import type { Settings } from './settings.js';

const storeNames = Object.keys(storePresets) as StoreName[];
const capabilities = Object.keys(storePresets.aws) as (keyof StoreCapabilities)[];

/** The bucket of `S3_…`; none where `S3_BUCKET` is not set. */
export function readStore(settings: Settings): StorageModuleOptions | undefined {
  const bucket = settings.text('S3_BUCKET');
  if (bucket === undefined) {
    // The demo's own store may be reached under another name too.
    for (const name of settings.namesThatStartWith('S3_').filter((one) => one !== 'S3_PUBLIC_ENDPOINT')) {
      settings.mistake(`${name} is set without S3_BUCKET. Name the bucket, or remove ${name}.`);
    }
    return undefined;
  }
  const roleArn = settings.text('S3_TENANT_ROLE_ARN');
  const encryption = settings.oneOf('S3_ENCRYPTION', ['AES256', 'aws:kms', 'none']);
  return {
    bucket,
    region: settings.required('S3_REGION', 'the region of the bucket, such as eu-central-1'),
    endpoint: settings.text('S3_ENDPOINT'),
    publicEndpoint: settings.text('S3_PUBLIC_ENDPOINT'),
    forcePathStyle: settings.flag('S3_FORCE_PATH_STYLE'),
    credentials: readCredentials(settings),
    encryption:
      encryption === 'aws:kms'
        ? { kmsKeyId: settings.required('S3_KMS_KEY_ID', 'the id or ARN of the KMS key, as S3_ENCRYPTION is aws:kms') }
        : encryption,
    acl: settings.oneOf('S3_ACL', ['private', 'none']),
    expectedBucketOwner: settings.text('S3_EXPECTED_BUCKET_OWNER'),
    checkBucketOnBoot: settings.oneOf('S3_CHECK_ON_BOOT', ['off', 'warn', 'fail']),
    uploadMethod: settings.oneOf('S3_UPLOAD_METHOD', ['POST', 'PUT']),
    store: {
      like: settings.oneOf('S3_STORE', storeNames) ?? 'aws',
      ...Object.fromEntries(settings.listOf('S3_LACKS', capabilities).map((name) => [name, false])),
    },
    ...(roleArn && {
      tenantRole: {
        roleArn,
        archiverRoleArn: settings.text('S3_ARCHIVER_ROLE_ARN'),
        stsEndpoint: settings.text('S3_STS_ENDPOINT'),
      },
    }),
  };
}

function readCredentials(settings: Settings) {
  const accessKeyId = settings.text('S3_ACCESS_KEY_ID');
  const secretAccessKey = settings.text('S3_SECRET_ACCESS_KEY');
  const sessionToken = settings.text('S3_SESSION_TOKEN');
  if (!accessKeyId && !secretAccessKey && !sessionToken) return undefined;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  settings.mistake(
    'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together. Set both, or neither to use the default chain of the SDK.',
  );
  return undefined;
}
