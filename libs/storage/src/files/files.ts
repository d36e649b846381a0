import { Inject, Injectable } from '@nestjs/common';
import { acceptedWith, type AcceptedType } from '../content/accepted-types.js';
import type { UploadTicket } from '../direct/declared-upload.js';
import type { OrgId } from '../keys/org-id.js';
import { ObjectStore } from '../store/object-store.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';
import { DirectUploads } from './uploads/direct-uploads.js';
import { FileAccess } from './reads/file-access.js';
import { locate, locateFolder, placeAsGiven, type FileKind, type PlaceOf } from './file-kind.js';
import { StorageEvents } from './events.js';
import { actor, declaredIn, type By, type DeclaredOf, type IncomingOf, type UploadOptions } from './incoming.js';
import { givenIn, listFolder, type FilePage, type ListOptions } from './reads/listing.js';
import {
  openFile,
  readUrl,
  type DownloadOptions,
  type FileStream,
  type ReadOptions,
  type ReadUrl,
} from './reads/outgoing.js';
import { storedFile, type StoredFile } from './reads/stored-file.js';
import { StreamedUploads } from './uploads/streamed-uploads.js';
import { tellAgain } from './tell-again.js';
import { uploadTarget, type AskedUpload, type UploadTarget } from './uploads/upload-target.js';

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
    const target = await this.#admit(kind, org, place, { ...options, ...declaredIn(file) }, false);
    return this.streamed.upload(target, file);
  }

  /** Gives a ticket for sending bytes straight to the store; `DirectUploads` completes, signs steps of and abandons it. */
  async beginUpload<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    declared: DeclaredOf<Id>,
    options: UploadOptions & { by: string },
  ): Promise<UploadTicket> {
    const target = await this.#admit(kind, org, place, { ...options, ...declaredIn(declared) }, true);
    return this.direct.begin({ ...target, by: options.by }, declared);
  }

  /** The bytes, or the asked range of them. */
  async read<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, requestId, disposition = kind.disposition, ...options }: ReadOptions & DownloadOptions = {},
  ): Promise<FileStream> {
    const asked = { kind, org, place, by, requestId, verb: 'read' } as const;
    return this.access.of(asked, locate, async (located, subject, handOver) => {
      const file = await openFile(this.store, org, located, { ...options, disposition });
      await handOver([{ place: located.place }]).catch((error: unknown) => {
        file.body.destroy();
        throw error;
      });
      this.events.emit({ kind: 'file-read', ...subject, ...(file.contentRange && { range: file.contentRange }) });
      return file;
    });
  }

  /** A URL that reads a file that is there, for 15 minutes. */
  async presignDownload<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, requestId, disposition = kind.disposition }: DownloadOptions = {},
  ): Promise<ReadUrl> {
    const asked = { kind, org, place, by, requestId, verb: 'url' } as const;
    return this.access.of(asked, locate, async (located, subject, handOver) => {
      const issued = await readUrl(this.store, org, located, { disposition, by });
      const { expiresAt, grant } = issued;
      await handOver([{ place: located.place, expiresAt, grant }]);
      this.events.emit({ kind: 'read-url-issued', ...subject, expiresAt, grant });
      return issued;
    });
  }

  /** What is known of a file, without its bytes. */
  async stat<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, requestId }: By = {},
  ): Promise<StoredFile> {
    const asked = { kind, org, place, by, requestId, verb: 'stat' } as const;
    return this.access.of(asked, locate, async ({ key, nameInKey }, _subject, handOver) => {
      const file = storedFile(await this.store.head(org, key), nameInKey);
      await handOver([]);
      return file;
    });
  }

  /** One page of the files beside each other, in order of name. Names are those in the key; `urls` adds a read URL to each. */
  async list<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: FolderOf<Id>,
    { by, requestId, ...options }: ListOptions & By = {},
  ): Promise<FilePage> {
    const asked = { kind, org, place, by, requestId, verb: 'list' } as const;
    return this.access.of(asked, locateFolder, async (folder, subject, handOver) => {
      const page = await listFolder(this.store, org, folder.prefix, { ...options, by });
      const given = givenIn(page, folder.place);
      await handOver(given);
      for (const one of given) this.events.emit({ kind: 'read-url-issued', ...subject, ...one });
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
    { by, requestId }: By = {},
  ): Promise<void> {
    const asked = { kind, org, place, by, requestId, verb: 'delete' } as const;
    await this.access.of(asked, locate, async ({ key }, subject) => {
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

  async #admit<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    asked: AskedUpload,
    direct: boolean,
  ): Promise<UploadTarget> {
    try {
      return uploadTarget(kind, org, place, asked, this.#accepted);
    } catch (error) {
      const subject = { org, purpose: kind.purpose, place: placeAsGiven(kind, place), ...actor(asked) };
      await this.access.refused({ ...subject, direct }, error);
      throw error;
    }
  }
}
