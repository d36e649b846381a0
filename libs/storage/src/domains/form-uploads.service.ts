import { Inject, Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { acceptedWith, type AcceptedType } from '../content/accepted-types.js';
import { admitDeclared } from '../content/declared-type.js';
import { parseFileName, type FileName } from '../keys/file-name.js';
import { layout, type FormFieldPlace, type FormFilePlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { ObjectStore } from '../s3/object-store.js';
import type { ReadOptions } from '../s3/object-requests.js';
import { StorageError } from '../storage.error.js';
import { StorageEvents, type Place } from '../storage.events.js';
import { maxFileBytes, mostListedWithUrls } from '../storage.policy.js';
import type { StorageSettings } from '../storage.settings.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';
import { DirectUploads } from '../uploads/direct-uploads.js';
import { storedFile, type StoredFile } from '../uploads/stored-file.js';
import type { UploadPromise, UploadTarget, UploadTicket } from '../uploads/upload-target.js';
import { streamUpload } from '../uploads/stream-upload.js';
import {
  listedReadUrls,
  openFile,
  readUrl,
  type By,
  type DownloadOptions,
  type FileStream,
  type IncomingFile,
  type ReadUrl,
} from './file-access.js';

const purpose = 'form-upload';
const mostListed = 1000;
/** A name of 80 foreign letters takes 70 µs to sign, ten times an ordinary one: its uploader chose it. */
const signedInOneTurn = 25;

export interface FormUploadOptions extends By {
  /** Overwrites a file of the same name. Without it a taken name fails with `already_exists`. */
  replace?: boolean;
}

export interface FilePage {
  items: (StoredFile & Partial<ReadUrl>)[];
  /** Opaque; gives the next page to the next call. */
  nextCursor?: string;
}

/** What patients attach to a form's fields: any accepted kind of file, several in a field, each under its own name. */
@Injectable()
export class FormUploadsService {
  readonly #accepted: readonly AcceptedType[];

  constructor(
    private readonly store: ObjectStore,
    private readonly uploads: DirectUploads,
    private readonly events: StorageEvents,
    @Inject(STORAGE_SETTINGS) { accept }: Pick<StorageSettings, 'accept'>,
  ) {
    this.#accepted = acceptedWith(accept);
  }

  async upload(
    org: OrgId,
    place: FormFilePlace,
    file: IncomingFile,
    options: FormUploadOptions = {},
  ): Promise<StoredFile> {
    return streamUpload(this.store, this.events, this.#admit(org, place, file.contentType, options, false), file);
  }

  async beginUpload(
    org: OrgId,
    place: FormFilePlace,
    promise: UploadPromise & { contentType: string },
    options: FormUploadOptions & { by: string },
  ): Promise<UploadTicket> {
    const admitted = this.#admit(org, place, promise.contentType, options, true);
    return this.uploads.begin({ ...admitted, by: options.by }, promise);
  }

  async completeUpload(org: OrgId, token: string, { by }: { by: string }): Promise<StoredFile> {
    return this.uploads.complete(org, token, { by, purpose });
  }

  async read(org: OrgId, place: FormFilePlace, { by, ...options }: ReadOptions & By = {}): Promise<FileStream> {
    const file = await openFile(this.store, org, locate(org, place), options);
    this.events.emit({ kind: 'file-read', org, purpose, place: { ...place }, by, range: file.contentRange });
    return file;
  }

  async presignDownload(org: OrgId, place: FormFilePlace, options: DownloadOptions = {}): Promise<ReadUrl> {
    const issued = await readUrl(this.store, org, locate(org, place), options);
    this.#tellIssued(org, { ...place }, issued.expiresAt, options);
    return issued;
  }

  /**
   * A field's files in order of name, up to 1,000 at once. Names are those in the key; `urls` adds a read URL to each, and
   * then a page has 200 at most.
   */
  async list(
    org: OrgId,
    place: FormFieldPlace,
    options: By & { limit?: number; cursor?: string; urls?: boolean } = {},
  ): Promise<FilePage> {
    const prefix = layout.formField(org, place);
    const most = options.urls ? mostListedWithUrls : mostListed;
    const { limit: asked = most } = options;
    // NaN and 1.5 go on as they are, and are refused.
    const limit = Number.isInteger(asked) ? Math.max(1, Math.min(asked, most)) : asked;
    const { objects, nextCursor } = await this.store.list(org, prefix, { limit, cursor: options.cursor });
    const urlOf = options.urls ? await listedReadUrls(this.store, org, prefix) : undefined;
    const items: FilePage['items'] = [];
    for (const object of objects) {
      const file: FilePage['items'][number] = storedFile(object, object.key.slice(prefix.length));
      items.push(Object.assign(file, urlOf?.(object.key, file)));
      if (urlOf && items.length % signedInOneTurn === 0) await nextTurn();
    }
    if (urlOf && this.events.areHeard) {
      for (const { fileName, expiresAt } of items)
        if (expiresAt) this.#tellIssued(org, { ...place, fileName }, expiresAt, options);
    }
    return { items, ...(nextCursor && { nextCursor }) };
  }

  async delete(org: OrgId, place: FormFilePlace, { by }: By = {}): Promise<void> {
    await this.store.delete(org, locate(org, place).key);
    this.events.emit({ kind: 'file-deleted', org, purpose, place: { ...place }, by });
  }

  #admit(
    org: OrgId,
    place: FormFilePlace,
    contentType: string,
    options: FormUploadOptions,
    direct: boolean,
  ): UploadTarget {
    try {
      return target(org, place, contentType, this.#accepted, options);
    } catch (error) {
      this.events.refused({ org, purpose, place: { ...place }, by: options.by, direct }, error);
      throw error;
    }
  }

  #tellIssued(org: OrgId, place: Place, expiresAt: Date, { by }: By): void {
    this.events.emit({ kind: 'read-url-issued', org, purpose, place, by, expiresAt });
  }
}

function locate(
  org: OrgId,
  { formId, customFieldId, fileName }: FormFilePlace,
  name: FileName = parseFileName(fileName),
) {
  return { key: layout.formUpload(org, { formId, customFieldId, fileName: name.key }), nameInKey: name.key };
}

function target(
  org: OrgId,
  place: FormFilePlace,
  contentType: string,
  accepted: readonly AcceptedType[],
  { by, replace = false }: FormUploadOptions,
): UploadTarget {
  const name = parseFileName(place.fileName);
  if (typeof contentType !== 'string') throw new StorageError('invalid_request', 'contentType must be text.');
  const type = admitDeclared({ extension: name.extension, contentType }, accepted);
  const { formId, customFieldId } = place;
  return {
    org,
    purpose,
    place: { formId, customFieldId, fileName: name.key },
    ...locate(org, place, name),
    fileName: name.original,
    type,
    maxBytes: maxFileBytes,
    replaces: replace,
    by,
  };
}
