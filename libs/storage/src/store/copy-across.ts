import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import type { OrgId } from '../keys/org-id.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { StorageError, transferCancelled } from '../storage.error.js';
import { onBehalfOf } from './client/org-guard.js';
import { noObject, storageErrorOf, takenOr } from './client/s3-error.js';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from './client/sdk.cjs';
import { objectInfo, type ObjectInfo } from './object-info.js';
import type { Retention } from './object-requests.js';
import { escapePath } from './signing/canonical.js';
import { protectionOf } from './writing/protection.js';
import { lockUntil, onlyAsTheFirst, protectionParams } from './writing/write-headers.js';

export interface AcrossCopy {
  from: { bucket: string; key: string; info: ObjectInfo };
  to: string;
  /** Fails with `already_exists` when the key is taken, where the store knows the condition. */
  ifAbsent?: boolean;
  retention?: Retention | undefined;
  legalHold?: boolean;
  signal?: AbortSignal | undefined;
}

export interface PartSizes {
  /** Bytes. What is larger is copied in parts: S3 copies 5 GiB at most at once, and one call has its deadline. */
  above: number;
  part: number;
}

const defaultParts: PartSizes = { above: 256 * 1024 * 1024, part: 256 * 1024 * 1024 };
const mostParts = 10_000;

/** How often a file that changes while it is copied is looked at again, before that is told as an error. */
export const mostLooks = 10;

/**
 * Copies between two buckets of one store, on condition that the source is still what was looked at; its bytes do not come
 * here. `sha256` is base64 and of the bytes that the store has written, where it says so.
 */
export async function copyAcross(
  client: S3Client,
  settings: StorageSettings,
  org: OrgId,
  copy: AcrossCopy,
  sizes: PartSizes = defaultParts,
): Promise<Pick<ObjectInfo, 'sha256'>> {
  try {
    if (copy.from.info.size > sizes.above) return await inParts(client, settings, org, copy, sizes);
    return await atOnce(client, settings, org, copy);
  } catch (error) {
    if (copy.signal?.aborted) throw transferCancelled(error);
    throw whatFailed(storageErrorOf(error, settings.endpoint), copy.ifAbsent ?? false);
  }
}

async function atOnce(client: S3Client, settings: StorageSettings, org: OrgId, copy: AcrossCopy) {
  const command = new CopyObjectCommand({
    ...target(settings, copy.to),
    ...protectionParams(await protectionOf(settings, org, copy.to)),
    ...locks(copy),
    ...source(copy),
    // They are about the source, and to copy them takes rights of their own.
    TaggingDirective: 'REPLACE',
    ...(settings.store.checksums && { ChecksumAlgorithm: 'SHA256' }),
    ...(copy.ifAbsent && settings.store.conditionalCopy && onlyAsTheFirst.params),
  });
  const { CopyObjectResult } = await client.send(onBehalfOf(org, command), { abortSignal: copy.signal });
  if (!CopyObjectResult) throw noObject();
  const { sha256 } = objectInfo(CopyObjectResult);
  return sha256 === undefined ? {} : { sha256 };
}

async function inParts(
  client: S3Client,
  settings: StorageSettings,
  org: OrgId,
  copy: AcrossCopy,
  { part }: PartSizes,
): Promise<Pick<ObjectInfo, 'sha256'>> {
  const { size, contentType, metadata } = copy.from.info;
  const create = new CreateMultipartUploadCommand({
    ...target(settings, copy.to),
    ...protectionParams(await protectionOf(settings, org, copy.to)),
    ...locks(copy),
    ...(contentType && { ContentType: contentType }),
    ...(metadata && { Metadata: { ...metadata } }),
  });
  // Not to be cancelled: an upload whose id nobody has heard would stay open.
  const { UploadId } = await client.send(onBehalfOf(org, create));
  if (!UploadId) throw noObject();
  const upload = { ...target(settings, copy.to), UploadId };
  const step = Math.max(part, Math.ceil(size / mostParts));
  try {
    const Parts: CompletedPart[] = [];
    for (let at = 0; at < size; at += step) {
      copy.signal?.throwIfAborted();
      const CopySourceRange = `bytes=${at}-${Math.min(at + step, size) - 1}`;
      const PartNumber = Parts.length + 1;
      const next = new UploadPartCopyCommand({ ...upload, ...source(copy), CopySourceRange, PartNumber });
      const { CopyPartResult } = await client.send(onBehalfOf(org, next), { abortSignal: copy.signal });
      if (!CopyPartResult?.ETag) throw noObject();
      Parts.push({ PartNumber, ETag: CopyPartResult.ETag });
    }
    const complete = new CompleteMultipartUploadCommand({
      ...upload,
      ...(copy.ifAbsent && settings.store.conditionalCompletion && onlyAsTheFirst.params),
      MultipartUpload: { Parts },
    });
    await client.send(onBehalfOf(org, complete), { abortSignal: copy.signal });
    return {};
  } catch (error) {
    await client.send(onBehalfOf(org, new AbortMultipartUploadCommand(upload))).catch(() => {});
    throw error;
  }
}

const target = ({ bucket, expectedBucketOwner }: StorageSettings, key: string) => ({
  Bucket: bucket,
  Key: key,
  ExpectedBucketOwner: expectedBucketOwner,
});

const source = ({ from }: AcrossCopy) => ({
  CopySource: `${from.bucket}/${escapePath(from.key)}`,
  CopySourceIfMatch: from.info.etag,
});

const locks = ({ retention, legalHold }: AcrossCopy) => ({
  ...lockUntil(retention),
  ...(legalHold && { ObjectLockLegalHoldStatus: 'ON' as const }),
});

/** A failed condition is that of the source where none was asked of the target. */
function whatFailed(error: unknown, ifAbsent: boolean): unknown {
  if (!(error instanceof StorageError) || error.code !== 'precondition_failed') return error;
  return takenOr(error, ifAbsent);
}
