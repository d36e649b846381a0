import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { layout } from '../keys/layout.js';
import { orgScopedKey, type ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../s3/object-info.js';
import { ObjectStore } from '../s3/object-store.js';
import { StorageError } from '../storage.error.js';
import { StorageEvents, type Place, type Purpose } from '../storage.events.js';
import { writeUrlSeconds } from '../storage.policy.js';
import type { StorageSettings } from '../storage.settings.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';
import { promote } from './promotion.js';
import { isFrom, meaningOf, noUpload, refusals } from './outcome.js';
import { requireSafeStore, sent, ticketFor } from './tickets.js';
import { storedFile, type StoredFile } from './stored-file.js';
import { stepRequest, type UploadStep } from './upload-requests.js';
import { admitted, requireUser, type UploadPromise, type UploadTarget, type UploadTicket } from './upload-target.js';
import { UploadTokens, type Promised } from './upload-token.js';
import { UsedUploads } from './used-uploads.js';

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
 * token holds the promise, the final object names the upload it came from, so every step can be repeated.
 */
@Injectable()
export class DirectUploads {
  readonly #logger = new Logger(DirectUploads.name);
  readonly #tokens: UploadTokens;
  readonly #over = new UsedUploads();

  constructor(
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
    private readonly store: ObjectStore,
    private readonly events: StorageEvents,
  ) {
    this.#tokens = new UploadTokens(settings.tokenSecrets);
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
    const present = await this.#find(org, key);
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

  /** Verifies what was sent and puts it in its place. Doing it again gives the same answer. */
  async complete(org: OrgId, token: string, caller: Caller): Promise<StoredFile> {
    const promised = await this.#open(org, token, caller);
    const { purpose, place, by, contentType, size, nameInKey, uploadId } = promised;
    const final = orgScopedKey(org, promised.path);
    const incoming = layout.incoming(org, promised);
    try {
      const before = await this.#find(org, final);
      const placed = isFrom(promised, before) ? before : await this.#place(org, incoming, final, promised, before);
      await this.#discard(org, incoming, promised);
      if (this.#over.add(uploadId)) {
        this.events.emit({
          kind: 'upload-completed',
          org,
          purpose,
          place,
          by,
          contentType,
          size,
          direct: true,
          uploadId,
        });
      }
      return storedFile(placed, nameInKey);
    } catch (error) {
      if (error instanceof StorageError && refusals.has(error.code)) {
        this.#over.add(uploadId);
        await this.#discard(org, incoming, promised);
        this.events.refused({ org, purpose, place, by, direct: true }, error);
      }
      throw error;
    }
  }

  /** Signs one step of a multipart upload (or the single PUT) on this upload's own object. */
  async sign(org: OrgId, token: string, step: UploadStep, caller: Caller): Promise<SignedStep> {
    const promised = await this.#open(org, token, caller);
    if (this.#over.has(promised.uploadId)) throw noUpload();
    const request = stepRequest(this.settings, promised, step);
    const life = { expiresIn: writeUrlSeconds };
    const signed = await this.store.presign(org, layout.incoming(org, promised), request, life);
    return { method: request.method, ...signed, headers: sent(request.headers) };
  }

  /** What an upload is for, so that an application can ask its own rules once more before it goes on. */
  async describe(org: OrgId, token: string, caller: Caller): Promise<{ purpose: Purpose; place: Place }> {
    const { purpose, place } = await this.#open(org, token, caller);
    return { purpose, place };
  }

  /** Gives an upload up: what was sent is removed. A completed one is not touched. */
  async abandon(org: OrgId, token: string, caller: Caller): Promise<void> {
    const promised = await this.#open(org, token, caller);
    this.#over.add(promised.uploadId);
    await this.#discard(org, layout.incoming(org, promised), promised);
  }

  async #open(org: OrgId, token: string, { by, purpose }: Caller): Promise<Promised> {
    const promised = await this.#tokens.open(token);
    const isTheirs = promised.org === org && promised.by === by && (purpose ?? promised.purpose) === promised.purpose;
    if (!isTheirs) throw noUpload();
    return promised;
  }

  async #place(
    org: OrgId,
    incoming: ObjectKey,
    final: ObjectKey,
    promised: Promised,
    before: ObjectInfo | undefined,
  ): Promise<ObjectInfo> {
    const { replaces, uploadId } = promised;
    if (this.#over.has(uploadId)) throw noUpload();
    if (before && !replaces) throw new StorageError('already_exists', 'There is already a file with this name.');
    if (before?.etag !== promised.replacing) {
      throw new StorageError('conflict', 'The file was changed while this upload was under way. Begin it again.');
    }
    try {
      await promote(this.store, this.settings, org, { incoming, final }, promised);
    } catch (error) {
      // Another completion of the same upload may have been faster at any point.
      const now = await this.#find(org, final);
      if (isFrom(promised, now)) return now;
      throw meaningOf(error, now !== undefined && !replaces);
    }
    return this.store.head(org, final);
  }

  async #find(org: OrgId, key: ObjectKey): Promise<ObjectInfo | undefined> {
    return this.store.head(org, key).catch((error: StorageError) => {
      if (error.code === 'not_found') return undefined;
      throw error;
    });
  }

  /** Best effort, for what is left expires after a day. */
  async #discard(org: OrgId, incoming: ObjectKey, { multipart }: Promised): Promise<void> {
    try {
      await this.store.delete(org, incoming);
      if (multipart) await this.store.abortIncomplete(org, incoming);
    } catch (error) {
      this.#logger.warn(`An incoming object could not be removed: ${(error as StorageError).code}`);
    }
  }
}
