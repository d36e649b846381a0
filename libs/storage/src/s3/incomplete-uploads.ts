import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import { onBehalfOf } from './org-guard.js';
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from './sdk.cjs';

interface Target {
  Bucket: string;
  Key: ObjectKey;
  ExpectedBucketOwner?: string;
}

/**
 * Ends every multipart upload that was begun for one object and never completed, so that no part stays behind. A session
 * of one organisation cannot list them (S3 has no prefix condition for it), so `lister` is the application's own client.
 * Where that may not list either, they are left to the lifecycle rule for incomplete uploads.
 */
export async function abortIncomplete(
  client: S3Client,
  org: OrgId,
  { Key, ...bucket }: Target,
  lister: S3Client = client,
): Promise<void> {
  const list = new ListMultipartUploadsCommand({ ...bucket, Prefix: Key });
  const { Uploads = [] } = await lister.send(onBehalfOf(org, list)).catch((error: unknown) => {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 403)
      return { Uploads: [] };
    throw error;
  });
  const open = Uploads.filter((upload) => upload.Key === Key);
  await Promise.all(
    open.map(({ UploadId }) =>
      client.send(onBehalfOf(org, new AbortMultipartUploadCommand({ ...bucket, Key, UploadId }))),
    ),
  );
}
