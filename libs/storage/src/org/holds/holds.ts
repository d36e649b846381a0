import { Inject, Injectable } from '@nestjs/common';
import { StorageEvents } from '../../files/events.js';
import { locate, type FileKind, type PlaceOf } from '../../files/file-kind.js';
import type { ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { noSuchFile, StorageError } from '../../storage.error.js';
import { STORAGE_SETTINGS } from '../../storage.tokens.js';
import { ObjectStore } from '../../store/object-store.js';
import type { StoredVersion } from '../../store/versions/version-list.js';
import { VersionStore } from '../../store/versions/version-store.js';
import { HoldRecords, type Hold, type HoldRecord } from '../control/hold-records.js';
import { requireOrgControl } from '../control/org-control.js';
import { shortcomings } from '../shortcomings.js';
import { eachStateOf } from '../trash/key-states.js';

/** What could be done of a hold. */
export interface PlacedHold extends Hold {
  /** States of the file that the store itself keeps now (S3 legal hold); 0 in a bucket without object lock. */
  lockedVersions: number;
}

const locksAtOnce = 8;

/**
 * Files that must be kept as they are, for a court or an inspection, until somebody releases them. While a file is on hold it
 * is not replaced, deleted, restored over, purged or erased, through any process (`on_hold`). Where the bucket has object
 * lock, every state of it has S3's legal hold too, which stops everybody else.
 */
@Injectable()
export class Holds {
  readonly #records: HoldRecords;

  constructor(
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
    private readonly versions: VersionStore,
    private readonly events: StorageEvents,
    store: ObjectStore,
  ) {
    this.#records = new HoldRecords(store);
  }

  /** What cannot be promised in this bucket: to be said before anything begins. */
  async shortcomings(): Promise<string[]> {
    return shortcomings('hold', await this.versions.keeping());
  }

  /**
   * Holds a file with all its states, also one in the trash. It is written in the bucket before it returns. One file can have
   * several holds, and is free when the last one is released.
   *
   * @throws {StorageError} `not_found`; `store_refused` where the store would not lock: the hold stands then all the same
   */
  async hold<Id extends string>(
    kind: FileKind<Id>,
    org: OrgId,
    given: PlaceOf<Id>,
    { reason, by }: { reason: string; by: string },
  ): Promise<PlacedHold> {
    requireOrgControl(this.settings);
    for (const text of [reason, by]) requireText(text);
    const { key, place } = locate(kind, org, given);
    if (!(await this.#isKept(org, key))) throw noSuchFile();
    const record = await this.#records.write(org, { key, purpose: kind.purpose, place, reason, by });
    const lockedVersions = await this.#lock(org, key, true);
    this.events.emit({ kind: 'hold-placed', org, purpose: kind.purpose, place, by, holdId: record.id });
    return { ...shown(record), lockedVersions };
  }

  /**
   * Releases one hold. The store's locks go with the last hold of the file. It takes the right to release, which an application
   * should not have: see `policy iam-officer`.
   *
   * @throws {StorageError} `not_found`, `store_refused`
   */
  async release(org: OrgId, id: string, { by }: { by: string }): Promise<void> {
    requireOrgControl(this.settings);
    requireText(by);
    const { key, purpose, place } = await this.#records.read(org, id);
    if (!(await this.#records.isHeld(org, key, id))) await this.#lock(org, key, false);
    await this.#records.remove(org, id);
    // Somebody may have placed another hold meanwhile, whose locks were taken off here.
    if (await this.#records.isHeld(org, key)) await this.#lock(org, key, true);
    this.events.emit({ kind: 'hold-released', org, purpose, place, by, holdId: id });
  }

  /** Every hold of an organisation. */
  async *holds(org: OrgId): AsyncGenerator<Hold, void, undefined> {
    for await (const id of this.#records.ids(org)) {
      const record = await this.#records.read(org, id).catch(unlessReleased);
      if (record) yield shown(record);
    }
  }

  async #isKept(org: OrgId, key: ObjectKey): Promise<boolean> {
    for await (const state of eachStateOf(this.versions, org, key)) if (!state.isMarker) return true;
    return false;
  }

  /** Again where a write that was under way has added a state meanwhile. Resolves with how many states there are. */
  async #lock(org: OrgId, key: ObjectKey, isHeld: boolean): Promise<number> {
    if ((await this.versions.keeping()).objectLock === 'off') return 0;
    const locked = new Set<string>();
    for (let before = -1; before !== locked.size;) {
      before = locked.size;
      const batch: StoredVersion[] = [];
      const flush = async () => {
        const taken = batch.splice(0);
        await Promise.all(taken.map((state) => this.versions.setLegalHold(org, state, isHeld)));
        for (const { versionId } of taken) locked.add(versionId);
      };
      for await (const state of eachStateOf(this.versions, org, key)) {
        if (state.isMarker || locked.has(state.versionId)) continue;
        batch.push(state);
        if (batch.length === locksAtOnce) await flush();
      }
      await flush();
    }
    return locked.size;
  }
}

const shown = ({ key: _inside, ...hold }: HoldRecord): Hold => hold;

function requireText(text: unknown): void {
  if (typeof text === 'string' && text.trim() !== '' && text.length <= 2_000 && text.isWellFormed()) return;
  throw new StorageError('invalid_request', 'A hold needs a reason and who acts: text of at most 2000 characters.');
}

function unlessReleased(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.code !== 'not_found') throw error;
}
