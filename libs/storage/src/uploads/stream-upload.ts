import type { ObjectStore } from '../s3/object-store.js';
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
  let leave: (() => void) | undefined;
  try {
    leave = store.uploads.enter(org, by);
    if (size !== undefined && size > maxBytes) {
      throw new StorageError('file_too_large', `The file is larger than ${maxBytes} bytes.`);
    }
    const info = await store.put(org, key, verifiedBytes(bytes, { type, maxBytes, size }), {
      contentType: type.mime,
      metadata: toMetadata({ fileName, by }),
      size,
      atMost,
      ifAbsent: !replaces,
      signal,
    });
    events.emit({ kind: 'upload-completed', ...subject, contentType: type.mime, size: info.size, direct: false });
    return storedFile(info, nameInKey);
  } catch (error) {
    events.refused({ ...subject, direct: false }, error);
    throw error;
  } finally {
    leave?.();
  }
}
