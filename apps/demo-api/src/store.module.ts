import { Inject, Logger, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { getConfigToken } from '@nestjs/config';
import { join } from 'node:path';
import { startEmbeddedS3, type EmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { fileSink, type StorageModuleOptions } from 'nest-tenant-storage';
import { configName, type DemoConfig } from './demo.config.js';
import { demoAuditKey } from './demo/demo-audit-key.js';

export const STORE = Symbol('STORE');

const hourMs = 3_600_000;

/** Where files go: the configured bucket, or one in an embedded server that lives and ends with the application. */
export interface Store {
  options: StorageModuleOptions;
  /** Where browsers reach it. */
  origin: string;
  /** The embedded server; absent with a bucket of one's own. */
  server?: EmbeddedS3;
}

async function openStore({
  store,
  host,
  demoStore,
  dataDir,
  uploadTokenSecrets: tokenSecrets,
  metrics,
}: DemoConfig): Promise<Store> {
  const told = { tokenSecrets, ...(metrics && { telemetry: {} }) };
  if (store) return { options: { ...store, ...told }, origin: originOf(store) };
  const bucket = 'demo-files';
  const server = await startEmbeddedS3({ dataDir: join(dataDir, 's3'), buckets: [bucket], host, port: demoStore.port });
  const { region, credentials } = server;
  const endpoint = isAnyAddress(host) ? `http://127.0.0.1:${server.port}` : server.endpoint;
  const publicEndpoint = demoStore.publicEndpoint ?? endpoint;
  return {
    options: {
      bucket,
      region,
      endpoint,
      publicEndpoint,
      credentials,
      ...told,
      audit: { origin: 'demo.example/audit', signer: demoAuditKey(dataDir) },
      journal: { sink: fileSink(join(dataDir, 'journal.jsonl'), { sync: false }), required: true },
    },
    origin: publicEndpoint,
    server,
  };
}

const isAnyAddress = (host: string) => host === '0.0.0.0' || host === '::';

function originOf({ bucket, region, endpoint, publicEndpoint, forcePathStyle }: StorageModuleOptions): string {
  const base = new URL(publicEndpoint ?? endpoint ?? `https://s3.${region}.amazonaws.com`);
  const isPathStyle = forcePathStyle ?? endpoint !== undefined;
  return isPathStyle || bucket.includes('.') ? base.origin : `${base.protocol}//${bucket}.${base.host}`;
}

@Module({
  providers: [{ provide: STORE, inject: [getConfigToken(configName)], useFactory: openStore }],
  exports: [STORE],
})
export class StoreModule implements OnApplicationBootstrap, OnApplicationShutdown {
  #hourly?: NodeJS.Timeout;

  constructor(@Inject(STORE) private readonly store: Store) {}

  /** What S3 does once a day: uploads that nobody completed and files that are over go. */
  async onApplicationBootstrap(): Promise<void> {
    await this.#applyLifecycle();
    this.#hourly = setInterval(() => void this.#applyLifecycle(), hourMs).unref();
  }

  async #applyLifecycle(): Promise<void> {
    await this.store.server
      ?.applyLifecycle()
      .catch(() => new Logger('store').warn('The lifecycle rules could not be applied.'));
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#hourly);
    await this.store.server?.close();
  }
}
