import type { S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { transferCancelled } from '../storage.error.js';
import { partBytes } from '../storage.policy.js';
import { requireAbsent, storedAllTheSame, writeId } from './absence.js';
import { takenOr } from './client/s3-error.js';
import type { Looks, ObjectInfo } from './object-info.js';
import type { PutOptions } from './object-requests.js';
import { writeObject } from './writing/object-writer.js';
import { partChecksum } from './writing/part-checksum.js';
import { SourceFailure } from './writing/source.js';
import { protectionOf } from './writing/protection.js';
import { lockUntil, protectionParams } from './writing/write-headers.js';

interface Put extends PutOptions {
  to: { Bucket: string; Key: ObjectKey; ExpectedBucketOwner?: string };
  bytes: AsyncIterable<Uint8Array>;
}

/** What a write asks of the store around it. */
interface Around extends Pick<Looks, 'head' | 'find'> {
  call<T>(run: (client: S3Client) => Promise<T>): Promise<T>;
  /** A look for whoever waited for a write that failed: little time is left for it. */
  afterwards: Pick<Looks, 'head'>;
}

/** Writes a stream; nothing is stored unless its source ends well. */
export async function putObject(
  store: Around,
  settings: StorageSettings,
  org: OrgId,
  { to, bytes, size, atMost, ifAbsent = false, signal, contentType, metadata, retention }: Put,
): Promise<ObjectInfo> {
  const { conditionalWrites, conditionalCompletion } = settings.store;
  const attributes = { contentType, metadata: { [writeId]: randomUUID(), ...metadata } };
  const createOnly = { put: ifAbsent && conditionalWrites, completion: ifAbsent && conditionalCompletion };
  // A conditional PutObject refuses by itself; what takes longer is refused before its bytes have come.
  const absent = () => (ifAbsent ? requireAbsent(store, org, to.Key) : Promise.resolve());
  const isShort = createOnly.put && (size ?? 0) <= partBytes;
  // A store takes no retention without one.
  const checksum = retention ? 'SHA256' : partChecksum(settings);
  const writing = { size, atMost, signal, checksum, createOnly, ...(isShort && { beforeParts: absent }) };
  const protection = { ...protectionParams(await protectionOf(settings, org, to.Key)), ...lockUntil(retention) };
  const params = { ...to, ContentType: contentType, Metadata: attributes.metadata, ...protection };
  try {
    return await store.call(async (client) => {
      if (!isShort) await absent();
      const written = await writeObject(client, org, params, bytes, writing);
      // Some stores answer a multipart completion without an ETag.
      if (!written.etag) return store.head(org, to.Key);
      return { etag: written.etag, size: written.size, ...attributes };
    });
  } catch (error) {
    if (signal?.aborted) throw transferCancelled(error);
    if (error instanceof SourceFailure) throw error.error;
    return storedAllTheSame(store.afterwards, org, to.Key, attributes.metadata[writeId], takenOr(error, ifAbsent));
  }
}
