// src/storage.options.ts
import type { StorageModuleOptions } from 'nest-tenant-storage';

/** Credentials: what the AWS SDK finds (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, a role). */
export const storageOptions = (env = process.env): StorageModuleOptions => ({
  bucket: env['S3_BUCKET'] ?? '',
  region: env['S3_REGION'] ?? '',
  endpoint: env['S3_ENDPOINT'], // for a store other than Amazon S3
  tokenSecrets: [env['UPLOAD_TOKEN_SECRET'] ?? ''], // for direct uploads: openssl rand -base64 48
});
