import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { StorageSettings } from '../storage.settings.js';
import { requireAbsent, requireUnchanged } from './absence.js';
import { escapePath } from './canonical.js';
import type { Looks, ObjectInfo } from './object-info.js';
import type { CopyOptions } from './object-requests.js';
import { onBehalfOf } from './org-guard.js';
import { CopyObjectCommand } from './sdk.cjs';
import { writeProtection } from './write-protection.js';

export type Copied = Pick<ObjectInfo, 'etag' | 'lastModified'>;

interface Copy extends CopyOptions {
  from: ObjectKey;
  to: { Bucket: string; Key: ObjectKey; ExpectedBucketOwner?: string };
}

/** A server-side copy. Nothing where the store's answer does not describe what it made. */
export async function copyObject(
  store: Pick<Looks, 'find'>,
  settings: StorageSettings,
  client: S3Client,
  org: OrgId,
  { from, to, sourceEtag, replacing, ifAbsent = false, contentType, metadata = {} }: Copy,
): Promise<Copied | undefined> {
  const { conditionalCopy } = settings.capabilities;
  if (ifAbsent && !conditionalCopy) await requireAbsent(store, org, to.Key);
  // Also where the store has the condition: it is younger than the other one, and known to fewer stores.
  if (replacing) await requireUnchanged(store, org, to.Key, replacing);
  const copy = new CopyObjectCommand({
    ...to,
    ...writeProtection(settings),
    ...(contentType && { MetadataDirective: 'REPLACE', ContentType: contentType, Metadata: { ...metadata } }),
    CopySource: `${settings.bucket}/${escapePath(from)}`,
    CopySourceIfMatch: sourceEtag,
    ...(ifAbsent && conditionalCopy && { IfNoneMatch: '*' }),
    ...(replacing && conditionalCopy && { IfMatch: replacing }),
  });
  const { ETag: etag, LastModified } = (await client.send(onBehalfOf(org, copy))).CopyObjectResult ?? {};
  if (!etag || !LastModified) return undefined;
  // In whole seconds, as a HEAD has it.
  return { etag, lastModified: new Date(Math.floor(LastModified.getTime() / 1000) * 1000) };
}
