import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { StorageModuleOptions } from 'nest-tenant-storage';

/** Where the embedded server of a run listens. */
export interface BenchStore {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  bucket: string;
}

export const storageOptions = (store: BenchStore): StorageModuleOptions => ({
  ...store,
  tokenSecrets: ['a secret for the upload tokens of the benchmark'],
});

/** A client as most applications make one: nothing but where the store is. */
export const plainClient = ({ endpoint, region, credentials }: BenchStore): S3ClientConfig => ({
  endpoint,
  region,
  credentials,
  forcePathStyle: true,
});
