import { Injectable } from '@nestjs/common';
import { acceptedType } from '../content/accepted-types.js';
import { layout, type SignaturePlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { ObjectStore } from '../s3/object-store.js';
import type { ReadOptions } from '../s3/object-requests.js';
import { StorageEvents } from '../storage.events.js';
import { maxSignatureBytes } from '../storage.policy.js';
import { DirectUploads } from '../uploads/direct-uploads.js';
import type { StoredFile } from '../uploads/stored-file.js';
import { streamUpload } from '../uploads/stream-upload.js';
import type { UploadPromise, UploadTarget, UploadTicket } from '../uploads/upload-target.js';
import {
  openFile,
  readUrl,
  type By,
  type DownloadOptions,
  type FileStream,
  type IncomingBytes,
  type Located,
  type ReadUrl,
} from './file-access.js';

const purpose = 'signature';
const png = acceptedType('image/png');

/** A specialist's signature: one PNG each, up to 2 MiB. A new one takes the old one's place. */
@Injectable()
export class SignaturesService {
  constructor(
    private readonly store: ObjectStore,
    private readonly uploads: DirectUploads,
    private readonly events: StorageEvents,
  ) {}

  async upload(org: OrgId, place: SignaturePlace, file: IncomingBytes, { by }: By = {}): Promise<StoredFile> {
    return streamUpload(this.store, this.events, target(org, place, by), file);
  }

  async beginUpload(
    org: OrgId,
    place: SignaturePlace,
    promise: UploadPromise,
    { by }: { by: string },
  ): Promise<UploadTicket> {
    return this.uploads.begin({ ...target(org, place, by), by }, promise);
  }

  async completeUpload(org: OrgId, token: string, { by }: { by: string }): Promise<StoredFile> {
    return this.uploads.complete(org, token, { by, purpose });
  }

  async read(org: OrgId, place: SignaturePlace, { by, ...options }: ReadOptions & By = {}): Promise<FileStream> {
    const file = await openFile(this.store, org, locate(org, place), options);
    this.events.emit({ kind: 'file-read', org, purpose, place: { ...place }, by, range: file.contentRange });
    return file;
  }

  async presignDownload(org: OrgId, place: SignaturePlace, options: DownloadOptions = {}): Promise<ReadUrl> {
    const issued = await readUrl(this.store, org, locate(org, place), options);
    const { expiresAt } = issued;
    this.events.emit({ kind: 'read-url-issued', org, purpose, place: { ...place }, by: options.by, expiresAt });
    return issued;
  }

  async delete(org: OrgId, place: SignaturePlace, { by }: By = {}): Promise<void> {
    await this.store.delete(org, locate(org, place).key);
    this.events.emit({ kind: 'file-deleted', org, purpose, place: { ...place }, by });
  }
}

const locate = (org: OrgId, place: SignaturePlace): Located => ({
  key: layout.signature(org, place),
  nameInKey: 'signature.png',
});

function target(org: OrgId, place: SignaturePlace, by?: string): UploadTarget {
  const located = locate(org, place);
  return {
    org,
    purpose,
    place: { ...place },
    ...located,
    fileName: located.nameInKey,
    type: png,
    maxBytes: maxSignatureBytes,
    replaces: true,
    by,
  };
}
