import type { S3Client } from '@aws-sdk/client-s3';
import type { KeyPrefix, ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { onBehalfOf } from './client/org-guard.js';
import { cursorOr, noObject } from './client/s3-error.js';
import { ListObjectsV2Command } from './client/sdk.cjs';
import { objectInfo } from './object-info.js';
import type { ObjectPage } from './object-requests.js';

interface Listing {
  Bucket: string;
  ExpectedBucketOwner?: string;
  Prefix: KeyPrefix;
  MaxKeys: number;
  ContinuationToken?: string;
}

/** One page of a folder. */
export async function listPage(client: S3Client, org: OrgId, listing: Listing): Promise<ObjectPage> {
  const answer = await client.send(onBehalfOf(org, new ListObjectsV2Command(listing))).catch((error: unknown) => {
    throw listing.ContinuationToken === undefined ? error : cursorOr(error);
  });
  // Every list names its folder, an empty one too.
  if (answer.Name === undefined && answer.Prefix === undefined) throw noObject();
  const objects = (answer.Contents ?? []).map((object) => ({ key: object.Key ?? '', ...objectInfo(object) }));
  return { objects, nextCursor: answer.NextContinuationToken };
}

/** Whether a list names an object, which is told also of one that nobody may read. */
export async function isListed(
  client: S3Client,
  org: OrgId,
  { Key, ...bucket }: Pick<Listing, 'Bucket' | 'ExpectedBucketOwner'> & { Key: ObjectKey },
): Promise<boolean> {
  const list = new ListObjectsV2Command({ ...bucket, Prefix: Key, MaxKeys: 1 });
  return (await client.send(onBehalfOf(org, list))).Contents?.[0]?.Key === Key;
}
