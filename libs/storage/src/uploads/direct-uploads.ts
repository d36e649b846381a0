import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { ObjectStore } from '../s3/object-store.js';
import { StorageError } from '../storage.error.js';
import { StorageEvents, type Place, type Purpose } from '../storage.events.js';
import type { StorageSettings } from '../storage.settings.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';
import { noUpload, UploadEndings } from './completion.js';
import { lifeOf, requireInTime, requireSignable, sentEtag } from './step-rules.js';
import { requireSafeStore, sent, ticketFor } from './tickets.js';
import { storedFile, type StoredFile } from './stored-file.js';
import { stepRequest, type UploadStep } from './upload-requests.js';
import { admitted, requireUser, type UploadPromise, type UploadTarget, type UploadTicket } from './upload-target.js';
import { UploadTokens, type Opened, type Promised } from './upload-token.js';

interface Caller {
  /** The acting user: a token works for the one it was made for. */
  by: string;
  /** Where given, the token must have been made for it. */
  purpose?: Purpose;
}

export interface SignedStep {
  method: string;
  url: string;
  headers?: Record<string, string>;
  expiresAt: Date;
}

/**
 * Uploads that go straight to the store. A client may write to `incoming/{org}/{upload id}` and nowhere else; what arrives
 * is read by nobody until it has been compared with what was promised and copied to its place. No state is kept here: the
 * token holds the promise, the bucket how the upload ended, so every step can be repeated, in any process.
 */
@Injectable()
export class DirectUploads {
  readonly #tokens: UploadTokens;
  readonly #endings: UploadEndings;
  /** Completions under way: whoever asks for the same one meanwhile has its answer. */
  readonly #completing = new Map<string, Promise<StoredFile>>();

  constructor(
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
    private readonly store: ObjectStore,
    private readonly events: StorageEvents,
  ) {
    this.#tokens = new UploadTokens(settings.tokenSecrets);
    this.#endings = new UploadEndings(settings, store);
  }

  async begin(target: UploadTarget & { by: string }, promise: UploadPromise): Promise<UploadTicket> {
    const { org, purpose, place, by } = target;
    try {
      return await this.#begin(target, promise);
    } catch (error) {
      this.events.refused({ org, purpose, place, by, direct: true }, error);
      throw error;
    }
  }

  async #begin(target: UploadTarget & { by: string }, promise: UploadPromise): Promise<UploadTicket> {
    requireSafeStore(this.settings);
    const { org, purpose, place, by, key, type, replaces } = target;
    requireUser(by);
    const { size, sha256 } = admitted(promise, target.maxBytes);
    const present = await this.store.find(org, key);
    if (present && !replaces) throw new StorageError('already_exists', 'There is already a file with this name.');
    const promised: Promised = {
      uploadId: randomUUID(),
      org,
      by,
      purpose,
      place,
      path: key.slice(org.length + 1),
      fileName: target.fileName,
      nameInKey: target.nameInKey,
      contentType: type.mime,
      size,
      ...(sha256 && { sha256 }),
      replaces,
      ...(present && { replacing: present.etag }),
      multipart: promise.multipart === true,
    };
    const token = await this.#tokens.seal(promised);
    const ticket = await ticketFor(this.store, this.settings, promised, token, promise.method);
    this.events.emit({ kind: 'upload-begun', org, purpose, place, by, contentType: type.mime, size });
    return ticket;
  }

  /**
   * Verifies what was sent and puts it in its place. Doing it again gives the same answer. With `etag`, the one that the
   * store answered to the client's own request, no bytes but those are accepted (`conflict`): a form, which whoever holds it
   * can send once more, then puts nothing else in their place.
   */
  async complete(org: OrgId, token: string, { etag, ...caller }: Caller & { etag?: string }): Promise<StoredFile> {
    const promised = await this.#open(org, token, caller);
    const sent = sentEtag(etag);
    const name = `${promised.uploadId} ${sent ?? ''}`;
    const completing =
      this.#completing.get(name) ??
      this.#complete(org, promised, sent).finally(() => void this.#completing.delete(name));
    this.#completing.set(name, completing);
    return completing;
  }

  async #complete(org: OrgId, promised: Promised, sent: string | undefined): Promise<StoredFile> {
    const { purpose, place, by, contentType, size, nameInKey, uploadId } = promised;
    const subject = { org, purpose, place, by, direct: true };
    const onRefusal = (error: StorageError) => this.events.refused(subject, error);
    const { info, isNew } = await this.#endings.complete(org, promised, { sent, onRefusal });
    if (isNew) this.events.emit({ kind: 'upload-completed', ...subject, contentType, size, uploadId });
    return storedFile(info, nameInKey);
  }

  /**
   * Signs one step of a multipart upload, or the single PUT, on this upload's own object. A step that would send what the
   * store has already is refused with `already_exists`: then `complete` is what is left to do.
   */
  async sign(org: OrgId, token: string, step: UploadStep, caller: Caller): Promise<SignedStep> {
    const promised = await this.#open(org, token, caller);
    const incoming = layout.incoming(org, promised);
    const request = stepRequest(this.settings, promised, step);
    requireInTime(promised);
    if (await this.#endings.isOver(org, promised)) throw noUpload();
    await requireSignable(this.store, org, incoming, step);
    const signed = await this.store.presign(org, incoming, request, { expiresIn: lifeOf(step) });
    return { method: request.method, ...signed, headers: sent(request.headers) };
  }

  /** What an upload is for, so that an application can ask its own rules once more before it goes on. */
  async describe(org: OrgId, token: string, caller: Caller): Promise<{ purpose: Purpose; place: Place }> {
    const { purpose, place } = await this.#open(org, token, caller);
    return { purpose, place };
  }

  /** Gives an upload up: what was sent is removed. A completed one is not touched. */
  async abandon(org: OrgId, token: string, caller: Caller): Promise<void> {
    await this.#endings.abandon(org, await this.#open(org, token, caller));
  }

  async #open(org: OrgId, token: string, { by, purpose }: Caller): Promise<Opened> {
    const promised = await this.#tokens.open(token);
    const isTheirs = promised.org === org && promised.by === by && (purpose ?? promised.purpose) === promised.purpose;
    if (!isTheirs) throw noUpload();
    return promised;
  }
}
