import type { S3Client } from '@aws-sdk/client-s3';
import type { OrgId } from '../../keys/org-id.js';
import { onBehalfOf } from '../client/org-guard.js';
import { noObject } from '../client/s3-error.js';
import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '../client/sdk.cjs';

/** One state of an object that a bucket with versioning keeps, or the mark that it was deleted. */
export interface StoredVersion {
  key: string;
  /** `null`, as text, in a bucket that has never kept versions. */
  versionId: string;
  isLatest: boolean;
  /** It says that the object was deleted, and has no bytes. */
  isMarker: boolean;
  /** Bytes. */
  size: number;
  /** Quoted; empty for a marker. */
  etag: string;
  at?: Date;
}

export interface OpenUpload {
  key: string;
  uploadId: string;
  at?: Date;
}

/** The last thing that a page showed: the next page begins behind it. */
export interface Behind {
  key: string;
  id?: string;
}

export interface Page<T> {
  items: T[];
  next?: Behind;
}

interface Asked {
  Bucket: string;
  ExpectedBucketOwner?: string;
  Prefix: string;
}

/** Everything that the bucket keeps under a prefix, by key; of one key the latest first. */
export async function listVersions(
  client: S3Client,
  org: OrgId,
  asked: Asked,
  behind: Behind | undefined,
  limit: number,
): Promise<Page<StoredVersion>> {
  const markers = { KeyMarker: behind?.key, VersionIdMarker: behind?.id };
  const list = new ListObjectVersionsCommand({ ...asked, ...markers, MaxKeys: limit });
  const answer = await client.send(onBehalfOf(org, list));
  if (answer.Name === undefined && answer.Prefix === undefined) throw noObject();
  const versions = (answer.Versions ?? []).map((found) => ({ ...stateOf(found), isMarker: false }));
  const deletions = (answer.DeleteMarkers ?? []).map((found) => ({ ...stateOf(found), isMarker: true }));
  // The store's answer has both in one order, which the SDK takes apart.
  const items = [...versions, ...deletions].toSorted(byKeyThenNewest);
  return { items, ...nextOf(answer, answer.NextKeyMarker, answer.NextVersionIdMarker) };
}

/** The multipart uploads that were begun under a prefix and not ended. */
export async function listOpenUploads(
  client: S3Client,
  org: OrgId,
  asked: Asked,
  behind: Behind | undefined,
  limit: number,
): Promise<Page<OpenUpload>> {
  const markers = { KeyMarker: behind?.key, UploadIdMarker: behind?.id };
  const list = new ListMultipartUploadsCommand({ ...asked, ...markers, MaxUploads: limit });
  const answer = await client.send(onBehalfOf(org, list));
  if (answer.Bucket === undefined && answer.Prefix === undefined) throw noObject();
  const items = (answer.Uploads ?? []).map(({ Key = '', UploadId = '', Initiated }) => ({
    key: Key,
    uploadId: UploadId,
    ...(Initiated && { at: Initiated }),
  }));
  return { items, ...nextOf(answer, answer.NextKeyMarker, answer.NextUploadIdMarker) };
}

interface Listed {
  Key?: string;
  VersionId?: string;
  IsLatest?: boolean;
  Size?: number;
  ETag?: string;
  LastModified?: Date;
}

const stateOf = ({ Key = '', VersionId = 'null', IsLatest = false, Size = 0, ETag = '', LastModified }: Listed) => ({
  key: Key,
  versionId: VersionId,
  isLatest: IsLatest,
  size: Size,
  etag: ETag,
  ...(LastModified && { at: LastModified }),
});

function nextOf({ IsTruncated = false }: { IsTruncated?: boolean }, key: string | undefined, id: string | undefined) {
  if (!IsTruncated) return {};
  // Without it the list would begin anew, for ever.
  if (!key) throw noObject();
  return { next: { key, ...(id && { id }) } };
}

/** Keys in the order of their bytes, as S3 has them. Times are whole seconds on some stores: ties stay as they came. */
const byKeyThenNewest = (a: StoredVersion, b: StoredVersion): number =>
  (a.key === b.key ? 0 : Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))) ||
  Number(b.isLatest) - Number(a.isLatest) ||
  (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0);
