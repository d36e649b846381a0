import { Injectable } from '@nestjs/common';
import type { Examined, Inspection, SentObject } from '../../direct/inspection.js';
import { UploadEndings } from '../../direct/completion.js';
import type { OrgId } from '../../keys/org-id.js';
import { isFrom } from '../../store/file-metadata.js';
import { ObjectStore } from '../../store/object-store.js';
import { StorageEvents } from '../events.js';
import type { UploadEnding, UploadSubject } from '../gates/gate.js';
import { endingOf, Gates } from '../gates/gates.js';
import { actor } from '../incoming.js';
import type { StoredFile } from '../reads/stored-file.js';
import { StorageError } from '../../storage.error.js';

/**
 * What both ways of uploading have in common: the gates are asked before, shown the bytes and told how it ended, and so are
 * the listeners.
 */
@Injectable()
export class UploadWatch {
  constructor(
    private readonly gates: Gates,
    private readonly events: StorageEvents,
    private readonly store: ObjectStore,
    private readonly endings: UploadEndings,
  ) {}

  /** Before a byte is taken or a ticket given. First, gates are told the ends they were not told. */
  async admit(upload: UploadSubject): Promise<void> {
    if (!this.gates.areAny) return;
    await this.gates.settle(upload.org, (left) => this.#endOf(left));
    await this.gates.admit(upload);
  }

  async beforeStep(upload: UploadSubject): Promise<void> {
    if (this.gates.areAny) await this.gates.beforeStep(upload);
  }

  inspect(upload: UploadSubject): Promise<Inspection | undefined> {
    return this.gates.areAny ? this.gates.inspect(upload) : Promise.resolve(undefined);
  }

  /** Right before the bytes are put in place. An inspection of what flows through the application asks it itself. */
  async beforeWrite(upload: UploadSubject): Promise<void> {
    if (this.gates.areAny) await this.gates.beforeWrite(upload);
  }

  get looksOutside(): boolean {
    return this.gates.areOutside;
  }

  examine(upload: UploadSubject, sent: SentObject): Promise<Examined | undefined> {
    return this.gates.examine(upload, sent);
  }

  async stored(upload: UploadSubject, file: StoredFile): Promise<void> {
    const { size, etag, sha256, contentType, scannedBy } = file;
    await this.#tell(upload, { outcome: 'stored', size, etag, ...(sha256 && { sha256 }) });
    const told = { contentType, size, ...(scannedBy && { scannedBy }) };
    this.events.emit({ kind: 'upload-completed', id: upload.eventId, ...eventSubject(upload), ...told });
  }

  /** Gates that were not asked, or refused it themselves, know. */
  async failed(upload: UploadSubject, error: unknown, isAdmitted: boolean): Promise<void> {
    if (isAdmitted) await this.#tell(upload, endingOf(error));
    else if (this.gates.areAny && error instanceof StorageError) {
      const { org, purpose, place } = upload;
      await this.gates.refused({ org, purpose, place, ...actor(upload), verb: 'upload', code: error.code });
    }
    this.events.refused(eventSubject(upload), error);
  }

  async abandoned(upload: UploadSubject): Promise<void> {
    await this.#tell(upload, { outcome: 'abandoned' });
    const { direct: _always, ...subject } = eventSubject(upload);
    this.events.emit({ kind: 'upload-abandoned', ...subject });
  }

  async #tell(upload: UploadSubject, ending: UploadEnding): Promise<void> {
    if (this.gates.areAny) await this.gates.ended(upload, ending);
  }

  /** As the bucket shows it. */
  async #endOf(upload: UploadSubject): Promise<UploadEnding | undefined> {
    const info = await this.store.find(upload.org, upload.key);
    if (isFrom(upload.id, info)) return { outcome: 'stored', size: info.size, etag: info.etag };
    return upload.direct ? this.#markedEnd(upload.org, upload.id) : { outcome: 'abandoned' };
  }

  async #markedEnd(org: OrgId, uploadId: string): Promise<UploadEnding | undefined> {
    const outcome = await this.endings.outcomeOf(org, uploadId);
    if (outcome === 'completing') return undefined;
    return outcome === 'refused' ? { outcome: 'refused', code: 'content_mismatch' } : { outcome: 'abandoned' };
  }
}

/** What listeners are told of who and what. */
export const eventSubject = ({ org, purpose, place, by, requestId, direct }: UploadSubject) => ({
  org,
  purpose,
  place,
  ...actor({ by, requestId }),
  direct,
});
