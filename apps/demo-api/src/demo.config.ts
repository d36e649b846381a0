import { Inject } from '@nestjs/common';
import { getConfigToken } from '@nestjs/config';
import { createSecretKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { ContentScanner, StorageModuleOptions } from 'nest-tenant-storage';
import { readCatalog, type CatalogConfig } from './config/catalog.config.js';
import { readJwt, type JwtConfig } from './config/jwt.config.js';
import { readScanner } from './config/scanner.config.js';
import { Settings, type Environment } from './config/settings.js';
import { readStore } from './config/store.config.js';
import { demoSecrets } from './demo/demo-secrets.js';

export interface DemoConfig {
  host: string;
  port: number;
  /** Hands out tokens to whoever asks. */
  demoMode: boolean;
  dataDir: string;
  /** The bucket to use; absent: an embedded S3 server is started. */
  store?: StorageModuleOptions;
  /** The embedded server's port, and where browsers reach it, when that is not `host` and that port. */
  demoStore: { port: number; publicEndpoint?: string };
  /** Rows beside the files; absent: the bucket alone. */
  catalog?: CatalogConfig;
  jwt: JwtConfig;
  uploadTokenSecrets: readonly string[];
  /** Looks for malware in every file that comes in. */
  scanner: ContentScanner;
  /** Requests of one client address; 0: no limit. */
  requestsPerMinute: number;
  /** A line of JSON for each request. */
  accessLog: boolean;
  /** Whether `/metrics` is there, and the token that it wants. */
  metrics: boolean;
  metricsToken?: string;
  /** Proxies in front whose `X-Forwarded-For` is believed. */
  trustedProxies: number;
}

export const configName = 'demo';

export const InjectConfig = () => Inject(getConfigToken(configName));

/** Reads the environment, and `.env` for what is not set there. The only place that does. */
export function loadConfig(): DemoConfig {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env);
}

/** Checks every variable. Throws one error that names each mistake with its fix. */
export function readConfig(env: Environment): DemoConfig {
  const settings = new Settings(env);
  const store = readStore(settings);
  const demoMode = settings.flag('DEMO_MODE') ?? (!store && env.NODE_ENV !== 'production');
  const dataDir = settings.text('DEMO_DATA_DIR') ?? '.data';
  if (!store && !demoMode) {
    settings.mistake('S3_BUCKET is missing. Name the bucket, or set DEMO_MODE=true to try things without one.');
  }
  const host = settings.text('HOST') ?? (demoMode ? '127.0.0.1' : '0.0.0.0');
  const port = settings.whole('PORT', 0, 65_535) ?? 3000;
  if (demoMode && store && (env.NODE_ENV === 'production' || !isLoopback(host))) {
    settings.mistake(
      `DEMO_MODE gives a token of any organisation to whoever asks, and S3_BUCKET is a real bucket. Remove DEMO_MODE${
        env.NODE_ENV === 'production' ? ' (NODE_ENV is production)' : ', or set HOST=127.0.0.1'
      }.`,
    );
  }
  const catalog = readCatalog(settings, demoMode && !store);
  const metricsToken = settings.text('METRICS_TOKEN');
  if (metricsToken !== undefined && metricsToken.length < 20) {
    settings.mistake('METRICS_TOKEN must have 20 characters or more (try: openssl rand -base64 24).');
  }
  const config: DemoConfig = {
    host,
    port,
    demoMode,
    dataDir,
    ...(store && { store }),
    ...(catalog && { catalog }),
    demoStore: readDemoStore(settings, host, port),
    jwt: readJwt(settings, demoMode),
    uploadTokenSecrets: readUploadTokenSecrets(settings, demoMode),
    scanner: readScanner(settings),
    requestsPerMinute: settings.whole('RATE_LIMIT_PER_MINUTE', 0, 10_000_000) ?? 6_000,
    accessLog: settings.flag('ACCESS_LOG') ?? !demoMode,
    metrics: demoMode || metricsToken !== undefined,
    ...(metricsToken !== undefined && { metricsToken }),
    trustedProxies: settings.whole('TRUSTED_PROXIES', 0, 16) ?? 0,
  };
  settings.throwMistakes();
  return demoMode ? withDemoSecrets(config) : config;
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** What stands for an address in a URL. */
export const inUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** A fixed port, so that an open page still finds it after a restart, and a container can publish it. */
function readDemoStore(settings: Settings, host: string, port: number): DemoConfig['demoStore'] {
  const publicEndpoint = settings.text('S3_PUBLIC_ENDPOINT');
  if (publicEndpoint !== undefined && !/^https?:\/\/[^/?#@]+\/?$/.test(publicEndpoint)) {
    settings.mistake('S3_PUBLIC_ENDPOINT must be an origin such as http://192.168.1.20:3001.');
    return { port: 0 };
  }
  const usual = port === 0 || port === 65_535 ? 0 : port + 1;
  const storePort = settings.whole('DEMO_S3_PORT', 0, 65_535) ?? usual;
  if (storePort !== 0 && storePort === port) settings.mistake('DEMO_S3_PORT and PORT are the same. Give each its own.');
  const isAny = host === '0.0.0.0' || host === '::';
  const address =
    publicEndpoint ?? (isAny && storePort !== 0 ? `http://${addressInTheNetwork()}:${storePort}` : undefined);
  return { port: storePort, ...(address !== undefined && { publicEndpoint: new URL(address).origin }) };
}

/** Where others in the network reach this machine: who listens on every address has no single one to put into a URL. */
function addressInTheNetwork(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  return found?.address ?? '127.0.0.1';
}

function readUploadTokenSecrets(settings: Settings, demoMode: boolean): string[] {
  const secrets = settings.list('UPLOAD_TOKEN_SECRETS');
  if (secrets.some((secret) => Buffer.byteLength(secret) < 32)) {
    settings.mistake('UPLOAD_TOKEN_SECRETS must be secrets of 32 bytes or more, with commas between them.');
  }
  if (secrets.length === 0 && !demoMode) {
    settings.mistake(
      'UPLOAD_TOKEN_SECRETS is missing. Give one secret of 32 bytes or more (try: openssl rand -base64 48).',
    );
  }
  return secrets;
}

function withDemoSecrets(config: DemoConfig): DemoConfig {
  const { jwtSecret, uploadTokenSecret } = demoSecrets(join(config.dataDir, 'secrets.json'));
  return {
    ...config,
    jwt: { ...config.jwt, key: config.jwt.key ?? createSecretKey(Buffer.from(jwtSecret)) },
    uploadTokenSecrets: config.uploadTokenSecrets.length > 0 ? config.uploadTokenSecrets : [uploadTokenSecret],
  };
}
