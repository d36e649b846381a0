import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { onBehalfOf } from './client/org-guard.js';
import { noObject } from './client/s3-error.js';
import { GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand } from './client/sdk.cjs';
import { onTerms } from './client/store-calls.js';
import { objectInfo, type ObjectInfo } from './object-info.js';
import type { ObjectStream, ObjectTags, ReadOptions } from './object-requests.js';

interface Target {
  Bucket: string;
  Key: ObjectKey;
  ExpectedBucketOwner?: string;
}

/** `isOwnRead`: this process takes the bytes as fast as they come, so no limit of downloads counts it. */
export async function readObject(
  client: S3Client,
  org: OrgId,
  target: Target,
  { range, ifMatch, ifNoneMatch, version, signal }: ReadOptions,
  isOwnRead: boolean,
): Promise<ObjectStream> {
  const conditions = { Range: range, IfMatch: ifMatch, IfNoneMatch: ifNoneMatch, VersionId: version };
  const get = new GetObjectCommand({ ...target, ...conditions });
  const answer = await client.send(onTerms(onBehalfOf(org, get), { isOwnRead }), { abortSignal: signal });
  const body = answer.Body as Readable;
  if (!answer.ETag) {
    body.destroy();
    throw noObject();
  }
  return { ...objectInfo(answer), body, contentRange: answer.ContentRange };
}

export type Conditions = Pick<ReadOptions, 'ifMatch' | 'ifNoneMatch' | 'signal'>;

export async function headObject(
  client: S3Client,
  org: OrgId,
  target: Target & { ChecksumMode?: 'ENABLED' },
  { ifMatch, ifNoneMatch, signal }: Conditions,
  withinMs?: number,
): Promise<ObjectInfo> {
  const head = new HeadObjectCommand({ ...target, IfMatch: ifMatch, IfNoneMatch: ifNoneMatch });
  const answer = await client.send(onTerms(onBehalfOf(org, head), { withinMs }), { abortSignal: signal });
  if (!answer.ETag) throw noObject();
  return { ...objectInfo(answer), ...(liesInArchive(answer) && { isArchived: true }) };
}

/** What HEAD says of an object that GET would refuse. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
function liesInArchive({ StorageClass, ArchiveStatus, Restore }: HeadObjectCommandOutput): boolean {
  const isRestored = Restore?.includes('ongoing-request="false"') ?? false;
  return !isRestored && (ArchiveStatus !== undefined || StorageClass === 'GLACIER' || StorageClass === 'DEEP_ARCHIVE');
}

export async function readTags(client: S3Client, org: OrgId, target: Target): Promise<ObjectTags> {
  const { TagSet, VersionId } = await client.send(onBehalfOf(org, new GetObjectTaggingCommand(target)));
  if (!TagSet) throw noObject();
  const tags = Object.fromEntries(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]));
  return { tags, ...(VersionId !== undefined && VersionId !== 'null' && { version: VersionId }) };
}
