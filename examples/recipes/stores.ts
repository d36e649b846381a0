// src/stores.ts
import type { StorageModuleOptions } from 'nest-tenant-storage';

const shared = {
  bucket: process.env['S3_BUCKET'] ?? 'clinic-files',
  tokenSecrets: [process.env['UPLOAD_TOKEN_SECRET'] ?? 'only for development: 32 bytes or more'],
};

/** Amazon S3. Credentials come from the role of the machine or container. */
export const aws: StorageModuleOptions = { ...shared, region: 'eu-central-1' };

/** The same, with credentials of one organisation at a time: S3 itself then refuses the files of others. */
export const awsWithRole: StorageModuleOptions = {
  ...aws,
  tenantRole: { roleArn: 'arn:aws:iam::111122223333:role/files-tenant' },
};

/** Ceph RADOS Gateway: tried with release 16.2. It answers STS on the same endpoint. */
export const ceph: StorageModuleOptions = {
  ...shared,
  region: 'default',
  endpoint: 'https://rgw.example.com',
  store: 'ceph',
  tenantRole: {
    roleArn: 'arn:aws:iam:::role/files-tenant',
    stsEndpoint: 'https://rgw.example.com',
    tagSession: false,
  },
};

/** MinIO: not tried. Its direct uploads need a tenantRole, or `refusesUnsignedHeaders` once doctor has seen it. */
export const minio: StorageModuleOptions = {
  ...shared,
  region: 'us-east-1',
  endpoint: 'https://minio.example.com',
  store: 'minio',
};

/** Cloudflare R2: not tried. No bucket policy, ACL or versions stand behind the module. */
export const r2: StorageModuleOptions = {
  ...shared,
  region: 'auto',
  endpoint: 'https://ACCOUNT.r2.cloudflarestorage.com',
  store: 'r2',
};

/** LocalStack, on a developer's machine: not tried. What it really refuses is for doctor to say. */
export const localstack: StorageModuleOptions = {
  ...shared,
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:4566',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  store: { like: 'aws', refusesUnsignedHeaders: false },
};
