import type { S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { KeyPrefix, ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { partBytes } from '../storage.policy.js';
import type { StorageSettings } from '../storage.settings.js';
import { requireAbsent, storedAllTheSame, writeId } from './absence.js';
import { escapePath } from './canonical.js';
import { abortIncomplete } from './incomplete-uploads.js';
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
import type { Area, OrgClients } from './org-clients.js';
import type { Grant, KeyRequest, Lifetime, PostForm, Presigned, PresignedPost, Presigner } from './presigner.js';
import { cursorOr, storageErrorOf, takenOr } from './s3-error.js';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from './sdk.cjs';
import { writeProtection } from './write-protection.js';

/**
 * Everything this module asks of S3. Each call names the organisation and a key that the key policy made for it; the two
 * are compared again before a request leaves, and every failure comes out as a `StorageError`.
 */
export class ObjectStore {
  readonly #settings: StorageSettings;
  readonly #clients: OrgClients;
  readonly #presigner: Presigner;

  constructor(settings: StorageSettings, clients: OrgClients, presigner: Presigner) {
    this.#settings = settings;
    this.#clients = clients;
    this.#presigner = presigner;
  }

  /** Writes a stream; nothing is stored unless its source ends well. */
  async put(org: OrgId, key: ObjectKey, bytes: AsyncIterable<Uint8Array>, options: PutOptions): Promise<ObjectInfo> {
    const { size, atMost, ifAbsent = false, signal, contentType, metadata } = options;
    const attributes = { contentType, metadata: { ...metadata, [writeId]: randomUUID() } };
    const { conditionalWrites, conditionalCompletion } = this.#settings.capabilities;
    const createOnly = { put: ifAbsent && conditionalWrites, completion: ifAbsent && conditionalCompletion };
    // A conditional PutObject refuses by itself; what takes longer is refused before its bytes have come.
    const absent = () => requireAbsent(this, org, key, ifAbsent);
    const isShort = createOnly.put && (size ?? 0) <= partBytes;
    const writing = { size, atMost, signal, createOnly, ...(isShort && { beforeParts: absent }) };
    const headers = { ContentType: contentType, Metadata: attributes.metadata, ...writeProtection(this.#settings) };
    const params = { ...this.#target(key), ...headers };
    try {
      return await this.#call(org, key, async (client) => {
        if (!isShort) await absent();
        const written = await writeObject(client, org, params, bytes, writing);
        // Some stores answer a multipart completion without an ETag.
        if (!written.etag) return this.head(org, key);
        return { etag: written.etag, size: written.size, ...attributes };
      });
    } catch (error) {
      if (signal?.aborted) throw new StorageError('cancelled', 'The transfer was cancelled.', { cause: error });
      return storedAllTheSame(this, org, key, attributes.metadata[writeId], takenOr(error, ifAbsent));
    }
  }

  /** A server-side copy on condition that the source is still what was inspected. */
  async copy(org: OrgId, from: ObjectKey, to: ObjectKey, options: CopyOptions): Promise<void> {
    const { sourceEtag, replacing, ifAbsent = false, contentType, metadata = {} } = options;
    const { conditionalCopy } = this.#settings.capabilities;
    await this.#call(org, to, async (client) => {
      await requireAbsent(this, org, to, ifAbsent);
      const copy = new CopyObjectCommand({
        ...this.#target(to),
        ...writeProtection(this.#settings),
        ...(contentType && { MetadataDirective: 'REPLACE', ContentType: contentType, Metadata: { ...metadata } }),
        CopySource: `${this.#settings.bucket}/${escapePath(from)}`,
        CopySourceIfMatch: sourceEtag,
        ...(ifAbsent && conditionalCopy && { IfNoneMatch: '*' }),
        ...(replacing && conditionalCopy && { IfMatch: replacing }),
      });
      await client.send(onBehalfOf(org, copy));
    });
  }

  async read(
    org: OrgId,
    key: ObjectKey,
    { range, ifMatch, ifNoneMatch, signal }: ReadOptions = {},
  ): Promise<ObjectStream> {
    return this.#call(org, key, async (client) => {
      const get = new GetObjectCommand({
        ...this.#target(key),
        Range: range,
        IfMatch: ifMatch,
        IfNoneMatch: ifNoneMatch,
      });
      const answer = await client.send(onBehalfOf(org, get), { abortSignal: signal });
      return { ...objectInfo(answer), body: answer.Body as Readable, contentRange: answer.ContentRange };
    });
  }

  async head(org: OrgId, key: ObjectKey): Promise<ObjectInfo> {
    return this.#call(org, key, async (client) => {
      const head = new HeadObjectCommand({
        ...this.#target(key),
        ...(this.#settings.capabilities.checksums && { ChecksumMode: 'ENABLED' }),
      });
      return objectInfo(await client.send(onBehalfOf(org, head)));
    });
  }

  /** `limit` objects of a folder, in key order; an opaque cursor leads to the next ones. */
  async list(org: OrgId, prefix: KeyPrefix, options: { limit: number; cursor?: string }): Promise<ObjectPage> {
    return this.#call(org, prefix, async (client) => {
      const { bucket: Bucket, expectedBucketOwner: ExpectedBucketOwner } = this.#settings;
      const page = { Prefix: prefix, MaxKeys: options.limit, ContinuationToken: options.cursor };
      const answer = await client
        .send(onBehalfOf(org, new ListObjectsV2Command({ Bucket, ExpectedBucketOwner, ...page })))
        .catch((error: unknown) => {
          throw options.cursor === undefined ? error : cursorOr(error);
        });
      const objects = (answer.Contents ?? []).map((object) => ({ key: object.Key ?? '', ...objectInfo(object) }));
      return { objects, nextCursor: answer.NextContinuationToken };
    });
  }

  /** Deleting what is not there succeeds. */
  async delete(org: OrgId, key: ObjectKey): Promise<void> {
    await this.#call(org, key, (client) => client.send(onBehalfOf(org, new DeleteObjectCommand(this.#target(key)))));
  }

  /** Ends the multipart uploads of a key that were never completed. */
  async abortIncomplete(org: OrgId, key: ObjectKey): Promise<void> {
    await this.#call(org, key, (client) => abortIncomplete(client, org, this.#target(key), this.#clients.main));
  }

  /** A URL that reads the object, answered with these headers whatever is stored with it. */
  presignRead(org: OrgId, key: ObjectKey, headers: ReadHeaders, expiresIn: number): Promise<Presigned> {
    return this.presign(org, key, readRequest(headers), this.#readLife(expiresIn));
  }

  /** The same for the keys that a list of a folder has shown: what their URLs share is prepared once. */
  async readSigner(org: OrgId, folder: KeyPrefix, expiresIn: number): Promise<ReadSigner> {
    const grant = await this.#grant(org, folder, this.#readLife(expiresIn));
    const sign = this.#presigner.urlsIn(grant, org, folder);
    return (key, headers) => sign(key, readRequest(headers));
  }

  async presign(org: OrgId, key: ObjectKey, request: KeyRequest, life: Lifetime): Promise<Presigned> {
    return this.#presigner.url(await this.#grant(org, key, life), org, key, request);
  }

  async presignPost(org: OrgId, key: ObjectKey, form: PostForm, life: Lifetime): Promise<PresignedPost> {
    return this.#presigner.post(await this.#grant(org, key, life), org, key, form);
  }

  async #call<T>(org: OrgId, key: ObjectKey | KeyPrefix, run: (client: S3Client) => Promise<T>): Promise<T> {
    const area: Area = key.startsWith('audit-archive/') ? 'archive' : 'files';
    try {
      return await run(this.#clients.for(org, area));
    } catch (error) {
      throw storageErrorOf(error);
    }
  }

  /** Credentials may have to be fetched for it. */
  #grant(org: OrgId, key: ObjectKey | KeyPrefix, life: Lifetime): Promise<Grant> {
    return this.#call(org, key, async (client) => this.#presigner.grant(client, life));
  }

  #readLife = (expiresIn: number): Lifetime => ({ expiresIn, roundTo: this.#settings.stableUrlSeconds });

  #target(key: ObjectKey) {
    const { bucket, expectedBucketOwner } = this.#settings;
    return { Bucket: bucket, Key: key, ExpectedBucketOwner: expectedBucketOwner };
  }
}
