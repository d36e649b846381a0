import { Inject } from '@nestjs/common';
import { getConfigToken } from '@nestjs/config';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageModuleOptions } from 'nest-tenant-storage';
import { readJwt, type JwtConfig } from './config/jwt.config.js';
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
  jwt: JwtConfig;
  uploadTokenSecrets: readonly string[];
  /** Requests of one client address; 0: no limit. */
  requestsPerMinute: number;
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
  const config = {
    host: settings.text('HOST') ?? (demoMode ? '127.0.0.1' : '0.0.0.0'),
    port: settings.whole('PORT', 0, 65_535) ?? 3000,
    demoMode,
    dataDir,
    ...(store && { store }),
    jwt: readJwt(settings, demoMode),
    uploadTokenSecrets: readUploadTokenSecrets(settings, demoMode),
    requestsPerMinute: settings.whole('RATE_LIMIT_PER_MINUTE', 0, 10_000_000) ?? 6_000,
    trustedProxies: settings.whole('TRUSTED_PROXIES', 0, 16) ?? 0,
  };
  settings.throwMistakes();
  return demoMode ? withDemoSecrets(config) : config;
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
    jwt: { ...config.jwt, key: config.jwt.key || jwtSecret },
    uploadTokenSecrets: config.uploadTokenSecrets.length > 0 ? config.uploadTokenSecrets : [uploadTokenSecret],
  };
}
