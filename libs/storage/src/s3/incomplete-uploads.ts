import type { ListMultipartUploadsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { onBehalfOf } from './org-guard.js';
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from './sdk.cjs';

interface Target {
  Bucket: string;
  Key: ObjectKey;
  ExpectedBucketOwner?: string;
}

const abortsAtOnce = 8;

/** The store's ids of the multipart uploads that were begun for one object and never completed, page by page. */
export async function* openUploads(client: S3Client, org: OrgId, { Key, ...bucket }: Target): AsyncGenerator<string[]> {
  let from: Pick<ListMultipartUploadsCommandOutput, 'KeyMarker' | 'UploadIdMarker'> = {};
  for (;;) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      onBehalfOf(org, new ListMultipartUploadsCommand({ ...bucket, Prefix: Key, ...from })),
    );
    yield (page.Uploads ?? []).flatMap((upload) => (upload.Key === Key && upload.UploadId ? [upload.UploadId] : []));
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return;
    from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}

/** Ends all of them, so that no part stays behind. */
export async function abortIncomplete(client: S3Client, org: OrgId, target: Target): Promise<void> {
  for await (const ids of openUploads(client, org, target)) {
    const abortNext = async () => {
      for (let UploadId = ids.pop(); UploadId !== undefined; UploadId = ids.pop()) {
        await client.send(onBehalfOf(org, new AbortMultipartUploadCommand({ ...target, UploadId }))).catch(gone);
      }
    };
    await Promise.all(Array.from({ length: abortsAtOnce }, abortNext));
  }
}

/** Another abort, or the completion, was faster. */
function gone(error: unknown): void {
  if ((error as { name?: string }).name !== 'NoSuchUpload') throw error;
}
