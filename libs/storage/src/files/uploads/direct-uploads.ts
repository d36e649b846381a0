import { Inject, Injectable } from '@nestjs/common';
import { UploadEndings } from '../../direct/completion.js';
import { noUpload } from '../../direct/refusals.js';
import { lifeOf, requireInTime, requireSignable, sentEtag } from '../../direct/step-rules.js';
import { requireSafeStore, sent, ticketFor } from '../../direct/tickets.js';
import { admitted, type DeclaredUpload, type UploadTicket } from '../../direct/declared-upload.js';
import { stepRequest, type UploadStep } from '../../direct/upload-requests.js';
import { UploadTokens, type Opened, type UploadTerms } from '../../direct/upload-token.js';
import { layout } from '../../keys/layout.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Place } from '../../keys/place.js';
import { ObjectStore } from '../../store/object-store.js';
import { grantOfUpload } from '../../store/signing/grant.js';
import { nameTaken } from '../../storage.error.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { STORAGE_SETTINGS } from '../../storage.tokens.js';
import type { About, Telemetry } from '../../telemetry/telemetry.js';
import { telemetryOf } from '../../telemetry/telemetry-of.js';
import { StorageEvents } from '../events.js';
import { storedFile, type StoredFile } from '../reads/stored-file.js';
import { subjectIn, subjectOf, termsOf, type UploadTarget } from './upload-target.js';
import { eventSubject, UploadWatch } from './upload-watch.js';

interface Caller {
  /** The acting user: a token works for the one it was made for. */
  by: string;
  /** Where given, the token must have been made for it. */
  purpose?: string | undefined;
  /** Of the request that asks, for the journal. */
  requestId?: string | undefined;
}

export interface SignedStep {
  method: string;
  url: string;
  headers?: Record<string, string>;
  expiresAt: Date;
}

/**
 * Uploads that go straight to the store. A client may write to `incoming/{org}/{upload id}` and nowhere else; what arrives
 * is read by nobody until it has been compared with what was declared and copied to its place. No state is kept here: the
 * token holds the terms, the bucket how the upload ended, so every step can be repeated, in any process.
 */
@Injectable()
export class DirectUploads {
  readonly #tokens: UploadTokens;
  readonly #telemetry: Telemetry;
  /** Completions under way: whoever asks for the same one meanwhile has its answer. */
  readonly #completing = new Map<string, Promise<StoredFile>>();

  constructor(
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
    private readonly store: ObjectStore,
    private readonly events: StorageEvents,
    private readonly endings: UploadEndings,
    private readonly watch: UploadWatch,
  ) {
    this.#tokens = new UploadTokens(settings.tokenSecrets);
    this.#telemetry = telemetryOf(settings);
  }

  /** For `Files.beginUpload`: what a kind has admitted, and what the client declares. */
  async begin(target: UploadTarget & { by: string }, declared: DeclaredUpload): Promise<UploadTicket> {
    const { org, purpose } = target;
    return this.#telemetry.verb('begin', { org, purpose, direct: true }, () => this.#begin(target, declared));
  }

  async #begin(target: UploadTarget & { by: string }, declared: DeclaredUpload): Promise<UploadTicket> {
    let subject = subjectOf(target, undefined, true);
    let isAdmitted = false;
    try {
      requireSafeStore(this.settings);
      const { size, sha256 } = admitted(declared, target.maxBytes);
      subject = subjectOf(target, size, true);
      await this.watch.admit(subject);
      isAdmitted = true;
      const ticket = await this.#ticket(target, { ...declared, size, sha256 });
      const begun = { contentType: target.type.mime, size, grant: grantOfUpload(target.id) };
      this.events.emit({ kind: 'upload-begun', ...eventSubject(subject), ...begun });
      return ticket;
    } catch (error) {
      await this.watch.failed(subject, error, isAdmitted);
      throw error;
    }
  }

  async #ticket(target: UploadTarget & { by: string }, declared: DeclaredUpload): Promise<UploadTicket> {
    const { org, key, replaces } = target;
    const present = await this.store.find(org, key);
    if (present && !replaces) throw nameTaken();
    const terms = termsOf(target, declared, present?.etag, this.#telemetry.here());
    return ticketFor(this.store, this.settings, terms, await this.#tokens.seal(terms), declared.method);
  }

  /**
   * Verifies what was sent and puts it in its place. Doing it again gives the same answer. With `etag`, the one that the
   * store answered to the client's own request, no bytes but those are accepted (`conflict`): a form, which whoever holds it
   * can send once more, then puts nothing else in their place.
   */
  async complete(
    org: OrgId,
    token: string,
    { etag, ...caller }: Caller & { etag?: string | undefined },
  ): Promise<StoredFile> {
    const terms = await this.#open(org, token, caller);
    const sent = sentEtag(etag);
    const name = `${terms.uploadId} ${sent ?? ''}`;
    const completing =
      this.#completing.get(name) ??
      this.#telemetry
        .verb('complete', aboutOf(terms), () => this.#complete(org, terms, sent, caller.requestId))
        .finally(() => void this.#completing.delete(name));
    this.#completing.set(name, completing);
    return completing;
  }

  async #complete(
    org: OrgId,
    terms: UploadTerms,
    sent: string | undefined,
    requestId: string | undefined,
  ): Promise<StoredFile> {
    const subject = subjectIn(terms, requestId);
    const { info, isToTell, clean } = await this.endings.complete(org, terms, {
      ...(sent !== undefined && { sent }),
      inspect: () => this.watch.inspect(subject),
      examine: this.watch.looksOutside ? (object) => this.watch.examine(subject, object) : undefined,
      beforeWrite: () => this.watch.beforeWrite(subject),
      onRefusal: (error) => this.watch.failed(subject, error, true),
    });
    const file = storedFile(info, terms.nameInKey);
    if (isToTell) await this.watch.stored(subject, file);
    await clean();
    return file;
  }

  /**
   * Signs one step of a multipart upload, or the single PUT, on this upload's own object. A step that would send what the
   * store has already is refused with `already_exists`: then `complete` is what is left to do.
   */
  async sign(org: OrgId, token: string, step: UploadStep, caller: Caller): Promise<SignedStep> {
    const terms = await this.#open(org, token, caller);
    const incoming = layout.incoming(org, terms);
    const request = await stepRequest(this.settings, terms, step);
    requireInTime(terms);
    await this.watch.beforeStep(subjectIn(terms, caller.requestId));
    if (await this.endings.outcomeOf(org, terms.uploadId)) throw noUpload();
    await requireSignable(this.store, org, incoming, step);
    const { url, expiresAt } = await this.store.presign(org, incoming, request, { expiresIn: lifeOf(step) });
    return { method: request.method, url, expiresAt, headers: sent(request.headers) };
  }

  /** What an upload is for, so that an application can ask its own rules once more before it goes on. */
  async describe(org: OrgId, token: string, caller: Caller): Promise<{ purpose: string; place: Place }> {
    const { purpose, place } = await this.#open(org, token, caller);
    return { purpose, place };
  }

  /** Gives an upload up: what was sent is removed. A completed one is not touched. */
  async abandon(org: OrgId, token: string, caller: Caller): Promise<void> {
    const terms = await this.#open(org, token, caller);
    await this.watch.beforeStep(subjectIn(terms, caller.requestId));
    await this.#telemetry.verb('abandon', aboutOf(terms), async () => {
      if (await this.endings.abandon(org, terms)) await this.watch.abandoned(subjectIn(terms, caller.requestId));
    });
  }

  async #open(org: OrgId, token: string, { by, purpose }: Caller): Promise<Opened> {
    const terms = await this.#tokens.open(token);
    const isTheirs = terms.org === org && terms.by === by && (purpose ?? terms.purpose) === terms.purpose;
    if (!isTheirs) throw noUpload();
    return terms;
  }
}

const aboutOf = ({ org, purpose, begunAt, trace }: Opened): About => ({
  org,
  purpose,
  direct: true,
  since: begunAt,
  ...(trace !== undefined && { follows: trace }),
});
