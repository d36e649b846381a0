import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { requireAbsent, requireUnchanged } from './absence.js';
import { escapePath } from './signing/canonical.js';
import { quoted, type Looks, type ObjectInfo } from './object-info.js';
import type { CopyOptions } from './object-requests.js';
import { onBehalfOf } from './client/org-guard.js';
import { CopyObjectCommand } from './client/sdk.cjs';
import { protectionOf } from './writing/protection.js';
import { onlyAsTheFirst, protectionParams } from './writing/write-headers.js';

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
  { from, to, sourceEtag, sourceVersion, replacing, ifAbsent = false, contentType, metadata = {} }: Copy,
): Promise<Copied | undefined> {
  const { conditionalCopy } = settings.store;
  if (ifAbsent && !conditionalCopy) await requireAbsent(store, org, to.Key);
  // Also where the store has the condition: it is younger than the other one, and known to fewer stores.
  if (replacing) await requireUnchanged(store, org, to.Key, replacing);
  const copy = new CopyObjectCommand({
    ...to,
    ...protectionParams(await protectionOf(settings, org, to.Key)),
    ...(contentType && { MetadataDirective: 'REPLACE', ContentType: contentType, Metadata: { ...metadata } }),
    CopySource: `${settings.bucket}/${escapePath(from)}${sourceVersion === undefined ? '' : `?versionId=${sourceVersion}`}`,
    // Tags are about the source, and to copy them takes rights of their own.
    ...(sourceVersion !== undefined && { TaggingDirective: 'REPLACE' }),
    CopySourceIfMatch: sourceEtag,
    ...(ifAbsent && conditionalCopy && onlyAsTheFirst.params),
    ...(replacing && conditionalCopy && { IfMatch: replacing }),
  });
  const { ETag, LastModified } = (await client.send(onBehalfOf(org, copy))).CopyObjectResult ?? {};
  const etag = quoted(ETag);
  if (!etag || !LastModified) return undefined;
  // In whole seconds, as a HEAD has it.
  return { etag, lastModified: new Date(Math.floor(LastModified.getTime() / 1000) * 1000) };
}
