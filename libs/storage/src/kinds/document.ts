import { Injectable } from '@nestjs/common';
import type { DeclaredUpload, UploadTicket } from '../direct/declared-upload.js';
import { fileKind } from '../files/file-kind.js';
import { Files } from '../files/files.js';
import type { By, IncomingBytes } from '../files/incoming.js';
import type { DownloadOptions, FileStream, ReadOptions, ReadUrl } from '../files/reads/outgoing.js';
import type { StoredFile } from '../files/reads/stored-file.js';
import { layout, type DocumentPlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';

/** A generated document: one PDF for each audience. Made again, it takes the old one's place. */
export const document = fileKind({
  purpose: 'document',
  ids: ['documentId', 'audience'],
  at: layout.document,
  accepts: ['application/pdf'],
  replaces: true,
});

/** `Files` for generated documents. */
@Injectable()
export class DocumentsService {
  constructor(private readonly files: Files) {}

  upload(org: OrgId, place: DocumentPlace, file: IncomingBytes, options?: By): Promise<StoredFile> {
    return this.files.upload(document, org, { ...place }, file, options);
  }

  beginUpload(
    org: OrgId,
    place: DocumentPlace,
    declared: DeclaredUpload,
    options: By & { by: string },
  ): Promise<UploadTicket> {
    return this.files.beginUpload(document, org, { ...place }, declared, options);
  }

  read(org: OrgId, place: DocumentPlace, options?: ReadOptions & DownloadOptions): Promise<FileStream> {
    return this.files.read(document, org, { ...place }, options);
  }

  presignDownload(org: OrgId, place: DocumentPlace, options?: DownloadOptions): Promise<ReadUrl> {
    return this.files.presignDownload(document, org, { ...place }, options);
  }

  stat(org: OrgId, place: DocumentPlace, options?: By): Promise<StoredFile> {
    return this.files.stat(document, org, { ...place }, options);
  }

  delete(org: OrgId, place: DocumentPlace, options?: By): Promise<void> {
    return this.files.delete(document, org, { ...place }, options);
  }
}
