import type { AwsCredentialIdentity } from '@smithy/types';
import { belongsToFolder, belongsToOrg, type KeyPrefix, type ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../storage.settings.js';
import { clientConfig } from './s3-client.js';
import { escapePath } from './canonical.js';
import { GetObjectCommand, S3Client } from './sdk.cjs';
import { QuerySigner, type PostTarget, type ScopedSigner, type UnsignedRequest } from './signature.js';

export interface Presigned {
  url: string;
  /** When the store stops accepting it: the asked life, or the end of the credentials if that is sooner. */
  expiresAt: Date;
}

export interface PresignedPost extends Presigned {
  fields: Record<string, string>;
}

/** Everything about a request except where it goes. */
export type KeyRequest = Omit<UnsignedRequest, 'path'>;

/** Everything about a form except where it goes. */
export type PostForm = Omit<PostTarget, 'bucket' | 'key'>;

export interface Lifetime {
  /** Whole seconds: what `ObjectStore` passes on is within the policy's bounds. */
  expiresIn: number;
  /** Rounds the signing time down to a multiple of this many seconds. */
  roundTo?: number;
}

/** Left on credentials after a URL ends, so that a slow clock does not end it early. */
const marginSeconds = 60;
const renewalPauseMs = 30_000;

/** What the requests of one moment share: asked for once, however many are signed with it. */
export interface Grant {
  signer: ScopedSigner;
  endpoint: Endpoint;
  expiresAt: Date;
}

interface Endpoint {
  origin: string;
  /** The path before a key: `/`, or `/{bucket}/`. */
  prefix: string;
}

/** Signs requests for one object of one organisation, on the endpoint that clients reach. */
export class Presigner {
  readonly #settings: StorageSettings;
  readonly #signer: QuerySigner;
  readonly #renewed = new WeakMap<S3Client, number>();
  readonly #granted = new WeakMap<S3Client, Required<Lifetime> & { second: number; grant: Grant }>();
  #endpoint: Promise<Endpoint> | undefined;

  constructor(settings: StorageSettings) {
    this.#settings = settings;
    this.#signer = new QuerySigner(settings.region);
  }

  /** Made once for each second: what a busy second signs, it signs with the same. */
  grant(client: S3Client, { expiresIn, roundTo = 0 }: Lifetime): Grant | Promise<Grant> {
    const now = Date.now() + client.config.systemClockOffset;
    const second = Math.floor(now / 1000);
    const last = this.#granted.get(client);
    if (last?.second === second && last.expiresIn === expiresIn && last.roundTo === roundTo) return last.grant;
    return this.#grant(client, now, expiresIn, roundTo).then((grant) => {
      this.#granted.set(client, { second, expiresIn, roundTo, grant });
      return grant;
    });
  }

  /**
   * Credentials that outlive the request where they can: the SDK refreshes them only in their last five minutes, which is
   * less than a read URL lives, so they are refreshed here first. What they still lack shortens the request's life.
   */
  async #grant(client: S3Client, now: number, expiresIn: number, roundTo: number): Promise<Grant> {
    const endpoint = await this.#resolve();
    const lasts = ({ expiration }: AwsCredentialIdentity) => (expiration ? expiration.getTime() - now : Infinity);
    let credentials = await client.config.credentials();
    if (lasts(credentials) < (expiresIn + marginSeconds) * 1000 && this.#mayRenew(client)) {
      // Those at hand still sign, for as long as they last.
      credentials = await client.config.credentials({ forceRefresh: true }).catch(() => credentials);
    }
    const at = new Date(roundTo > 0 ? Math.floor(now / (roundTo * 1000)) * roundTo * 1000 : now - (now % 1000));
    const end = Math.min(at.getTime() + expiresIn * 1000, Math.floor((now + lasts(credentials)) / 1000) * 1000);
    const seconds = Math.floor((end - at.getTime()) / 1000);
    if (end <= now || seconds < 1) {
      throw new StorageError('store_refused', 'The credentials for the store have expired.');
    }
    const signer = this.#signer.within({ origin: endpoint.origin, credentials, at, expiresIn: seconds });
    return { signer, endpoint, expiresAt: new Date(end) };
  }

  /** Once; but a failure is not kept. */
  #resolve(): Promise<Endpoint> {
    this.#endpoint ??= resolveEndpoint(this.#settings).catch((error: unknown) => {
      this.#endpoint = undefined;
      throw error;
    });
    return this.#endpoint;
  }

  /** A source that gives nothing longer is not asked again for every URL. */
  #mayRenew(client: S3Client): boolean {
    const now = Date.now();
    if (now - (this.#renewed.get(client) ?? -Infinity) < renewalPauseMs) return false;
    this.#renewed.set(client, now);
    return true;
  }

  url(grant: Grant, org: OrgId, key: ObjectKey, request: KeyRequest): Presigned {
    return presigned(grant, owned(org, key), request);
  }

  /** For what a list of a folder has shown: none for a key that this module did not make. */
  urlsIn(grant: Grant, org: OrgId, folder: KeyPrefix): (key: string, request: KeyRequest) => Presigned | undefined {
    const isOwned = belongsToFolder(org, folder);
    return (key, request) => (isOwned(key) ? presigned(grant, key, request) : undefined);
  }

  post(grant: Grant, org: OrgId, key: ObjectKey, form: PostForm): PresignedPost {
    const { origin, prefix } = grant.endpoint;
    const target = { bucket: this.#settings.bucket, key: owned(org, key), ...form };
    return {
      url: `${origin}${prefix.length > 1 ? prefix.slice(0, -1) : prefix}`,
      fields: grant.signer.post(target),
      expiresAt: new Date(grant.expiresAt),
    };
  }
}

function presigned(grant: Grant, key: ObjectKey, { method, query, headers }: KeyRequest): Presigned {
  const url = grant.signer.url({ method, path: grant.endpoint.prefix + escapePath(key), query, headers });
  // A date of its own: the grant's is shared by everybody.
  return { url, expiresAt: new Date(grant.expiresAt) };
}

/** The guard's check for requests that never pass through the client. */
function owned(org: OrgId, key: ObjectKey): ObjectKey {
  if (belongsToOrg(key, org)) return key;
  throw new StorageError('invalid_key', 'The key does not belong to the organisation.');
}

/** The SDK's own endpoint rules decide on host and path, once; its answer for a sample key shows both. */
async function resolveEndpoint(settings: StorageSettings): Promise<Endpoint> {
  // Loaded here and not above: a start that signs nothing yet need not wait for it.
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
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
