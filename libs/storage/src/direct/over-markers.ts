import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../store/object-info.js';
import type { ObjectStore } from '../store/object-store.js';
import { StorageError } from '../storage.error.js';
import { overMeanwhile } from './refusals.js';

const outcomes = ['completing', 'completed', 'refused', 'abandoned'] as const;

/** `completing`: the bytes were found good and are being put in their place. Only that can still change. */
export type Outcome = (typeof outcomes)[number];

export interface UploadEnd {
  outcome: Outcome;
  /** ETag of the incoming bytes that were found good: no others are put in place. */
  bytes?: string;
}

const overtaken = new Set(['already_exists', 'precondition_failed']);

/**
 * How an upload ended, written in the bucket where every process sees it, before its bytes are removed. The first word is
 * `.over`; where that is `completing`, the last one is `.ended`. Each is created on condition that it is not there and never
 * changed, so of two processes one wins, and the other is told how: the one condition that S3-compatible stores agree on
 * (Ceph 18 refuses every PUT with `If-Match: "…"`). The lifecycle rule of `incoming/` removes both after the token.
 */
export class OverMarkers {
  constructor(private readonly store: ObjectStore) {}

  async find(org: OrgId, uploadId: string): Promise<UploadEnd | undefined> {
    const first = endOf(await this.store.find(org, layout.over(org, { uploadId })));
    if (first?.outcome !== 'completing') return first;
    const last = endOf(await this.store.find(org, layout.ended(org, { uploadId })));
    return last ? { ...first, ...last } : first;
  }

  /** `before` is `completing`, where that was written or found. What stands then: ours, or what another process was faster to write. */
  async write(
    org: OrgId,
    uploadId: string,
    outcome: Outcome,
    { bytes, before }: { bytes?: string; before?: UploadEnd } = {},
  ): Promise<{ end: UploadEnd; isOurs: boolean }> {
    const key = before ? layout.ended(org, { uploadId }) : layout.over(org, { uploadId });
    const metadata = { outcome, ...(bytes && { bytes: encodeURIComponent(bytes) }) };
    const attributes = { contentType: 'text/plain', metadata, size: outcome.length };
    try {
      await this.store.put(org, key, contentOf(outcome), { ...attributes, ifAbsent: true });
      return { end: { outcome, ...(bytes && { bytes }) }, isOurs: true };
    } catch (error) {
      if (!(error instanceof StorageError) || !overtaken.has(error.code)) throw error;
      const end = await this.find(org, uploadId);
      if (end === undefined) throw overMeanwhile(error);
      return { end, isOurs: false };
    }
  }
}

async function* contentOf(outcome: Outcome) {
  yield Buffer.from(outcome);
}

/** A marker that cannot be read still says that the upload is over. */
function endOf(info: ObjectInfo | undefined): UploadEnd | undefined {
  if (info === undefined) return undefined;
  const { outcome: said, bytes } = info.metadata ?? {};
  const outcome = outcomes.find((each) => each === said) ?? 'refused';
  return { outcome, ...(bytes && { bytes: decodeURIComponent(bytes) }) };
}
