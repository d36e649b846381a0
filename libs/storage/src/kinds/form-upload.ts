import { Injectable } from '@nestjs/common';
import type { DeclaredUpload, UploadTicket } from '../direct/declared-upload.js';
import { fileKind } from '../files/file-kind.js';
import { Files } from '../files/files.js';
import type { By, IncomingFile, UploadOptions } from '../files/incoming.js';
import type { FilePage, ListOptions } from '../files/reads/listing.js';
import type { DownloadOptions, FileStream, ReadOptions, ReadUrl } from '../files/reads/outgoing.js';
import type { StoredFile } from '../files/reads/stored-file.js';
import { layout, type FormFieldPlace, type FormFilePlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';

/** What patients attach to a form's fields: any accepted type, several files in a field, each under its own name. */
export const formUpload = fileKind({
  purpose: 'form-upload',
  ids: ['formId', 'customFieldId', 'fileName'],
  at: layout.formUpload,
  in: layout.formField,
  replaces: 'asked',
});

/** `Files` for what patients attach to a form's fields. */
@Injectable()
export class FormUploadsService {
  constructor(private readonly files: Files) {}

  upload(org: OrgId, place: FormFilePlace, file: IncomingFile, options?: UploadOptions): Promise<StoredFile> {
    return this.files.upload(formUpload, org, { ...place }, file, options);
  }

  beginUpload(
    org: OrgId,
    place: FormFilePlace,
    declared: DeclaredUpload & { contentType: string },
    options: UploadOptions & { by: string },
  ): Promise<UploadTicket> {
    return this.files.beginUpload(formUpload, org, { ...place }, declared, options);
  }

  read(org: OrgId, place: FormFilePlace, options?: ReadOptions & DownloadOptions): Promise<FileStream> {
    return this.files.read(formUpload, org, { ...place }, options);
  }

  presignDownload(org: OrgId, place: FormFilePlace, options?: DownloadOptions): Promise<ReadUrl> {
    return this.files.presignDownload(formUpload, org, { ...place }, options);
  }

  stat(org: OrgId, place: FormFilePlace, options?: By): Promise<StoredFile> {
    return this.files.stat(formUpload, org, { ...place }, options);
  }

  list(org: OrgId, place: FormFieldPlace, options?: ListOptions & By): Promise<FilePage> {
    return this.files.list(formUpload, org, { ...place }, options);
  }

  delete(org: OrgId, place: FormFilePlace, options?: By): Promise<void> {
    return this.files.delete(formUpload, org, { ...place }, options);
  }
}
