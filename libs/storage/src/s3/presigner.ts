import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { ObjectKey } from '../keys/object-key.js';
import { belongsToOrg } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../storage.settings.js';
import { clientConfig } from './s3-client.js';
import { escapePath, QuerySigner, type PostCondition, type UnsignedRequest } from './signature.js';

export interface Presigned {
  url: string;
  /** When the store stops accepting it: the asked life, or the end of the credentials if that is sooner. */
  expiresAt: Date;
}

export interface PresignedPost extends Presigned {
  fields: Record<string, string>;
}

/** Everything about a request except where it goes. Header names in lower case; each header is signed. */
export interface KeyRequest {
  method: UnsignedRequest['method'];
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
}

export interface Lifetime {
  /** Whole seconds, 1 up to the policy's bound. */
  expiresIn: number;
  /** Rounds the signing time down to a multiple of this many seconds. */
  roundTo?: number;
}

/** Left on credentials after a URL ends, so that a slow clock does not end it early. */
const marginSeconds = 60;

/** Signs requests for one object of one organisation, on the endpoint that clients reach. */
export class Presigner {
  readonly #settings: StorageSettings;
  readonly #signer: QuerySigner;
  #endpoint: Promise<{ origin: string; prefix: string }> | undefined;

  constructor(settings: StorageSettings) {
    this.#settings = settings;
    this.#signer = new QuerySigner(settings.region);
  }

  async url(client: S3Client, org: OrgId, key: ObjectKey, request: KeyRequest, life: Lifetime): Promise<Presigned> {
    const { origin, path } = await this.#target(org, key);
    const { credentials, at, expiresIn, expiresAt } = await grant(client, life);
    const unsigned = {
      method: request.method,
      origin,
      path,
      query: request.query ?? {},
      headers: request.headers ?? {},
    };
    return { url: this.#signer.presignUrl(unsigned, credentials, { at, expiresIn }), expiresAt };
  }

  async post(
    client: S3Client,
    org: OrgId,
    key: ObjectKey,
    form: { fields: Readonly<Record<string, string>>; conditions: readonly PostCondition[] },
    life: Lifetime,
  ): Promise<PresignedPost> {
    const { origin, bucketPath } = await this.#target(org, key);
    const { credentials, at, expiresIn, expiresAt } = await grant(client, life);
    const target = { bucket: this.#settings.bucket, key, ...form };
    return {
      url: `${origin}${bucketPath}`,
      fields: this.#signer.presignPost(target, credentials, { at, expiresIn }),
      expiresAt,
    };
  }

  /** The guard's check for requests that never pass through the client. */
  async #target(org: OrgId, key: ObjectKey) {
    if (!belongsToOrg(key, org)) throw new StorageError('invalid_key', 'The key does not belong to the organisation.');
    const { origin, prefix } = await (this.#endpoint ??= resolveEndpoint(this.#settings));
    return {
      origin,
      path: `${prefix}${escapePath(key)}`,
      bucketPath: prefix.length > 1 ? prefix.slice(0, -1) : prefix,
    };
  }
}

/** The SDK's own endpoint rules decide on host and path, once; its answer for a sample key shows both. */
async function resolveEndpoint(settings: StorageSettings): Promise<{ origin: string; prefix: string }> {
  const sample = new S3Client({
    ...clientConfig(settings, settings.publicEndpoint ?? settings.endpoint, {
      accessKeyId: 'sample',
      secretAccessKey: 'sample',
    }),
  });
  const { origin, pathname } = new URL(
    await getSignedUrl(sample, new GetObjectCommand({ Bucket: settings.bucket, Key: 'k' })),
  );
  sample.destroy();
  return { origin, prefix: pathname.slice(0, -1) };
}

/**
 * Credentials that outlive the URL where they can: the SDK refreshes them only in their last five minutes, which is less
 * than a read URL lives, so they are refreshed here first. What they still lack shortens the URL.
 */
async function grant(client: S3Client, { expiresIn, roundTo = 0 }: Lifetime) {
  const now = Date.now() + client.config.systemClockOffset;
  const lasts = ({ expiration }: AwsCredentialIdentity) => (expiration ? expiration.getTime() - now : Infinity);
  let credentials = await client.config.credentials();
  if (lasts(credentials) < (expiresIn + marginSeconds) * 1000) {
    credentials = await client.config.credentials({ forceRefresh: true });
  }
  const at = new Date(roundTo > 0 ? Math.floor(now / (roundTo * 1000)) * roundTo * 1000 : now - (now % 1000));
  const end = Math.min(at.getTime() + expiresIn * 1000, Math.floor((now + lasts(credentials)) / 1000) * 1000);
  const seconds = Math.floor((end - at.getTime()) / 1000);
  if (end <= now || seconds < 1) throw new StorageError('store_refused', 'The credentials for the store have expired.');
  return { credentials, at, expiresIn: seconds, expiresAt: new Date(end) };
}
