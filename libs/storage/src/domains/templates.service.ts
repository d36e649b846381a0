import { Injectable } from '@nestjs/common';
import { acceptedType } from '../content/accepted-types.js';
import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { ObjectStore } from '../s3/object-store.js';
import type { ReadOptions } from '../s3/object-requests.js';
import { StorageEvents } from '../storage.events.js';
import { maxLogoBytes } from '../storage.policy.js';
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

const purpose = 'logo';
const png = acceptedType('image/png');

/** What an organisation's documents are made with: its logo, one PNG up to 5 MiB. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly store: ObjectStore,
    private readonly uploads: DirectUploads,
    private readonly events: StorageEvents,
  ) {}

  async upload(org: OrgId, file: IncomingBytes, { by }: By = {}): Promise<StoredFile> {
    return streamUpload(this.store, this.events, target(org, by), file);
  }

  async beginUpload(org: OrgId, promise: UploadPromise, { by }: { by: string }): Promise<UploadTicket> {
    return this.uploads.begin({ ...target(org, by), by }, promise);
  }

  async completeUpload(org: OrgId, token: string, { by }: { by: string }): Promise<StoredFile> {
    return this.uploads.complete(org, token, { by, purpose });
  }

  async read(org: OrgId, { by, ...options }: ReadOptions & By = {}): Promise<FileStream> {
    const file = await openFile(this.store, org, locate(org), options);
    this.events.emit({ kind: 'file-read', org, purpose, place: {}, by, range: file.contentRange });
    return file;
  }

  async presignDownload(org: OrgId, options: DownloadOptions = {}): Promise<ReadUrl> {
    const issued = await readUrl(this.store, org, locate(org), options);
    const { expiresAt } = issued;
    this.events.emit({ kind: 'read-url-issued', org, purpose, place: {}, by: options.by, expiresAt });
    return issued;
  }

  async delete(org: OrgId, { by }: By = {}): Promise<void> {
    await this.store.delete(org, locate(org).key);
    this.events.emit({ kind: 'file-deleted', org, purpose, place: {}, by });
  }
}

const locate = (org: OrgId): Located => ({
  key: layout.logo(org),
  nameInKey: 'logo.png',
});

function target(org: OrgId, by?: string): UploadTarget {
  const located = locate(org);
  return {
    org,
    purpose,
    place: {},
    ...located,
    fileName: located.nameInKey,
    type: png,
    maxBytes: maxLogoBytes,
    replaces: true,
    by,
  };
}
