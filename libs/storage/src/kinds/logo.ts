import { Injectable } from '@nestjs/common';
import type { DeclaredUpload, UploadTicket } from '../direct/declared-upload.js';
import { fileKind } from '../files/file-kind.js';
import { Files } from '../files/files.js';
import type { By, IncomingBytes } from '../files/incoming.js';
import type { DownloadOptions, FileStream, ReadOptions, ReadUrl } from '../files/reads/outgoing.js';
import type { StoredFile } from '../files/reads/stored-file.js';
import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { maxLogoBytes } from '../storage.policy.js';

/** An organisation's logo: one PNG up to 5 MiB. A new one takes the old one's place. */
export const logo = fileKind({
  purpose: 'logo',
  ids: [],
  at: layout.logo,
  accepts: ['image/png'],
  maxBytes: maxLogoBytes,
  replaces: true,
});

/** `Files` for what an organisation's documents are made with: its logo. */
@Injectable()
export class TemplatesService {
  constructor(private readonly files: Files) {}

  upload(org: OrgId, file: IncomingBytes, options?: By): Promise<StoredFile> {
    return this.files.upload(logo, org, {}, file, options);
  }

  beginUpload(org: OrgId, declared: DeclaredUpload, options: By & { by: string }): Promise<UploadTicket> {
    return this.files.beginUpload(logo, org, {}, declared, options);
  }

  read(org: OrgId, options?: ReadOptions & DownloadOptions): Promise<FileStream> {
    return this.files.read(logo, org, {}, options);
  }

  presignDownload(org: OrgId, options?: DownloadOptions): Promise<ReadUrl> {
    return this.files.presignDownload(logo, org, {}, options);
  }

  stat(org: OrgId, options?: By): Promise<StoredFile> {
    return this.files.stat(logo, org, {}, options);
  }

  delete(org: OrgId, options?: By): Promise<void> {
    return this.files.delete(logo, org, {}, options);
  }
}
