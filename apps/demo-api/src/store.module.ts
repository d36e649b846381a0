import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getConfigToken } from '@nestjs/config';
import { join } from 'node:path';
import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import type { StorageModuleOptions } from 'nest-tenant-storage';
import { configName, type DemoConfig } from './demo.config.js';

export const STORE = Symbol('STORE');

/** Where files go: the configured bucket, or one in an embedded server that lives and ends with the application. */
export interface Store {
  options: StorageModuleOptions;
  /** Where browsers reach it. */
  origin: string;
  close?: () => Promise<void>;
}

async function openStore({ store, dataDir, uploadTokenSecrets: tokenSecrets }: DemoConfig): Promise<Store> {
  if (store) return { options: { ...store, tokenSecrets }, origin: originOf(store) };
  const bucket = 'demo-files';
  const server = await startEmbeddedS3({ dataDir: join(dataDir, 's3'), buckets: [bucket] });
  const { endpoint, region, credentials } = server;
  const options = { bucket, region, endpoint, credentials, tokenSecrets };
  return { options, origin: new URL(endpoint).origin, close: () => server.close() };
}

function originOf({ bucket, region, endpoint, publicEndpoint, forcePathStyle }: StorageModuleOptions): string {
  const base = new URL(publicEndpoint ?? endpoint ?? `https://s3.${region}.amazonaws.com`);
  const isPathStyle = forcePathStyle ?? endpoint !== undefined;
  return isPathStyle || bucket.includes('.') ? base.origin : `${base.protocol}//${bucket}.${base.host}`;
}

@Module({
  providers: [{ provide: STORE, inject: [getConfigToken(configName)], useFactory: openStore }],
  exports: [STORE],
})
export class StoreModule implements OnApplicationShutdown {
  constructor(@Inject(STORE) private readonly store: Store) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close?.();
  }
}
