import { Logger } from '@nestjs/common';
import { layout } from '../keys/layout.js';
import { orgScopedKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../store/object-info.js';
import type { ObjectStore } from '../store/object-store.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../options/storage.settings.js';
import type { Examined, Inspection, SentObject } from './inspection.js';
import { OverMarkers, type Outcome, type UploadEnd } from './over-markers.js';
import { Promoter, requireSent } from './promotion.js';
import { changed, isNotFound, isRefusal, meaningOf, noUpload, overMeanwhile } from './refusals.js';
import { isFrom } from '../store/file-metadata.js';
import type { UploadTerms } from './upload-token.js';
import { wholeReads } from './whole-reads.js';

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
  /** Somebody outside who has to find it good first. */
  examine: ((object: SentObject) => Promise<Examined | undefined>) | undefined;
  /** Asked when the bytes were found good, right before they are claimed and put in place. */
  beforeWrite: () => Promise<void>;
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
  /** Whether a gate is asked that may keep something of it: that of holds and erasure only reads the bucket. */
  readonly #asksOthers: boolean;

  constructor(
    settings: StorageSettings,
    private readonly store: ObjectStore,
  ) {
    this.#markers = new OverMarkers(store);
    this.#promoter = new Promoter(settings, store, wholeReads());
    this.#asksOthers = settings.journal !== undefined || settings.gates.some(({ inspect }) => inspect);
  }

  /** Undefined where nothing has been decided yet, or was so long ago that its marker has expired. */
  async outcomeOf(org: OrgId, uploadId: string): Promise<Outcome | undefined> {
    return (await this.#markers.find(org, uploadId))?.outcome;
  }

  /** A completed upload is not touched, nor one that is being completed. Says whether this call ended it. */
  async abandon(org: OrgId, terms: UploadTerms): Promise<boolean> {
    const { end, isOurs } = await this.#markers.write(org, terms.uploadId, 'abandoned');
    if (isOurs) await this.#discard(org, terms);
    else if (end.outcome !== 'completing') await this.#discardLate(org, terms, await this.#late(org, terms));
    return isOurs;
  }

  /**
   * How the upload stands is not asked first: where it is over, what was sent is gone, and where more was sent since, it can
   * be claimed no more.
   */
  async complete(org: OrgId, terms: UploadTerms, asked: Completing): Promise<Completed> {
    let claimed: UploadEnd | undefined;
    let info: ObjectInfo;
    try {
      info = await this.#place(org, terms, asked, (end) => (claimed = end));
    } catch (error) {
      // It may be over, another process may have been faster at any point, or have died between the copy and its word.
      const before = await this.#markers.find(org, terms.uploadId);
      if (before && before.outcome !== 'completing') return this.#again(org, terms, before, asked.sent, error);
      const now = await this.store.find(org, finalKey(org, terms));
      if (isFrom(terms.uploadId, now)) return this.#finish(org, terms, now, before);
      const meaning = meaningOf(error, now !== undefined && !terms.replaces);
      if (!isRefusal(meaning)) throw meaning;
      // Other bytes than those that were judged here were claimed, and may be in their place in a moment.
      if (before && !claimed) throw meaning;
      const { end, isOurs } = await this.#markers.write(org, terms.uploadId, 'refused', { before });
      if (end.outcome === 'completed') return this.#again(org, terms, end, asked.sent);
      if (isOurs) {
        await asked.onRefusal(meaning);
        await this.#discard(org, terms);
      }
      throw meaning;
    }
    return this.#finish(org, terms, info, claimed);
  }

  /** An upload that is over: what it gave, or that there is none. */
  async #again(
    org: OrgId,
    terms: UploadTerms,
    end: UploadEnd,
    sent: string | undefined,
    found?: unknown,
  ): Promise<Completed> {
    // One process may have refused what another was just putting in its place.
    const info = end.outcome === 'abandoned' ? undefined : await this.store.find(org, finalKey(org, terms));
    const late = isNotFound(found) ? undefined : await this.#late(org, terms);
    const clean = () => this.#discardLate(org, terms, late);
    if (!isFrom(terms.uploadId, info)) {
      await clean();
      throw noUpload();
    }
    requireSent(end.bytes, sent);
    return { info, isToTell: late !== undefined, clean };
  }

  async #place(
    org: OrgId,
    terms: UploadTerms,
    { sent, inspect, examine, beforeWrite }: Completing,
    onClaim: (end: UploadEnd) => void,
  ): Promise<ObjectInfo> {
    const { uploadId } = terms;
    const hold = (end: UploadEnd, bytes: string) => {
      if (end.outcome !== 'completing') throw overMeanwhile();
      if (end.bytes !== bytes) throw changed();
      onClaim(end);
    };
    const claim = async (bytes: string) => {
      await beforeWrite();
      hold((await this.#markers.write(org, uploadId, 'completing', { bytes })).end, bytes);
    };
    // What a write URL has brought after the end, or in place of what was claimed, no gate is asked about.
    const inspectOpen = async (bytes: string) => {
      const end = this.#asksOthers ? await this.#markers.find(org, uploadId) : undefined;
      if (end) hold(end, bytes);
      return inspect();
    };
    const examineOpen = async (object: SentObject) => {
      const outcome = await this.outcomeOf(org, uploadId);
      if (outcome && outcome !== 'completing') throw overMeanwhile();
      return examine?.(object);
    };
    const [incoming, final] = [layout.incoming(org, terms), finalKey(org, terms)];
    const asked = { inspect: inspectOpen, examine: examine && examineOpen };
    return this.#promoter.promote(org, { incoming, final, terms, sent, claim, ...asked });
  }

  /** The file is in its place, so the upload is completed, and is told, whatever was written meanwhile. */
  async #finish(org: OrgId, terms: UploadTerms, info: ObjectInfo, standing: UploadEnd | undefined): Promise<Completed> {
    const write = (before: UploadEnd | undefined) =>
      this.#markers.write(org, terms.uploadId, 'completed', { bytes: standing?.bytes, before });
    let { end, isOurs } = await write(standing);
    if (end.outcome !== 'completed') ({ end, isOurs } = await write(end));
    const isToTell = isOurs || end.outcome !== 'completed';
    return { info, isToTell, clean: async () => void (isToTell && (await this.#discard(org, terms))) };
  }

  /** What a write URL that still worked has brought after the end. Looked at first: each delete leaves a mark in a versioned bucket. */
  async #discardLate(org: OrgId, terms: UploadTerms, late: ObjectInfo | undefined): Promise<void> {
    if (late || terms.multipart) await this.#discard(org, terms, late !== undefined);
  }

  #late = (org: OrgId, terms: UploadTerms): Promise<ObjectInfo | undefined> =>
    this.store.find(org, layout.incoming(org, terms)).catch(() => undefined);

  /** Best effort, for what is left expires after a day. */
  async #discard(org: OrgId, terms: UploadTerms, isThere = true): Promise<void> {
    const incoming = layout.incoming(org, terms);
    try {
      if (isThere) await this.store.delete(org, incoming);
      if (terms.multipart) await this.store.abortIncomplete(org, incoming);
    } catch (error) {
      this.#logger.warn(`An incoming object could not be removed: ${(error as StorageError).code}`);
    }
  }
}

const finalKey = (org: OrgId, { path }: UploadTerms) => orgScopedKey(org, path);
