import { createHash, randomUUID } from 'node:crypto';
import { acceptedType } from '../content/accepted-types.js';
import { sniffBytes, storedType, verifyContent, verifyFurther } from '../content/detect.js';
import { furtherLook } from '../content/further-look.js';
import { layout } from '../keys/layout.js';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../s3/object-info.js';
import type { ObjectStore } from '../s3/object-store.js';
import { storageErrorOf } from '../s3/s3-error.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../storage.settings.js';
import { toMetadata } from './stored-file.js';
import type { Promised } from './upload-token.js';

/**
 * Verifies what arrived and copies it to its place, on condition that it is still what was verified. A store that does not
 * know that condition gets a detour: the bytes are first copied to where no client can write, and verified there.
 */
export async function promote(
  store: ObjectStore,
  settings: StorageSettings,
  org: OrgId,
  { incoming, final }: { incoming: ObjectKey; final: ObjectKey },
  promised: Promised,
): Promise<void> {
  const { fileName, by, uploadId, sha256 } = promised;
  const source = settings.capabilities.conditionalCopySource
    ? incoming
    : await outOfReach(store, org, incoming, uploadId);
  try {
    const { etag: sourceEtag, contentType } = await inspect(store, settings, org, source, promised).catch(
      (error: unknown) => {
        // A body that breaks off while it is read.
        throw storageErrorOf(error);
      },
    );
    const metadata = toMetadata({ fileName, by, uploadId, sha256 });
    const replacing = promised.replacing;
    await store.copy(org, source, final, { contentType, metadata, sourceEtag, ifAbsent: !replacing, replacing });
  } finally {
    if (source !== incoming) await store.delete(org, source).catch(() => {});
  }
}

/** A name of its own each time: two completions at once must not write over what the other has verified. */
async function outOfReach(store: ObjectStore, org: OrgId, incoming: ObjectKey, uploadId: string): Promise<ObjectKey> {
  const staged = layout.incoming(org, { uploadId: `${uploadId}.${randomUUID()}` });
  const { etag } = await store.head(org, incoming);
  await store.copy(org, incoming, staged, { sourceEtag: etag });
  return staged;
}

/**
 * Compares what is stored with what was promised, by the stored bytes and never by the client's word. Every read is on
 * condition of the ETag seen first, so that the answer is about one state of the object; that ETag is returned, with the
 * type to store.
 */
async function inspect(
  store: ObjectStore,
  settings: StorageSettings,
  org: OrgId,
  key: ObjectKey,
  promised: Promised,
): Promise<{ etag: string; contentType: string }> {
  const info = await store.head(org, key);
  if (info.size !== promised.size) {
    throw new StorageError('size_mismatch', `${promised.size} bytes were promised, ${info.size} were sent.`);
  }
  if (info.contentType !== promised.contentType) {
    throw new StorageError('content_mismatch', `${promised.contentType} was promised, another type was sent.`);
  }
  requireEncryption(settings, info);
  if (promised.sha256 && (await hashOf(store, org, key, info)) !== promised.sha256) {
    throw new StorageError('hash_mismatch', 'The bytes do not have the promised SHA-256.');
  }
  const isWhole = info.size <= sniffBytes;
  const { etag, size } = info;
  const bytesOf = async (range: string) =>
    Buffer.concat(await (await store.readAtOnce(org, key, { range, ifMatch: etag })).body.toArray());
  const type = acceptedType(promised.contentType);
  const head = await bytesOf(`bytes=0-${sniffBytes - 1}`);
  await verifyContent(head, type, isWhole);
  const look = isWhole ? undefined : furtherLook(head, type);
  if (look) {
    const from = 'last' in look ? Math.max(0, size - look.last) : look.from;
    const to = 'last' in look ? size - 1 : from + look.length - 1;
    verifyFurther(from < size ? await bytesOf(`bytes=${from}-${to}`) : Buffer.alloc(0), type, head);
  }
  return { etag, contentType: storedType(head, type) };
}

function requireEncryption({ encryption, capabilities }: StorageSettings, info: ObjectInfo): void {
  if (encryption === 'none' || !capabilities.reportsEncryption) return;
  const expected = encryption === 'AES256' ? 'AES256' : 'aws:kms';
  if (info.encryption !== expected)
    throw new StorageError('content_mismatch', 'The bytes were stored without the promised encryption.');
}

/** The store's own checksum where it has one for the whole object, else a read of it. */
async function hashOf(store: ObjectStore, org: OrgId, key: ObjectKey, info: ObjectInfo): Promise<string> {
  if (info.sha256) return Buffer.from(info.sha256, 'base64').toString('hex');
  const { body } = await store.readAtOnce(org, key, { ifMatch: info.etag });
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
