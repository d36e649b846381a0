import { Inject } from '@nestjs/common';
import { getConfigToken } from '@nestjs/config';
import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageModuleOptions } from 'nest-tenant-storage';
import { demoSecrets } from './demo/demo-secrets.js';
import { Settings, type Environment } from './settings.js';

const hmacAlgorithms = ['HS256', 'HS384', 'HS512'] as const;
const publicKeyAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;
const capabilities = [
  'postPolicy',
  'conditionalWrites',
  'conditionalCopy',
  'checksums',
  'reportsEncryption',
  'refusesUnsignedHeaders',
] as const;

export type JwtAlgorithm = (typeof hmacAlgorithms)[number] | (typeof publicKeyAlgorithms)[number];

export interface JwtConfig {
  /** The one algorithm that is accepted. */
  algorithm: JwtAlgorithm;
  /** A shared secret for HS…, a public key in PEM otherwise. */
  key: string;
  issuer: string;
  audience: string;
}

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

function readStore(settings: Settings): StorageModuleOptions | undefined {
  const bucket = settings.text('S3_BUCKET');
  if (bucket === undefined) {
    for (const name of settings.namesThatStartWith('S3_')) {
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
    uploadMethod: settings.oneOf('S3_UPLOAD_METHOD', ['POST', 'PUT']),
    capabilities: Object.fromEntries(settings.listOf('S3_LACKS', capabilities).map((name) => [name, false])),
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

function readJwt(settings: Settings, demoMode: boolean): JwtConfig {
  const algorithms = [...hmacAlgorithms, ...publicKeyAlgorithms];
  const given = settings.oneOf('JWT_ALGORITHM', algorithms);
  const algorithm = given ?? 'HS256';
  const isHmac = algorithm.startsWith('HS');
  if (demoMode && !isHmac) {
    settings.mistake('JWT_ALGORITHM must be HS256, HS384 or HS512 in demo mode: the demo signs its own tokens.');
  }
  if (demoMode) {
    const { issuer, audience } = { issuer: settings.text('JWT_ISSUER'), audience: settings.text('JWT_AUDIENCE') };
    const key = settings.text('JWT_SECRET') === undefined ? '' : readSecret(settings);
    return { algorithm, key, issuer: issuer ?? 'nest-tenant-storage-demo', audience: audience ?? 'demo-api' };
  }
  if (!given)
    settings.mistake(`JWT_ALGORITHM is missing. Set the one your tokens are signed with: ${algorithms.join(', ')}.`);
  return {
    algorithm,
    key: isHmac ? readSecret(settings) : readPublicKey(settings, algorithm),
    issuer: settings.required('JWT_ISSUER', 'the "iss" of your tokens'),
    audience: settings.required('JWT_AUDIENCE', 'the "aud" of your tokens that is meant for this API'),
  };
}

function readSecret(settings: Settings): string {
  const secret = settings.required('JWT_SECRET', 'the secret your tokens are signed with');
  if (secret.includes('-----BEGIN')) {
    settings.mistake(
      'JWT_SECRET holds a PEM key. Put a public key in JWT_PUBLIC_KEY and set JWT_ALGORITHM to match it.',
    );
  } else if (secret && Buffer.byteLength(secret) < 32) {
    settings.mistake('JWT_SECRET must be 32 bytes or more (try: openssl rand -base64 48).');
  }
  return secret;
}

function readPublicKey(settings: Settings, algorithm: JwtAlgorithm): string {
  const pem = settings.required('JWT_PUBLIC_KEY', 'the public key of your tokens in PEM').replaceAll('\\n', '\n');
  const kind = algorithm.startsWith('ES') ? 'ec' : 'rsa';
  try {
    if (pem && createPublicKey(pem).asymmetricKeyType === kind && !pem.includes('PRIVATE KEY')) return pem;
  } catch {
    // Named below, with the keys that parse but do not fit.
  }
  if (pem)
    settings.mistake(
      `JWT_PUBLIC_KEY must be a public ${kind.toUpperCase()} key in PEM, as JWT_ALGORITHM is ${algorithm}.`,
    );
  return pem;
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
