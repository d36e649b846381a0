import type { S3Client } from '@aws-sdk/client-s3';
import { areaOf } from '../keys/areas.js';
import type { KeyPrefix, ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { readUrlSeconds, writeUrlSeconds } from '../storage.policy.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { requireChangeable, requireLife, requireLimit } from './bounds.js';
import { isListed, listPage } from './list-page.js';
import { copyObject, type Copied } from './copy-object.js';
import { abortIncomplete, openUploads } from './incomplete-uploads.js';
import type { ObjectInfo } from './object-info.js';
import {
  readRequest,
  type CopyOptions,
  type ObjectPage,
  type ObjectStream,
  type ObjectTags,
  type PutOptions,
  type ReadHeaders,
  type ReadOptions,
  type ReadSigner,
} from './object-requests.js';
import { putObject } from './put-object.js';
import { headObject, readObject, readTags, type Conditions } from './read-object.js';
import { onBehalfOf } from './client/org-guard.js';
import type { OrgClients } from './client/org-clients.js';
import type { KeyRequest, Lifetime, PostForm, Presigned, PresignedPost, Presigner } from './signing/presigner.js';
import { beyondEnd, storageErrorOf } from './client/s3-error.js';
import { DeleteObjectCommand } from './client/sdk.cjs';
import { UnderWay } from './writing/under-way.js';

/**
 * Everything this module asks of S3. Each call names the organisation and a key that the key policy made for it; the two
 * are compared again before a request leaves, and every failure comes out as a `StorageError`.
 */
export class ObjectStore {
  /** Uploads through the application. */
  readonly uploads: UnderWay;
  readonly #settings: StorageSettings;
  readonly #clients: OrgClients;
  readonly #presigner: Presigner;

  constructor(settings: StorageSettings, clients: OrgClients, presigner: Presigner) {
    this.#settings = settings;
    this.uploads = new UnderWay(settings.limits);
    this.#clients = clients;
    this.#presigner = presigner;
  }

  /** Writes a stream; nothing is stored unless its source ends well. */
  async put(org: OrgId, key: ObjectKey, bytes: AsyncIterable<Uint8Array>, options: PutOptions): Promise<ObjectInfo> {
    if (!options.ifAbsent) requireChangeable(key);
    const around = {
      head: () => this.head(org, key),
      find: () => this.find(org, key),
      call: <T>(run: (client: S3Client) => Promise<T>) => this.#call(org, key, run),
      afterwards: { head: () => this.#head(org, key, {}, afterwardsMs) },
    };
    return putObject(around, this.#settings, org, { to: this.#target(key), bytes, ...options });
  }

  /** A server-side copy on condition that the source is still what was inspected. */
  async copy(org: OrgId, from: ObjectKey, to: ObjectKey, options: CopyOptions): Promise<Copied> {
    requireChangeable(to);
    const target = this.#target(to);
    return this.#call(org, to, async (client) => {
      const copied = await copyObject(this, this.#settings, client, org, { from, to: target, ...options });
      return copied ?? this.head(org, to);
    });
  }

  async read(org: OrgId, key: ObjectKey, options: ReadOptions = {}): Promise<ObjectStream> {
    const run = (client: S3Client) => readObject(client, org, this.#target(key), options, false);
    return this.#call(org, key, run).catch(async (error: unknown) => {
      if (!(error instanceof StorageError) || error.code !== 'range_not_satisfiable') throw error;
      // RFC 9110, section 15.5.17, has the size in the answer; Ceph does not tell it.
      throw error.size === undefined ? beyondEnd(error.cause, (await this.head(org, key)).size) : error;
    });
  }

  /** A read whose bytes this process takes as fast as they come, to verify them: no limit of downloads counts it. */
  async readAtOnce(org: OrgId, key: ObjectKey, options: ReadOptions = {}): Promise<ObjectStream> {
    return this.#call(org, key, (client) => readObject(client, org, this.#target(key), options, true));
  }

  async head(org: OrgId, key: ObjectKey, conditions: Conditions = {}): Promise<ObjectInfo> {
    return this.#head(org, key, conditions);
  }

  #head(org: OrgId, key: ObjectKey, conditions: Conditions = {}, withinMs?: number): Promise<ObjectInfo> {
    const target = {
      ...this.#target(key),
      ...(this.#settings.store.checksums && { ChecksumMode: 'ENABLED' as const }),
    };
    return this.#call(org, key, (client) => headObject(client, org, target, conditions, withinMs));
  }

  /** The same, where it may be absent. */
  async find(org: OrgId, key: ObjectKey): Promise<ObjectInfo | undefined> {
    return this.head(org, key).catch((error: StorageError) => {
      if (error.code === 'not_found') return undefined;
      throw error;
    });
  }

  /** What others have written on the newest version of an object, such as a scanner's verdict. */
  async tagsOf(org: OrgId, key: ObjectKey): Promise<ObjectTags> {
    return this.#call(org, key, (client) => readTags(client, org, this.#target(key)));
  }

  /** Whether there is such an object, also where a policy keeps everybody from reading it. */
  async has(org: OrgId, key: ObjectKey): Promise<boolean> {
    try {
      return (await this.find(org, key)) !== undefined;
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'store_refused') throw error;
    }
    return this.#call(org, key, (client) => isListed(client, org, this.#target(key)));
  }

  /** `limit` objects of a folder, in key order; an opaque cursor leads to the next ones. */
  async list(org: OrgId, prefix: KeyPrefix, options: { limit: number; cursor?: string }): Promise<ObjectPage> {
    requireLimit(options.limit);
    const { bucket: Bucket, expectedBucketOwner: ExpectedBucketOwner } = this.#settings;
    const page = { Prefix: prefix, MaxKeys: options.limit, ContinuationToken: options.cursor };
    return this.#call(org, prefix, (client) => listPage(client, org, { Bucket, ExpectedBucketOwner, ...page }));
  }

  /** Deleting what is not there succeeds. With `ifMatch` the object must still have that ETag, where the store knows the condition. */
  async delete(org: OrgId, key: ObjectKey, { ifMatch }: Pick<ReadOptions, 'ifMatch'> = {}): Promise<void> {
    requireChangeable(key);
    const remove = new DeleteObjectCommand({ ...this.#target(key), ...(ifMatch && { IfMatch: ifMatch }) });
    await this.#call(org, key, (client) => client.send(onBehalfOf(org, remove)));
  }

  /** Ends the multipart uploads of a key that were never completed. */
  async abortIncomplete(org: OrgId, key: ObjectKey): Promise<void> {
    await this.#call(org, key, (client) => abortIncomplete(client, org, this.#target(key), this.#clients.main));
  }

  /** Whether at least so many multipart uploads of a key are known to be open: not every application may list them. */
  async hasIncomplete(org: OrgId, key: ObjectKey, count: number): Promise<boolean> {
    const page = await this.#call(org, key, () => openUploads(this.#clients.main, org, this.#target(key)));
    return page.ids.length >= count;
  }

  /**
   * A URL that reads the object, answered with these headers whatever is stored with it. Its grant is its own; where URLs are
   * stable, that of `by`.
   */
  presignRead(org: OrgId, key: ObjectKey, headers: ReadHeaders, expiresIn: number, by?: string): Promise<Presigned> {
    return this.presign(org, key, readRequest(headers, by), this.#readLife(expiresIn));
  }

  /** The same for the keys that a list of a folder has shown: what their URLs share is prepared once. */
  async readSigner(org: OrgId, folder: KeyPrefix, expiresIn: number, by?: string): Promise<ReadSigner> {
    const life = this.#readLife(expiresIn);
    requireLife(life, readUrlSeconds);
    const sign = this.#presigner.urlsIn(await this.#moment(org, folder, life), org, folder);
    return (key, headers) => sign(key, readRequest(headers, by));
  }

  async presign(org: OrgId, key: ObjectKey, request: KeyRequest, life: Lifetime): Promise<Presigned> {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) requireChangeable(key);
    requireLife(life, isRead ? readUrlSeconds : writeUrlSeconds);
    return this.#presigner.url(await this.#moment(org, key, life), org, key, request);
  }

  async presignPost(org: OrgId, key: ObjectKey, form: PostForm, life: Lifetime): Promise<PresignedPost> {
    requireChangeable(key);
    requireLife(life, writeUrlSeconds);
    return this.#presigner.post(await this.#moment(org, key, life), org, key, form);
  }

  async #call<T>(org: OrgId, key: ObjectKey | KeyPrefix, run: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await run(this.#clients.for(org, areaOf(key).usedBy));
    } catch (error) {
      throw storageErrorOf(error, this.#settings.endpoint);
    }
  }

  /** Credentials may have to be fetched for it. */
  #moment(org: OrgId, key: ObjectKey | KeyPrefix, life: Lifetime) {
    return this.#call(org, key, async (client) => this.#presigner.moment(client, life));
  }

  #readLife = (expiresIn: number): Lifetime => ({ expiresIn, roundTo: this.#settings.stableUrlSeconds });

  #target(key: ObjectKey) {
    const { bucket, expectedBucketOwner } = this.#settings;
    return { Bucket: bucket, Key: key, ExpectedBucketOwner: expectedBucketOwner };
  }
}

/** Milliseconds for what follows a call that failed. */
const afterwardsMs = 5_000;
