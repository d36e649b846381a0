import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListMultipartUploadsCommandOutput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { areas } from '../src/keys/areas.js';

/** What a bucket keeps of an object, or an upload that was begun. */
export interface KeptState {
  key: string;
  /** Of the version or the upload. */
  id: string;
  size: number;
  etag: string;
  kind: 'version' | 'marker' | 'upload';
}

/** All that a bucket keeps, behind the module's back. */
export async function keptStatesIn(raw: S3Client, Bucket: string): Promise<KeptState[]> {
  const kept: KeptState[] = [];
  let versions: Partial<ListObjectVersionsCommandOutput> = {};
  do {
    const at = { KeyMarker: versions.NextKeyMarker, VersionIdMarker: versions.NextVersionIdMarker };
    versions = await raw.send(new ListObjectVersionsCommand({ Bucket, ...at }));
    for (const { Key: key = '', VersionId: id = '', Size: size = 0, ETag: etag = '' } of versions.Versions ?? [])
      kept.push({ key, id, size, etag, kind: 'version' });
    for (const { Key: key = '', VersionId: id = '' } of versions.DeleteMarkers ?? [])
      kept.push({ key, id, size: 0, etag: '', kind: 'marker' });
  } while (versions.IsTruncated);
  let uploads: Partial<ListMultipartUploadsCommandOutput> = {};
  do {
    const at = { KeyMarker: uploads.NextKeyMarker, UploadIdMarker: uploads.NextUploadIdMarker };
    uploads = await raw.send(new ListMultipartUploadsCommand({ Bucket, ...at }));
    for (const { Key: key = '', UploadId: id = '' } of uploads.Uploads ?? [])
      kept.push({ key, id, size: 0, etag: '', kind: 'upload' });
  } while (uploads.IsTruncated);
  return kept;
}

const roots = Object.values(areas).map(({ root }) => root);

/** Those of an organisation, in whatever area. */
export const statesOfOrg = (kept: readonly KeptState[], org: string): KeptState[] =>
  kept.filter(({ key }) => roots.some((root) => key.startsWith(`${root}${org}/`)));

/** The same, a line each. */
export const linesOfOrg = (kept: readonly KeptState[], org: string): string[] =>
  statesOfOrg(kept, org)
    .map(({ key, id, etag, kind }) => `${key} ${id} ${{ version: etag, marker: 'deleted', upload: 'open' }[kind]}`)
    .toSorted();
