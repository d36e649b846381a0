import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { StorageEvents } from '../../files/events.js';
import { FileAccess } from '../../files/reads/file-access.js';
import { locate, type FileKind, type Located, type PlaceOf } from '../../files/file-kind.js';
import type { FileSubject } from '../../files/gates/gate.js';
import { endingOf, Gates } from '../../files/gates/gates.js';
import type { By } from '../../files/incoming.js';
import { storedFile, type StoredFile } from '../../files/reads/stored-file.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import { restoreIdOf, writeOf } from '../../store/file-metadata.js';
import { ObjectStore } from '../../store/object-store.js';
import type { StoredVersion } from '../../store/versions/version-list.js';
import { VersionStore } from '../../store/versions/version-store.js';
import { shortcomings } from '../shortcomings.js';
import { chosenOf, goneOf, isThere } from './chosen-state.js';
import { statesOf } from './key-states.js';
import { requireRemoved } from './refused-removal.js';
import { fileVersion, trashIn, trashOf, type FileVersion, type TrashPage } from './trash-list.js';

/** Of kinds whose files lie beside each other the folder, else the place of the one file. */
type WhereTrashed<Id extends string> = PlaceOf<Exclude<Id, 'fileName'>>;

export interface TrashListOptions extends By {
  /** At most 200, the default. A page can have fewer and still not be the last one. */
  limit?: number;
  /** Of the page before. */
  cursor?: string;
}

/**
 * What was deleted and replaced, in a bucket that keeps versions, until its lifecycle removes them. To delete a file puts a
 * mark upon it; what it was lies beneath. In a bucket that keeps no versions everything here fails with `not_supported`.
 */
@Injectable()
export class Trash {
  #keepsVersions = false;

  constructor(
    private readonly versionStore: VersionStore,
    private readonly store: ObjectStore,
    private readonly access: FileAccess,
    private readonly events: StorageEvents,
    private readonly gates: Gates,
  ) {}

  /** What cannot be promised in this bucket: to be said before anything begins. */
  async shortcomings(): Promise<string[]> {
    return shortcomings('trash', await this.versionStore.keeping());
  }

  /** The files that were deleted and can be restored: of a folder, or the one file of the place. */
  async list<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: WhereTrashed<Id>,
    { by, requestId, ...options }: TrashListOptions = {},
  ): Promise<TrashPage> {
    const find = kind.in ? trashIn : trashOf;
    return this.access.of({ kind, org, place, by, requestId, verb: 'list' }, find, async (located) => {
      await this.#requireVersions();
      return located.list(this.versionStore, org, options);
    });
  }

  /** Every state of one file that can be restored, the latest first, whether the file is there or was deleted. */
  async versions<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, requestId }: By = {},
  ): Promise<FileVersion[]> {
    return this.access.of({ kind, org, place, by, requestId, verb: 'stat' }, locate, async ({ key }) => {
      await this.#requireVersions();
      return (await statesOf(this.versionStore, org, key)).filter(({ isMarker }) => !isMarker).map(fileVersion);
    });
  }

  /**
   * Makes an earlier state current again, as a copy of it: the history stays. Without `version` that is the last one of a file
   * that was deleted and has not come back. With it, that one takes the place of what is there now, unless that changes
   * meanwhile.
   *
   * @throws {StorageError} `not_found`, `already_exists` (it is not in the trash), `conflict` (it changed meanwhile)
   */
  async restore<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, requestId, version }: By & { version?: string } = {},
  ): Promise<StoredFile> {
    return this.access.of({ kind, org, place, by, requestId, verb: 'restore' }, locate, async (located, subject) => {
      await this.#requireVersions();
      const states = await statesOf(this.versionStore, org, located.key);
      const chosen = chosenOf(states, version);
      const now = states[0]?.isMarker ? undefined : states[0];
      if (now && kind.replaces === false) throw isThere();
      if (now !== chosen) await this.#bringBack(located, subject, chosen, now?.etag);
      this.events.emit({ kind: 'file-restored', ...subject, version: chosen.versionId });
      return storedFile(await this.store.head(org, located.key), located.nameInKey);
    });
  }

  /**
   * Removes a deleted file for good, with every state of it; or one earlier state, by its `version`. What is current is never
   * touched. It takes the right to delete versions, which an application should not have: see `policy iam-officer`.
   *
   * @throws {StorageError} `not_found`, `conflict` (it is not in the trash), `on_hold`, `store_refused`
   */
  async purge<Id extends string>(
    kind: FileKind<Id, true>,
    org: OrgId,
    place: PlaceOf<Id>,
    { by, requestId, version }: By & { version?: string } = {},
  ): Promise<void> {
    await this.access.of({ kind, org, place, by, requestId, verb: 'purge' }, locate, async ({ key }, subject) => {
      await this.#requireVersions();
      const states = await statesOf(this.versionStore, org, key);
      const gone = goneOf(states, version);
      // The marks last: without its mark, a state that the store does not give up would be current again.
      for (const areMarks of [false, true]) {
        const named = gone.filter(({ isMarker }) => isMarker === areMarks);
        await requireRemoved(this.versionStore, org, await this.versionStore.remove(org, named));
      }
      this.events.emit({ kind: 'file-purged', ...subject, states: gone.length });
    });
  }

  /** Whoever counts what there is has room for it first, and is told how it ended. */
  async #bringBack(
    located: Located,
    { org, ...subject }: FileSubject,
    chosen: StoredVersion,
    replacing: string | undefined,
  ): Promise<void> {
    if (!this.gates.areToldOfRestoring) return this.#copy(org, located, chosen, replacing);
    const info = await this.versionStore.info(org, located.key, chosen);
    const id = restoreIdOf(info) ?? randomUUID();
    const { fileName, contentType, size, sha256 } = storedFile(info, located.nameInKey);
    const replaces = replacing !== undefined;
    const about = {
      ...subject,
      org,
      id,
      eventId: writeOf(id),
      key: located.key,
      fileName,
      contentType,
      size,
      replaces,
    };
    const tell = await this.gates.restoring({ ...about, maxBytes: size, direct: false });
    try {
      await this.#copy(org, located, chosen, replacing);
    } catch (error) {
      await tell(endingOf(error));
      throw error;
    }
    const { etag } = await this.store.head(org, located.key);
    await tell({ outcome: 'stored', size, etag, ...(sha256 && { sha256 }) });
  }

  async #copy(org: OrgId, { key }: Located, chosen: StoredVersion, replacing: string | undefined): Promise<void> {
    try {
      await this.versionStore.restore(org, key, chosen, replacing);
    } catch (error) {
      const { code } = error as StorageError;
      if (code !== 'precondition_failed' && code !== 'already_exists') throw error;
      throw new StorageError('conflict', 'The file changed meanwhile. Look at its trash again.', { cause: error });
    }
  }

  /** Asked once: a bucket's versioning can be suspended, never taken back. Who may not ask is not kept from trying. */
  async #requireVersions(): Promise<void> {
    this.#keepsVersions ||= (await this.versionStore.keeping()).versions !== 'off';
    if (this.#keepsVersions) return;
    throw new StorageError('not_supported', 'The bucket keeps no versions: what is deleted there is gone.');
  }
}
