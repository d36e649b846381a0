import { Inject, Injectable } from '@nestjs/common';
import { acceptedWith, type AcceptedType } from '../content/accepted-types.js';
import type { UploadPromise, UploadTicket } from '../direct/upload-promise.js';
import type { OrgId } from '../keys/org-id.js';
import { ObjectStore } from '../s3/object-store.js';
import type { StorageSettings } from '../storage.settings.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';
import { DirectUploads } from './direct-uploads.js';
import { FileAccess } from './file-access.js';
import { locate, locateFolder, placeAsGiven, type FileKind, type PlaceOf } from './file-kind.js';
import { StorageEvents } from './events.js';
import type { By, IncomingBytes, IncomingFile } from './incoming.js';
import { listFolder, type FilePage, type ListOptions } from './listing.js';
import {
  openFile,
  readUrl,
  type DownloadOptions,
  type FileStream,
  type ReadOptions,
  type ReadUrl,
} from './outgoing.js';
import { storedFile, type StoredFile } from './stored-file.js';
import { StreamedUploads } from './streamed-uploads.js';
import { tellAgain } from './tell-again.js';
import { uploadTarget, type AskedUpload, type UploadTarget } from './upload-target.js';

export interface UploadOptions extends By {
  /** For kinds that give way when asked to: overwrites a file of the same name. Without it a taken name fails with `already_exists`. */
  replace?: boolean;
}

/** Where several files lie beside each other, whoever sends one says what it is. */
export type IncomingOf<Id extends string> = 'fileName' extends Id ? IncomingFile : IncomingBytes;
export type PromiseOf<Id extends string> = 'fileName' extends Id
  ? UploadPromise & { contentType: string }
  : UploadPromise;

type FolderOf<Id extends string> = PlaceOf<Exclude<Id, 'fileName'>>;

/**
 * Every verb that there is for files, once, for every kind of file. Each names the organisation first, asks the gates and
 * tells the listeners.
 */
@Injectable()
export class Files {
  readonly #accepted: readonly AcceptedType[];

  constructor(
    @Inject(STORAGE_SETTINGS) settings: StorageSettings,
    private readonly store: ObjectStore,
    private readonly streamed: StreamedUploads,
    private readonly direct: DirectUploads,
    private readonly access: FileAccess,
    private readonly events: StorageEvents,
  ) {
    this.#accepted = acceptedWith(settings.accept);
  }

  /** Stores bytes that flow through the application: verified on the way, stored whole or not at all. */
  async upload<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    file: IncomingOf<Id>,
    options: UploadOptions = {},
  ): Promise<StoredFile> {
    return this.streamed.upload(this.#admit(kind, org, place, { ...options, ...declaredIn(file) }, false), file);
  }

  /** Gives a ticket for sending bytes straight to the store; `DirectUploads` completes, signs steps of and abandons it. */
  async beginUpload<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    promise: PromiseOf<Id>,
    options: UploadOptions & { by: string },
  ): Promise<UploadTicket> {
    const target = this.#admit(kind, org, place, { ...options, ...declaredIn(promise) }, true);
    return this.direct.begin({ ...target, by: options.by }, promise);
  }

  /** The bytes, or the asked range of them. */
  async read<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, disposition = kind.disposition, ...options }: ReadOptions & DownloadOptions = {},
  ): Promise<FileStream> {
    return this.access.of({ kind, org, place, by, verb: 'read' }, locate, async (located, subject) => {
      const file = await openFile(this.store, org, located, { ...options, disposition });
      this.events.emit({ kind: 'file-read', ...subject, ...(file.contentRange && { range: file.contentRange }) });
      return file;
    });
  }

  /** A URL that reads a file that is there, for 15 minutes. */
  async presignDownload<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, disposition = kind.disposition }: DownloadOptions = {},
  ): Promise<ReadUrl> {
    return this.access.of({ kind, org, place, by, verb: 'url' }, locate, async (located, subject) => {
      const issued = await readUrl(this.store, org, located, disposition);
      this.events.emit({ kind: 'read-url-issued', ...subject, expiresAt: issued.expiresAt });
      return issued;
    });
  }

  /** What is known of a file, without its bytes. */
  async stat<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by }: By = {},
  ): Promise<StoredFile> {
    return this.access.of({ kind, org, place, by, verb: 'stat' }, locate, async ({ key, nameInKey }) =>
      storedFile(await this.store.head(org, key), nameInKey),
    );
  }

  /** One page of the files beside each other, in order of name. Names are those in the key; `urls` adds a read URL to each. */
  async list<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: FolderOf<Id>,
    { by, ...options }: ListOptions & By = {},
  ): Promise<FilePage> {
    return this.access.of({ kind, org, place, by, verb: 'list' }, locateFolder, async (folder, subject) => {
      const page = await listFolder(this.store, org, folder.prefix, options);
      if (!options.urls || !this.events.areHeard) return page;
      for (const { fileName, expiresAt } of page.items) {
        const one = { ...subject, place: { ...folder.place, fileName } };
        if (expiresAt) this.events.emit({ kind: 'read-url-issued', ...one, expiresAt });
      }
      return page;
    });
  }

  /** The same, one by one until the last of all pages. */
  async *each<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: FolderOf<Id>,
    options: Omit<ListOptions, 'cursor' | 'limit'> & By = {},
  ): AsyncGenerator<FilePage['items'][number], void, undefined> {
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await this.list(kind, org, place, { ...options, ...(cursor && { cursor }) });
      yield* items;
      cursor = nextCursor;
    } while (cursor !== undefined);
  }

  /** Removes a file. To remove what is not there succeeds. */
  async delete<Id extends string>(
    kind: FileKind<Id, true>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by }: By = {},
  ): Promise<void> {
    await this.access.of({ kind, org, place, by, verb: 'delete' }, locate, async ({ key }, subject) => {
      await this.store.delete(org, key);
      this.events.emit({ kind: 'file-deleted', ...subject });
    });
  }

  /**
   * Tells the listeners once more of the files beside each other that were stored since then, as the bucket shows them: for
   * what a process that died may not have told. Resolves with how many.
   */
  async tellAgain<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: FolderOf<Id>,
    since: Date,
  ): Promise<number> {
    const { prefix, place: folder } = locateFolder(kind, org, place);
    return tellAgain(this.store, this.events, { org, purpose: kind.purpose, place: folder }, prefix, since);
  }

  #admit<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    asked: AskedUpload,
    direct: boolean,
  ): UploadTarget {
    try {
      return uploadTarget(kind, org, place, asked, this.#accepted);
    } catch (error) {
      const subject = { org, purpose: kind.purpose, place: placeAsGiven(kind, place) };
      this.events.refused({ ...subject, ...(asked.by !== undefined && { by: asked.by }), direct }, error);
      throw error;
    }
  }
}

/** What the sender says that the bytes are; only kinds with a `fileName` ask. */
const declaredIn = (sent: object): { contentType?: string } =>
  'contentType' in sent ? { contentType: sent.contentType as string } : {};
