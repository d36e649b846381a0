import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { StaticCredentials } from '../../options/storage.options.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { callRetries } from './call-retries.js';
import { orgGuard } from './org-guard.js';
import { lean } from './lean-client.js';
import { payloadHash } from '../writing/payload-hash.js';
import { S3Client } from './sdk.cjs';
import { connectionsOf, regulate, type Connections } from './store-calls.js';

/** Token of the module's own guarded `S3Client`, for what `ObjectStore` does not offer. See `onBehalfOf`. */
export const S3_CLIENT = Symbol('nest-tenant-storage:S3_CLIENT');

export type Credentials = StaticCredentials | AwsCredentialIdentityProvider;

/**
 * A client for server-side calls. It carries the guard, so what it sends or signs by `getSignedUrl` is for a key of the
 * organisation it is sent for. `createPresignedPost` asks no client: sign forms with `ObjectStore.presignPost`. This one may
 * change the bucket's settings: it is for `provision`, and nothing that serves requests should hold it.
 */
export const createS3Client = (
  settings: StorageSettings,
  credentials: Credentials | undefined = settings.credentials,
): S3Client => guardedClient(settings, orgGuard(settings.bucket, { mayAdminister: true }), credentials);

/** The same for what serves requests: it reads the bucket's settings and changes none. */
export const createServingClient = (
  settings: StorageSettings,
  credentials: Credentials | undefined = settings.credentials,
): S3Client => guardedClient(settings, orgGuard(settings.bucket, { mayAdminister: false }), credentials);

/** Every client of this module: what it sends is looked at by its guard, and has its deadline and its turn. */
export function guardedClient(
  settings: StorageSettings,
  guard: ReturnType<typeof orgGuard>,
  credentials: Credentials | undefined = settings.credentials,
) {
  const client = new S3Client(clientConfig(settings, settings.endpoint, credentials));
  client.middlewareStack.use(guard);
  client.middlewareStack.use(payloadHash);
  regulate(client, settings, networkOf(settings).connections);
  return lean(client);
}

/** What S3 and STS clients share: timeouts that really end a try, and bounded tries. */
export function transport(settings: StorageSettings) {
  const { timeouts, maxAttempts } = settings;
  const { httpAgent, httpsAgent } = networkOf(settings);
  return {
    maxAttempts,
    retryStrategy: callRetries(maxAttempts),
    requestHandler: {
      connectionTimeout: timeouts.connect,
      requestTimeout: timeouts.request,
      throwOnRequestTimeout: true,
      // It would end a download whose reader pauses. What it is for, `endWhenSilent` and the deadline of calls do.
      socketTimeout: 0,
      httpAgent,
      httpsAgent,
    },
  };
}

interface Network {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
  connections: Connections;
}

const networks = new WeakMap<StorageSettings, Network>();

/**
 * One for a module, however many organisations have a client of their own. The agents set no bound: whoever waits in an
 * agent's queue runs into the timeout for connecting.
 */
export function networkOf(settings: StorageSettings): Network {
  const options = { keepAlive: true, maxSockets: Infinity };
  const network = networks.get(settings) ?? {
    httpAgent: new HttpAgent(options),
    httpsAgent: new HttpsAgent(options),
    connections: connectionsOf(settings),
  };
  networks.set(settings, network);
  return network;
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
