import { Injectable } from '@nestjs/common';
import type { DeclaredUpload, UploadTicket } from '../direct/declared-upload.js';
import { fileKind } from '../files/file-kind.js';
import { Files } from '../files/files.js';
import type { By, IncomingBytes } from '../files/incoming.js';
import type { DownloadOptions, FileStream, ReadOptions, ReadUrl } from '../files/reads/outgoing.js';
import type { StoredFile } from '../files/reads/stored-file.js';
import { layout, type SignaturePlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { maxSignatureBytes } from '../storage.policy.js';

/** A specialist's signature: one PNG each, up to 2 MiB. A new one takes the old one's place. */
export const signature = fileKind({
  purpose: 'signature',
  ids: ['specialistId'],
  at: layout.signature,
  accepts: ['image/png'],
  maxBytes: maxSignatureBytes,
  replaces: true,
});

/** `Files` for specialists' signatures. */
@Injectable()
export class SignaturesService {
  constructor(private readonly files: Files) {}

  upload(org: OrgId, place: SignaturePlace, file: IncomingBytes, options?: By): Promise<StoredFile> {
    return this.files.upload(signature, org, { ...place }, file, options);
  }

  beginUpload(
    org: OrgId,
    place: SignaturePlace,
    declared: DeclaredUpload,
    options: By & { by: string },
  ): Promise<UploadTicket> {
    return this.files.beginUpload(signature, org, { ...place }, declared, options);
  }

  read(org: OrgId, place: SignaturePlace, options?: ReadOptions & DownloadOptions): Promise<FileStream> {
    return this.files.read(signature, org, { ...place }, options);
  }

  presignDownload(org: OrgId, place: SignaturePlace, options?: DownloadOptions): Promise<ReadUrl> {
    return this.files.presignDownload(signature, org, { ...place }, options);
  }

  stat(org: OrgId, place: SignaturePlace, options?: By): Promise<StoredFile> {
    return this.files.stat(signature, org, { ...place }, options);
  }

  delete(org: OrgId, place: SignaturePlace, options?: By): Promise<void> {
    return this.files.delete(signature, org, { ...place }, options);
  }
}
