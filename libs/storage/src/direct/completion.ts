import { Logger } from '@nestjs/common';
import { layout } from '../keys/layout.js';
import { orgScopedKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../s3/object-info.js';
import type { ObjectStore } from '../s3/object-store.js';
import { isArchived } from '../s3/s3-error.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../storage.settings.js';
import type { Inspection } from './inspection.js';
import { OverMarkers, type Outcome, type UploadEnd } from './over-markers.js';
import { Promoter, requireSent } from './promotion.js';
import { isFrom } from '../s3/file-metadata.js';
import type { Promised } from './upload-token.js';
import { WholeReads } from './whole-reads.js';

/** The client's faults: after these an upload is over, and what was sent is removed. After any other it can be completed again. */
const refusals = new Set([
  'size_mismatch',
  'content_mismatch',
  'hash_mismatch',
  'already_exists',
  'conflict',
  'malware_found',
  'not_allowed',
]);

export const noUpload = () => new StorageError('not_found', 'There is no such upload.');

export interface Completed {
  info: ObjectInfo;
  /**
   * Whether this call is to tell of it: of all that complete an upload, in all processes, the one that ended it. Another one
   * tells again where that one may have died before it told.
   */
  isToTell: boolean;
  /** Removes what was sent. To be called after telling: what is still there may not have been told. */
  clean: () => Promise<void>;
}

interface Completing {
  /** ETag that the store answered to the client, where the client named it. */
  sent?: string;
  /** What is to be shown the bytes; undefined where nobody has to see them. */
  inspect: () => Promise<Inspection | undefined>;
  /** Told of a refusal by the call that ended the upload with it. */
  onRefusal: (error: StorageError) => Promise<void>;
}

/**
 * How uploads end. In the bucket an upload goes from nothing to `completing` and `completed`, or to `refused` or
 * `abandoned`, and each step is written before the next thing happens: `completing` before the copy, the end before what
 * was sent is removed. So a process may die anywhere, and two may work on one upload.
 */
export class UploadEndings {
  readonly #logger = new Logger('DirectUploads');
  readonly #markers: OverMarkers;
  readonly #promoter: Promoter;

  constructor(
    settings: StorageSettings,
    private readonly store: ObjectStore,
  ) {
    this.#markers = new OverMarkers(store);
    this.#promoter = new Promoter(settings, store, new WholeReads());
  }

  async isOver(org: OrgId, { uploadId }: Promised): Promise<boolean> {
    return (await this.#markers.find(org, uploadId)) !== undefined;
  }

  /** Undefined where nothing has been decided yet, or was so long ago that its marker has expired. */
  async outcomeOf(org: OrgId, uploadId: string): Promise<Outcome | undefined> {
    return (await this.#markers.find(org, uploadId))?.outcome;
  }

  /** A completed upload is not touched, nor one that is being completed. Says whether this call ended it. */
  async abandon(org: OrgId, promised: Promised): Promise<boolean> {
    const { end, isOurs } = await this.#markers.write(org, promised.uploadId, 'abandoned');
    if (isOurs) await this.#discard(org, promised);
    else if (end.outcome !== 'completing') await this.#discardLate(org, promised, await this.#late(org, promised));
    return isOurs;
  }

  async complete(org: OrgId, promised: Promised, asked: Completing): Promise<Completed> {
    const { sent, onRefusal } = asked;
    const before = await this.#markers.find(org, promised.uploadId);
    if (before && before.outcome !== 'completing') return this.#again(org, promised, before, sent);
    let standing = before;
    let info: ObjectInfo;
    try {
      info = await this.#place(org, promised, before, asked, (end) => (standing = end));
    } catch (error) {
      // Another process may have been faster at any point, or have died between the copy and its word.
      const now = await this.store.find(org, finalKey(org, promised));
      if (!isFrom(promised.uploadId, now)) {
        const meaning = meaningOf(error, now !== undefined && !promised.replaces);
        if (!(meaning instanceof StorageError) || !refusals.has(meaning.code)) throw meaning;
        const { end, isOurs } = await this.#markers.write(org, promised.uploadId, 'refused', { before: standing });
        if (end.outcome === 'completed') return this.#again(org, promised, end, sent);
        if (isOurs) {
          await onRefusal(meaning);
          await this.#discard(org, promised);
        }
        throw meaning;
      }
      info = now;
    }
    return this.#finish(org, promised, info, standing);
  }

  async #again(org: OrgId, promised: Promised, end: UploadEnd, sent: string | undefined): Promise<Completed> {
    const info = end.outcome === 'completed' ? await this.store.find(org, finalKey(org, promised)) : undefined;
    const late = await this.#late(org, promised);
    const clean = () => this.#discardLate(org, promised, late);
    if (!isFrom(promised.uploadId, info)) {
      await clean();
      throw noUpload();
    }
    requireSent(end.bytes, sent);
    return { info, isToTell: late !== undefined, clean };
  }

  async #place(
    org: OrgId,
    promised: Promised,
    before: UploadEnd | undefined,
    { sent, inspect }: Completing,
    onClaim: (end: UploadEnd) => void,
  ): Promise<ObjectInfo> {
    const final = finalKey(org, promised);
    const placed = before && (await this.store.find(org, final));
    if (isFrom(promised.uploadId, placed)) return placed;
    const claim = async (bytes: string) => {
      const end = before ?? (await this.#markers.write(org, promised.uploadId, 'completing', { bytes })).end;
      if (end.outcome !== 'completing') throw noUpload();
      onClaim(end);
      if (end.bytes !== bytes) throw changed();
    };
    const incoming = layout.incoming(org, promised);
    return this.#promoter.promote(org, { incoming, final, promised, sent, claim, inspect });
  }

  /** The file is in its place, so the upload is completed, whatever was written meanwhile. */
  async #finish(org: OrgId, promised: Promised, info: ObjectInfo, standing: UploadEnd | undefined): Promise<Completed> {
    const write = (before: UploadEnd | undefined) =>
      this.#markers.write(org, promised.uploadId, 'completed', { bytes: standing?.bytes, before });
    let { end, isOurs } = await write(standing);
    if (end.outcome !== 'completed') ({ end, isOurs } = await write(end));
    return { info, isToTell: isOurs, clean: async () => void (isOurs && (await this.#discard(org, promised))) };
  }

  /** What a write URL that still worked has brought after the end. Looked at first: each delete leaves a mark in a versioned bucket. */
  async #discardLate(org: OrgId, promised: Promised, late: ObjectInfo | undefined): Promise<void> {
    if (late || promised.multipart) await this.#discard(org, promised, late !== undefined);
  }

  #late = (org: OrgId, promised: Promised): Promise<ObjectInfo | undefined> =>
    this.store.find(org, layout.incoming(org, promised)).catch(() => undefined);

  /** Best effort, for what is left expires after a day. */
  async #discard(org: OrgId, promised: Promised, isThere = true): Promise<void> {
    const incoming = layout.incoming(org, promised);
    try {
      if (isThere) await this.store.delete(org, incoming);
      if (promised.multipart) await this.store.abortIncomplete(org, incoming);
    } catch (error) {
      this.#logger.warn(`An incoming object could not be removed: ${(error as StorageError).code}`);
    }
  }
}

const finalKey = (org: OrgId, { path }: Promised) => orgScopedKey(org, path);

const changed = () =>
  new StorageError('conflict', 'The bytes changed while they were verified. Begin the upload again.');

/** What a failed promotion means to the client. */
function meaningOf(error: unknown, isTaken: boolean): unknown {
  const code = error instanceof StorageError ? error.code : undefined;
  if (code === 'not_found') return noUpload();
  if (isArchived(error)) {
    const message = 'A rule of the bucket archives what was just sent: take incoming/ out of it.';
    return new StorageError('misconfigured', message, { cause: error });
  }
  if (code !== 'precondition_failed' && code !== 'already_exists') return error;
  return isTaken ? new StorageError('already_exists', 'There is already a file with this name.') : changed();
}
