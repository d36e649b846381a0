import type { Examined, SentObject } from '../../direct/inspection.js';
import { layout } from '../../keys/layout.js';
import { gateMetadata } from '../../store/file-metadata.js';
import type { ObjectInfo } from '../../store/object-info.js';
import type { PutOptions } from '../../store/object-requests.js';
import type { ObjectStore } from '../../store/object-store.js';
import { nameTaken, StorageError } from '../../storage.error.js';
import type { UploadTarget } from './upload-target.js';

/**
 * Where somebody outside has to look at what lies in the bucket, a stream is written to `incoming/` and copied from there
 * once it was found good. Whatever happens, it does not stay there; after the death of a process for a day.
 */
export async function putByIncoming(
  store: ObjectStore,
  { id, org, key, replaces }: UploadTarget,
  bytes: AsyncIterable<Uint8Array>,
  writing: PutOptions,
  examine: (sent: SentObject) => Promise<Examined | undefined>,
): Promise<ObjectInfo> {
  if (!replaces && (await store.has(org, key))) throw nameTaken();
  const incoming = layout.incoming(org, { uploadId: id });
  try {
    const { size, etag } = await store.put(org, incoming, bytes, writing);
    const examined = await examine({ tags: () => store.tagsOf(org, incoming) });
    const { contentType } = writing;
    const metadata = { ...writing.metadata, ...gateMetadata(examined?.metadata) };
    const conditions = { sourceEtag: etag, sourceVersion: examined?.version, ifAbsent: !replaces };
    const copied = await store.copy(org, incoming, key, { contentType, metadata, ...conditions });
    return { size, contentType, metadata, ...copied };
  } catch (error) {
    // Nobody else writes there: it is the name that is taken.
    if (error instanceof StorageError && error.code === 'precondition_failed') throw nameTaken();
    throw error;
  } finally {
    await store.delete(org, incoming).catch(() => {});
  }
}
