import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { StaticCredentials } from '../storage.options.js';
import type { StorageSettings } from '../storage.settings.js';
import { orgGuard } from './org-guard.js';
import { payloadHash } from './payload-hash.js';
import { S3Client } from './sdk.cjs';

/** Token of the module's own guarded `S3Client`, for what `ObjectStore` does not offer. See `onBehalfOf`. */
export const S3_CLIENT = Symbol('nest-tenant-storage:S3_CLIENT');

type Credentials = StaticCredentials | AwsCredentialIdentityProvider;

/** A client for server-side calls. It carries the guard, so what it sends or signs by
 * `getSignedUrl` is for a key of the organisation it is sent for. `createPresignedPost` asks no client: sign forms with
 * `ObjectStore.presignPost`. */
export function createS3Client(settings: StorageSettings, credentials: Credentials | undefined = settings.credentials) {
  const client = new S3Client(clientConfig(settings, settings.endpoint, credentials));
  client.middlewareStack.use(orgGuard(settings.bucket));
  client.middlewareStack.use(payloadHash);
  // Nobody listens, and to filter what it would say of a list of 1,000 takes a millisecond.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** Connection settings shared by S3 and STS calls: timeouts that really end a call, bounded retries and sockets. */
export function transport(settings: StorageSettings) {
  const { timeouts, maxAttempts } = settings;
  const { httpAgent, httpsAgent } = agentsOf(settings);
  return {
    maxAttempts,
    requestHandler: {
      connectionTimeout: timeouts.connect,
      requestTimeout: timeouts.request,
      throwOnRequestTimeout: true,
      socketTimeout: timeouts.socket,
      httpAgent,
      httpsAgent,
    },
  };
}

const agents = new WeakMap<StorageSettings, { httpAgent: HttpAgent; httpsAgent: HttpsAgent }>();

/** One pool of connections for a module, however many organisations have a client of their own. */
function agentsOf(settings: StorageSettings) {
  const options = { keepAlive: true, maxSockets: settings.maxSockets };
  const pool = agents.get(settings) ?? { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  agents.set(settings, pool);
  return pool;
}

export function clientConfig(
  settings: StorageSettings,
  endpoint: string | undefined,
  credentials: Credentials | undefined,
): S3ClientConfig {
  const checksums = settings.checksums === 'when-supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  return {
    region: settings.region,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    forcePathStyle: settings.forcePathStyle,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    // An Expect header costs a connection per part, and seconds with stores that never answer 100.
    expectContinueHeader: false,
    ...transport(settings),
  };
}
