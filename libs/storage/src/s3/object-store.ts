import type { S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { KeyPrefix, ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { partBytes, readUrlSeconds, writeUrlSeconds } from '../storage.policy.js';
import type { StorageSettings } from '../storage.settings.js';
import { requireAbsent, requireUnchanged, storedAllTheSame, writeId } from './absence.js';
import { isArchive, requireChangeable, requireLife, requireLimit } from './bounds.js';
import { CallClock } from './call-clock.js';
import { copyObject, type Copied } from './copy-object.js';
import { abortIncomplete, openUploads } from './incomplete-uploads.js';
import { objectInfo, type ObjectInfo } from './object-info.js';
import {
  readRequest,
  type CopyOptions,
  type ObjectPage,
  type ObjectStream,
  type PutOptions,
  type ReadHeaders,
  type ReadOptions,
  type ReadSigner,
} from './object-requests.js';
import { writeObject } from './object-writer.js';
import { onBehalfOf } from './org-guard.js';
import type { OrgClients } from './org-clients.js';
import type { Grant, KeyRequest, Lifetime, PostForm, Presigned, PresignedPost, Presigner } from './presigner.js';
import { partChecksum } from './part-checksum.js';
import { cursorOr, noObject, storageErrorOf, takenOr } from './s3-error.js';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from './sdk.cjs';
import { SourceFailure } from './source.js';
import { onTerms } from './store-calls.js';
import { UnderWay } from './under-way.js';
import { writeProtection } from './write-protection.js';

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
    const { size, atMost, ifAbsent = false, replacing, signal, contentType, metadata } = options;
    if (!ifAbsent) requireChangeable(key);
    const attributes = { contentType, metadata: { [writeId]: randomUUID(), ...metadata } };
    const { conditionalWrites, conditionalCompletion } = this.#settings.capabilities;
    const createOnly = { put: ifAbsent && conditionalWrites, completion: ifAbsent && conditionalCompletion };
    // A conditional PutObject refuses by itself; what takes longer is refused before its bytes have come.
    const absent = () => (ifAbsent ? requireAbsent(this, org, key) : Promise.resolve());
    const isShort = createOnly.put && (size ?? 0) <= partBytes;
    const checksum = partChecksum(this.#settings);
    const conditions = { createOnly, replacing: conditionalWrites ? replacing : undefined };
    const writing = { size, atMost, signal, checksum, ...conditions, ...(isShort && { beforeParts: absent }) };
    const headers = { ContentType: contentType, Metadata: attributes.metadata, ...writeProtection(this.#settings) };
    const params = { ...this.#target(key), ...headers };
    try {
      return await this.#call(org, key, async (client) => {
        if (!isShort) await absent();
        if (replacing && !conditionalWrites) await requireUnchanged(this, org, key, replacing);
        const written = await writeObject(client, org, params, bytes, writing);
        // Some stores answer a multipart completion without an ETag.
        if (!written.etag) return this.head(org, key);
        return { etag: written.etag, size: written.size, ...attributes };
      });
    } catch (error) {
      if (signal?.aborted) throw new StorageError('cancelled', 'The transfer was cancelled.', { cause: error });
      if (error instanceof SourceFailure) throw error.error;
      // Whoever waits has waited for the call that failed: little is left for another look.
      const lookedUp = { head: () => this.#head(org, key, {}, afterwardsMs) };
      return storedAllTheSame(lookedUp, org, key, attributes.metadata[writeId], takenOr(error, ifAbsent));
    }
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
    return this.#read(org, key, options, false);
  }

  /** A read whose bytes this process takes as fast as they come, to verify them: no limit of downloads counts it. */
  async readAtOnce(org: OrgId, key: ObjectKey, options: ReadOptions = {}): Promise<ObjectStream> {
    return this.#read(org, key, options, true);
  }

  #read(
    org: OrgId,
    key: ObjectKey,
    { range, ifMatch, ifNoneMatch, signal }: ReadOptions,
    isOwnRead: boolean,
  ): Promise<ObjectStream> {
    return this.#call(org, key, async (client) => {
      const conditions = { Range: range, IfMatch: ifMatch, IfNoneMatch: ifNoneMatch };
      const get = new GetObjectCommand({ ...this.#target(key), ...conditions });
      const answer = await client.send(onTerms(onBehalfOf(org, get), { isOwnRead }), { abortSignal: signal });
      const body = answer.Body as Readable;
      if (!answer.ETag) {
        body.destroy();
        throw noObject();
      }
      return { ...objectInfo(answer), body, contentRange: answer.ContentRange };
    });
  }

  async head(
    org: OrgId,
    key: ObjectKey,
    conditions: Pick<ReadOptions, 'ifMatch' | 'ifNoneMatch' | 'signal'> = {},
  ): Promise<ObjectInfo> {
    return this.#head(org, key, conditions);
  }

  #head(
    org: OrgId,
    key: ObjectKey,
    { ifMatch, ifNoneMatch, signal }: Pick<ReadOptions, 'ifMatch' | 'ifNoneMatch' | 'signal'> = {},
    withinMs?: number,
  ): Promise<ObjectInfo> {
    return this.#call(org, key, async (client) => {
      const head = new HeadObjectCommand({
        ...this.#target(key),
        IfMatch: ifMatch,
        IfNoneMatch: ifNoneMatch,
        ...(this.#settings.capabilities.checksums && { ChecksumMode: 'ENABLED' }),
      });
      const answer = await client.send(onTerms(onBehalfOf(org, head), { withinMs }), { abortSignal: signal });
      if (!answer.ETag) throw noObject();
      return objectInfo(answer);
    });
  }

  /** The same, where it may be absent. */
  async find(org: OrgId, key: ObjectKey): Promise<ObjectInfo | undefined> {
    return this.head(org, key).catch((error: StorageError) => {
      if (error.code === 'not_found') return undefined;
      throw error;
    });
  }

  /** `limit` objects of a folder, in key order; an opaque cursor leads to the next ones. */
  async list(org: OrgId, prefix: KeyPrefix, options: { limit: number; cursor?: string }): Promise<ObjectPage> {
    requireLimit(options.limit);
    return this.#call(org, prefix, async (client) => {
      const { bucket: Bucket, expectedBucketOwner: ExpectedBucketOwner } = this.#settings;
      const page = { Prefix: prefix, MaxKeys: options.limit, ContinuationToken: options.cursor };
      const answer = await client
        .send(onBehalfOf(org, new ListObjectsV2Command({ Bucket, ExpectedBucketOwner, ...page })))
        .catch((error: unknown) => {
          throw options.cursor === undefined ? error : cursorOr(error);
        });
      // Every list names its folder, an empty one too.
      if (answer.Name === undefined && answer.Prefix === undefined) throw noObject();
      const objects = (answer.Contents ?? []).map((object) => ({ key: object.Key ?? '', ...objectInfo(object) }));
      return { objects, nextCursor: answer.NextContinuationToken };
    });
  }

  /** Deleting what is not there succeeds. */
  async delete(org: OrgId, key: ObjectKey): Promise<void> {
    requireChangeable(key);
    await this.#call(org, key, (client) => client.send(onBehalfOf(org, new DeleteObjectCommand(this.#target(key)))));
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

  /** A URL that reads the object, answered with these headers whatever is stored with it. */
  presignRead(org: OrgId, key: ObjectKey, headers: ReadHeaders, expiresIn: number): Promise<Presigned> {
    return this.presign(org, key, readRequest(headers), this.#readLife(expiresIn));
  }

  /** The same for the keys that a list of a folder has shown: what their URLs share is prepared once. */
  async readSigner(org: OrgId, folder: KeyPrefix, expiresIn: number): Promise<ReadSigner> {
    const life = this.#readLife(expiresIn);
    requireLife(life, readUrlSeconds);
    const grant = await this.#grant(org, folder, life);
    const sign = this.#presigner.urlsIn(grant, org, folder);
    return (key, headers) => sign(key, readRequest(headers));
  }

  async presign(org: OrgId, key: ObjectKey, request: KeyRequest, life: Lifetime): Promise<Presigned> {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) requireChangeable(key);
    requireLife(life, isRead ? readUrlSeconds : writeUrlSeconds);
    return this.#presigner.url(await this.#grant(org, key, life), org, key, request);
  }

  async presignPost(org: OrgId, key: ObjectKey, form: PostForm, life: Lifetime): Promise<PresignedPost> {
    requireChangeable(key);
    requireLife(life, writeUrlSeconds);
    return this.#presigner.post(await this.#grant(org, key, life), org, key, form);
  }

  async #call<T>(org: OrgId, key: ObjectKey | KeyPrefix, run: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await run(this.#clients.for(org, isArchive(key) ? 'archive' : 'files'));
    } catch (error) {
      throw storageErrorOf(error, this.#settings.endpoint);
    }
  }

  /** Credentials may have to be fetched for it. */
  #grant(org: OrgId, key: ObjectKey | KeyPrefix, life: Lifetime): Promise<Grant> {
    return this.#call(org, key, async (client) => {
      const grant = this.#presigner.grant(client, life);
      return grant instanceof Promise ? new CallClock(this.#settings.timeouts.call).race(grant) : grant;
    });
  }

  #readLife = (expiresIn: number): Lifetime => ({ expiresIn, roundTo: this.#settings.stableUrlSeconds });

  #target(key: ObjectKey) {
    const { bucket, expectedBucketOwner } = this.#settings;
    return { Bucket: bucket, Key: key, ExpectedBucketOwner: expectedBucketOwner };
  }
}

/** Milliseconds for what follows a call that failed. */
const afterwardsMs = 5_000;
