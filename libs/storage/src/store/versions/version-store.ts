import type { S3Client } from '@aws-sdk/client-s3';
import { areaOf } from '../../keys/areas.js';
import type { KeyPrefix, ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { StorageError } from '../../storage.error.js';
import { requireChangeable } from '../bounds.js';
import { onBehalfOf } from '../client/org-guard.js';
import type { OrgClients } from '../client/org-clients.js';
import { storageErrorOf } from '../client/s3-error.js';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  PutObjectLegalHoldCommand,
} from '../client/sdk.cjs';
import { requireAbsent, requireUnchanged } from '../absence.js';
import type { Looks } from '../object-info.js';
import { escapePath } from '../signing/canonical.js';
import { protectionOf } from '../writing/protection.js';
import { objectInfo, type ObjectInfo } from '../object-info.js';
import { onlyAsTheFirst, protectionParams } from '../writing/write-headers.js';
import { bucketKeeping, type BucketKeeping } from './bucket-keeping.js';
import { locksOf, type Locks } from './locks.js';
import {
  listOpenUploads,
  listVersions,
  type Behind,
  type OpenUpload,
  type Page,
  type StoredVersion,
} from './version-list.js';

/** One version to be removed. */
export type VersionName = Pick<StoredVersion, 'key' | 'versionId'>;

export interface RefusedVersion extends VersionName {
  /** The store's own word, such as `AccessDenied`. */
  code: string;
}

/** As many as S3 takes at once. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const mostAtOnce = 1_000;

/**
 * What this module asks of S3 about versions: beside `ObjectStore`, which sees the current one of each object. Nothing here
 * deletes without naming a version.
 */
export class VersionStore {
  constructor(
    private readonly settings: StorageSettings,
    private readonly clients: OrgClients,
    private readonly store: Looks,
  ) {}

  /** A page of what the bucket keeps under a prefix, current or not. */
  versions(
    org: OrgId,
    prefix: KeyPrefix | ObjectKey,
    { behind, limit = mostAtOnce }: { behind?: Behind; limit?: number } = {},
  ): Promise<Page<StoredVersion>> {
    const asked = { ...this.#bucket(), Prefix: prefix };
    return this.#call(org, prefix, (client) => listVersions(client, org, asked, behind, limit));
  }

  /** A page of the multipart uploads that are open under a prefix: by the application's own client, for no session may. */
  openUploads(org: OrgId, prefix: KeyPrefix | ObjectKey, behind?: Behind): Promise<Page<OpenUpload>> {
    const asked = { ...this.#bucket(), Prefix: prefix };
    return this.#call(org, prefix, () => listOpenUploads(this.clients.main, org, asked, behind, mostAtOnce));
  }

  /** To end what has ended succeeds. */
  async abort(org: OrgId, { key, uploadId }: OpenUpload): Promise<void> {
    const abort = new AbortMultipartUploadCommand({ ...this.#bucket(), Key: key, UploadId: uploadId });
    await this.#call(org, key, (client) => client.send(onBehalfOf(org, abort))).catch((error: StorageError) => {
      if (error.code !== 'not_found') throw error;
    });
  }

  /** Removes up to 1,000 versions and delete markers for good. Resolves with those that the store refused to remove. */
  async remove(
    org: OrgId,
    named: readonly VersionName[],
    { bypassGovernance = false } = {},
  ): Promise<RefusedVersion[]> {
    if (named.length === 0) return [];
    const Objects = named.map(({ key, versionId }) => {
      if (!versionId) throw new StorageError('invalid_request', 'Nothing is removed without naming its version.');
      return { Key: key, VersionId: versionId };
    });
    const remove = new DeleteObjectsCommand({
      ...this.#bucket(),
      Delete: { Objects, Quiet: true },
      ...(bypassGovernance && { BypassGovernanceRetention: true }),
    });
    const { Errors = [] } = await this.#call(org, Objects[0]?.Key ?? '', (client) =>
      client.send(onBehalfOf(org, remove)),
    );
    return Errors.flatMap(({ Key = '', VersionId = 'null', Code = 'unknown' }) =>
      Code === 'NoSuchVersion' || Code === 'NoSuchKey' ? [] : [{ key: Key, versionId: VersionId, code: Code }],
    );
  }

  /** Makes a version the current one by a copy of it. `replacing` is the ETag of what it replaces; without it none may be there. */
  async restore(org: OrgId, key: ObjectKey, version: StoredVersion, replacing: string | undefined): Promise<void> {
    requireChangeable(key);
    const { conditionalCopy } = this.settings.store;
    // Also where the store has the condition, which fewer stores know than think they do.
    if (replacing) await requireUnchanged(this.store, org, key, replacing);
    else if (!conditionalCopy) await requireAbsent(this.store, org, key);
    const { bucket } = this.settings;
    const copy = new CopyObjectCommand({
      ...this.#bucket(),
      ...protectionParams(await protectionOf(this.settings, org, key)),
      Key: key,
      CopySource: `${bucket}/${escapePath(key)}?versionId=${encodeURIComponent(version.versionId)}`,
      CopySourceIfMatch: version.etag,
      ...(conditionalCopy && (replacing ? { IfMatch: replacing } : onlyAsTheFirst.params)),
    });
    await this.#call(org, key, (client) => client.send(onBehalfOf(org, copy)));
  }

  /** What is known of a version. */
  async info(org: OrgId, key: ObjectKey, { versionId }: StoredVersion): Promise<ObjectInfo> {
    const head = new HeadObjectCommand({ ...this.#bucket(), Key: key, VersionId: versionId });
    return objectInfo(await this.#call(org, key, (client) => client.send(onBehalfOf(org, head))));
  }

  /** Names the very object that is there, if any: a copy of it has another version, or another time at least. */
  async currentOne(org: OrgId, key: ObjectKey): Promise<string | undefined> {
    const head = new HeadObjectCommand({ ...this.#bucket(), Key: key });
    try {
      const answer = await this.#call(org, key, (client) => client.send(onBehalfOf(org, head)));
      return [answer.VersionId, answer.ETag, answer.LastModified?.toISOString()].join(' ');
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  /** What keeps a version from being removed, as the store says. */
  locks(org: OrgId, { key, versionId }: VersionName): Promise<Locks> {
    const version = { ...this.#bucket(), Key: key, VersionId: versionId };
    return this.#call(org, key, (client) => locksOf(client, org, version));
  }

  /** @throws {StorageError} `store_refused` for who may not release, among others */
  async setLegalHold(org: OrgId, { key, versionId }: VersionName, isHeld: boolean): Promise<void> {
    const LegalHold = { Status: isHeld ? ('ON' as const) : ('OFF' as const) };
    const put = new PutObjectLegalHoldCommand({ ...this.#bucket(), Key: key, VersionId: versionId, LegalHold });
    await this.#call(org, key, (client) => client.send(onBehalfOf(org, put)));
  }

  /** What the bucket keeps by its settings. */
  keeping(): Promise<BucketKeeping> {
    return bucketKeeping(this.clients.main, this.#bucket());
  }

  async #call<T>(org: OrgId, key: string, run: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await run(this.clients.for(org, areaOf(key).usedBy));
    } catch (error) {
      throw storageErrorOf(error, this.settings.endpoint);
    }
  }

  #bucket() {
    const { bucket, expectedBucketOwner } = this.settings;
    return { Bucket: bucket, ExpectedBucketOwner: expectedBucketOwner };
  }
}
