import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { onBehalfOf } from './client/org-guard.js';
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from './client/sdk.cjs';

interface Target {
  Bucket: string;
  Key: ObjectKey;
  ExpectedBucketOwner?: string;
}

const abortsAtOnce = 8;
/** 10,000 uploads: what is still open then is left to the lifecycle rule. */
const mostPages = 10;

/**
 * A page of the multipart uploads that were begun for one object and never completed: the store's ids. A session of one
 * organisation cannot list them (S3 has no prefix condition for it), so `lister` is the application's own client. Where
 * that may not list either, they are left to the lifecycle rule for incomplete uploads.
 */
export async function openUploads(lister: S3Client, org: OrgId, { Key, ...bucket }: Target) {
  const list = new ListMultipartUploadsCommand({ ...bucket, Prefix: Key });
  const { Uploads = [], IsTruncated = false } = await lister.send(onBehalfOf(org, list)).catch(notForUs);
  return {
    ids: Uploads.flatMap((upload) => (upload.Key === Key ? (upload.UploadId ?? []) : [])),
    hasMore: IsTruncated,
  };
}

/**
 * Ends all of them, so that no part stays behind. Each page is listed from the start: the one before is gone, and with it
 * what a marker would name.
 */
export async function abortIncomplete(
  client: S3Client,
  org: OrgId,
  target: Target,
  lister: S3Client = client,
): Promise<void> {
  for (let page = 0; page < mostPages; page++) {
    const { ids, hasMore } = await openUploads(lister, org, target);
    const abortNext = async () => {
      for (let UploadId = ids.pop(); UploadId !== undefined; UploadId = ids.pop()) {
        await client.send(onBehalfOf(org, new AbortMultipartUploadCommand({ ...target, UploadId }))).catch(gone);
      }
    };
    await Promise.all(Array.from({ length: abortsAtOnce }, abortNext));
    if (!hasMore) return;
  }
}

/** Another abort, or the completion, was faster. */
function gone(error: unknown): void {
  if ((error as { name?: string }).name !== 'NoSuchUpload') throw error;
}

function notForUs(error: unknown): { Uploads?: undefined; IsTruncated?: undefined } {
  if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 403) return {};
  throw error;
}
