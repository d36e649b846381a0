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

/** Ends every multipart upload that was begun for one object and never completed, so that no part stays behind. */
export async function abortIncomplete(client: S3Client, org: OrgId, { Key, ...bucket }: Target): Promise<void> {
  const { Uploads = [] } = await client.send(
    onBehalfOf(org, new ListMultipartUploadsCommand({ ...bucket, Prefix: Key })),
  );
  const open = Uploads.filter((upload) => upload.Key === Key);
  await Promise.all(
    open.map(({ UploadId }) =>
      client.send(onBehalfOf(org, new AbortMultipartUploadCommand({ ...bucket, Key, UploadId }))),
    ),
  );
}
