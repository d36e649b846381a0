import type { AcceptedType } from '../content/accepted-types.js';
import { storedType } from '../content/detect.js';
import type { ObjectStore } from '../s3/object-store.js';
import { unbroken } from '../s3/source.js';
import { StorageError } from '../storage.error.js';
import type { StorageEvents } from '../storage.events.js';
import { storedFile, toMetadata, type StoredFile } from './stored-file.js';
import { requireUser, type UploadTarget } from './upload-target.js';
import { verifiedBytes } from './verified-bytes.js';

interface Incoming {
  bytes: AsyncIterable<Uint8Array>;
  size?: number;
  atMost?: number;
  signal?: AbortSignal;
}

/** An upload through the application: verified while it flows, stored whole or not at all. */
export async function streamUpload(
  store: ObjectStore,
  events: StorageEvents,
  { org, purpose, place, key, fileName, nameInKey, type, maxBytes, replaces, by }: UploadTarget,
  { bytes, size, atMost, signal }: Incoming,
): Promise<StoredFile> {
  requireUser(by);
  const subject = { org, purpose, place, by };
  const isText = type.mime.startsWith('text/');
  const verified = verifiedBytes(isText ? unbroken(bytes, signal) : bytes, { type, maxBytes, size });
  let leave: (() => void) | undefined;
  try {
    leave = store.uploads.enter(org, by);
    if (size !== undefined && size > maxBytes) {
      throw new StorageError('file_too_large', `The file is larger than ${maxBytes} bytes.`);
    }
    const begun = isText ? await begin(verified, type) : { bytes: verified, contentType: type.mime };
    const info = await store.put(org, key, begun.bytes, {
      contentType: begun.contentType,
      metadata: toMetadata({ fileName }),
      size,
      atMost,
      ifAbsent: !replaces,
      signal,
    });
    events.emit({
      kind: 'upload-completed',
      ...subject,
      contentType: begun.contentType,
      size: info.size,
      direct: false,
    });
    return storedFile(info, nameInKey);
  } catch (error) {
    events.refused({ ...subject, direct: false }, error);
    throw error;
  } finally {
    // Where the store was not even asked, the source is left all the same.
    void verified.return().catch(() => {});
    leave?.();
  }
}

/** A text says its encoding in its first bytes, and the store is told before the first are written. */
async function begin(verified: AsyncGenerator<Uint8Array, void, undefined>, type: AcceptedType) {
  const { value } = await verified.next();
  const first = value ?? new Uint8Array();
  async function* bytes() {
    yield first;
    yield* verified;
  }
  return { bytes: bytes(), contentType: storedType(first, type) };
}
