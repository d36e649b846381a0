import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../s3/object-info.js';
import type { ObjectStore } from '../s3/object-store.js';
import { StorageError } from '../storage.error.js';

const outcomes = ['completing', 'completed', 'refused', 'abandoned'] as const;

/** `completing`: the bytes were found good and are being put in their place. Only that can still change. */
export type Outcome = (typeof outcomes)[number];

export interface UploadEnd {
  outcome: Outcome;
  /** ETag of the incoming bytes that were found good: no others are put in place. */
  bytes?: string;
  /** The marker's own. */
  etag: string;
}

const overtaken = new Set(['already_exists', 'precondition_failed']);

/**
 * How an upload ended, written in the bucket where every process sees it, before its bytes are removed. Each write is on
 * condition of what stood there before, so of two processes one wins, and the other is told how. The outcome is also the
 * marker's content, so that each has an ETag of its own. The lifecycle rule of `incoming/` removes it after its token.
 */
export class OverMarkers {
  constructor(private readonly store: ObjectStore) {}

  async find(org: OrgId, uploadId: string): Promise<UploadEnd | undefined> {
    const info = await this.store.find(org, layout.over(org, { uploadId }));
    return info && endOf(info);
  }

  /** What stands then: ours, or what another process was faster to write. */
  async write(
    org: OrgId,
    uploadId: string,
    outcome: Outcome,
    { bytes, before }: { bytes?: string; before?: UploadEnd } = {},
  ): Promise<{ end: UploadEnd; isOurs: boolean }> {
    const key = layout.over(org, { uploadId });
    const metadata = { outcome, ...(bytes && { bytes: encodeURIComponent(bytes) }) };
    const condition = before ? { replacing: before.etag } : { ifAbsent: true };
    try {
      const attributes = { contentType: 'text/plain', metadata, size: outcome.length };
      const { etag } = await this.store.put(org, key, contentOf(outcome), { ...attributes, ...condition });
      return { end: { outcome, etag, ...(bytes && { bytes }) }, isOurs: true };
    } catch (error) {
      if (!(error instanceof StorageError) || !overtaken.has(error.code)) throw error;
      const end = await this.find(org, uploadId);
      if (end === undefined) {
        throw new StorageError('store_unavailable', 'The upload changed meanwhile. Try again.', { cause: error });
      }
      return { end, isOurs: false };
    }
  }
}

async function* contentOf(outcome: Outcome) {
  yield Buffer.from(outcome);
}

/** A marker that cannot be read still says that the upload is over. */
function endOf({ metadata = {}, etag }: ObjectInfo): UploadEnd {
  const { outcome: said, bytes } = metadata;
  const outcome = outcomes.find((each) => each === said) ?? 'refused';
  return { outcome, etag, ...(bytes && { bytes: decodeURIComponent(bytes) }) };
}
