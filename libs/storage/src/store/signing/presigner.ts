import type { AwsCredentialIdentity, HttpRequest } from '@smithy/types';
import { belongsToFolder, belongsToOrg, type KeyPrefix, type ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { CallClock } from '../client/call-clock.js';
import { clientConfig } from '../client/s3-client.js';
import { escapePath } from './canonical.js';
import { GetObjectCommand, S3Client } from '../client/sdk.cjs';
import { newGrant, type Grant } from './grant.js';
import { QuerySigner, type PostTarget, type ScopedSigner, type UnsignedRequest } from './signature.js';

export interface Presigned {
  url: string;
  grant: Grant;
  /** When the store stops accepting it: the asked life, or the end of the credentials if that is sooner. */
  expiresAt: Date;
}

export interface PresignedPost extends Omit<Presigned, 'grant'> {
  fields: Record<string, string>;
}

/** Everything about a request except where it goes. */
export interface KeyRequest extends Omit<UnsignedRequest, 'path'> {
  /** Escaped and in order, of names that come before `x-`: see `canonicalQuery`. */
  query?: string;
  /** What the SDK calls the request, as its `x-id` says it. */
  operation?: string;
  /** Named so, where what it belongs to has a name already. Default: a name of its own. */
  grant?: Grant;
  /** Who asks: has a name of their own where URLs are stable. */
  by?: string;
}

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
export interface Moment {
  signer: ScopedSigner;
  endpoint: Endpoint;
  expiresAt: Date;
  /** Whether the same request has the same URL again in this moment. */
  isStable: boolean;
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
  readonly #moments = new WeakMap<S3Client, Required<Lifetime> & { second: number; moment: Moment }>();
  #endpoint: Promise<Endpoint> | undefined;

  constructor(settings: StorageSettings) {
    this.#settings = settings;
    this.#signer = new QuerySigner(settings.region);
  }

  /** Made once for each second: what a busy second signs, it signs with the same. */
  moment(client: S3Client, { expiresIn, roundTo = 0 }: Lifetime): Moment | Promise<Moment> {
    const now = Date.now() + client.config.systemClockOffset;
    const second = Math.floor(now / 1000);
    const last = this.#moments.get(client);
    if (last?.second === second && last.expiresIn === expiresIn && last.roundTo === roundTo) return last.moment;
    const beginning = this.#begin(client, now, expiresIn, roundTo).then((moment) => {
      this.#moments.set(client, { second, expiresIn, roundTo, moment });
      return moment;
    });
    return new CallClock(this.#settings.timeouts.call).race(beginning);
  }

  /**
   * Credentials that outlive the request where they can: the SDK refreshes them only in their last five minutes, which is
   * less than a read URL lives, so they are refreshed here first. What they still lack shortens the request's life.
   */
  async #begin(client: S3Client, now: number, expiresIn: number, roundTo: number): Promise<Moment> {
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
    return { signer, endpoint, expiresAt: new Date(end), isStable: roundTo > 0 };
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

  url(moment: Moment, org: OrgId, key: ObjectKey, request: KeyRequest): Presigned {
    return presigned(moment, owned(org, key), request);
  }

  /** For what a list of a folder has shown: none for a key that this module did not make. */
  urlsIn(moment: Moment, org: OrgId, folder: KeyPrefix): (key: string, request: KeyRequest) => Presigned | undefined {
    const isOwned = belongsToFolder(org, folder);
    return (key, request) => (isOwned(key) ? presigned(moment, key, request) : undefined);
  }

  post(moment: Moment, org: OrgId, key: ObjectKey, form: PostForm): PresignedPost {
    const { origin, prefix } = moment.endpoint;
    const target = { bucket: this.#settings.bucket, key: owned(org, key), ...form };
    return {
      url: `${origin}${prefix.length > 1 ? prefix.slice(0, -1) : prefix}`,
      fields: moment.signer.post(target),
      expiresAt: new Date(moment.expiresAt),
    };
  }
}

/** Every URL has the name of what it grants among what is signed: S3 ignores it, and writes it into its access log. */
function presigned({ signer, endpoint, expiresAt, isStable }: Moment, key: ObjectKey, request: KeyRequest): Presigned {
  const { method, query = '', operation, headers, by } = request;
  const grant = request.grant ?? (isStable ? signer.nameOf([key, by ?? null]) : newGrant());
  const named = `${query}&x-grant=${grant}${operation === undefined ? '' : `&x-id=${operation}`}`;
  const url = signer.url({ method, path: endpoint.prefix + escapePath(key), query: named, headers });
  // A date of its own: the moment's is shared by everybody.
  return { url, expiresAt: new Date(expiresAt), grant };
}

/** The guard's check for requests that never pass through the client. */
function owned(org: OrgId, key: ObjectKey): ObjectKey {
  if (belongsToOrg(key, org)) return key;
  throw new StorageError('invalid_key', 'The key does not belong to the organisation.');
}

/** The SDK's own endpoint rules decide on host and path, once: the request that it makes for a sample key shows both. */
async function resolveEndpoint(settings: StorageSettings): Promise<Endpoint> {
  const credentials = { accessKeyId: 'sample', secretAccessKey: 'sample' };
  const sample = new S3Client(clientConfig(settings, settings.publicEndpoint ?? settings.endpoint, credentials));
  const made = new Promise<Endpoint>((resolve) => {
    // Nothing is sent: the request is taken here before it is signed.
    const take = () => async (args: { request: unknown }) => {
      const { protocol, hostname, port, path } = args.request as HttpRequest;
      resolve({
        origin: new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}`).origin,
        prefix: path.slice(0, -1),
      });
      return { output: { $metadata: {} }, response: undefined };
    };
    sample.middlewareStack.add(take, { step: 'build', priority: 'high', name: 'tenantStorageSampleRequest' });
  });
  try {
    await sample.send(new GetObjectCommand({ Bucket: settings.bucket, Key: 'k' }));
    return await made;
  } finally {
    sample.destroy();
  }
}
