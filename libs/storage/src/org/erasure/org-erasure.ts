import type { OrgId } from '../../keys/org-id.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { StorageError } from '../../storage.error.js';
import { HoldRecords } from '../control/hold-records.js';
import { requireOrgControl } from '../control/org-control.js';
import { officerStore, type OfficerStore, type StoreClient } from '../officer.js';
import { shortcomings } from '../shortcomings.js';
import type { ErasureStatement } from './certificate.js';
import { erase, foldersIn, keyIn, scopeOf, waitMs, type ErasureOptions } from './erase.js';
import { takeInventory } from './inventory.js';
import { ErasureRecords } from './erasure-record.js';
import type { Inventory } from './inventory.js';
import { notCovered } from './not-covered.js';

/** What an erasure would do now. */
export interface ErasurePlan {
  scope: string;
  folders: string[];
  /** The key of KMS that the organisation's files are encrypted with, where it is its own and known. */
  encryptionKey?: string;
  found: Inventory['areas'];
  /** Holds of the organisation: what they stand on stays. */
  holds: number;
  /** Until nothing can be written any more. */
  waitSeconds: number;
  /** What cannot be promised in this bucket. */
  shortcomings: string[];
  notCovered: string[];
}

/** Erases what an organisation has, by the rights of a client. */
export class OrgErasure {
  readonly #officer: OfficerStore;

  constructor(
    private readonly settings: StorageSettings,
    client: StoreClient,
    /** Told what was erased, unless an order has a listener of its own. */
    private readonly erased: NonNullable<ErasureOptions['erased']>,
  ) {
    this.#officer = officerStore(settings, client);
  }

  /** Changes nothing. */
  async plan(org: OrgId, { prefix }: { prefix?: string } = {}): Promise<ErasurePlan> {
    const scope = scopeOf(org, prefix);
    const folders = foldersIn(org, scope);
    const { areas } = await takeInventory(this.#officer, org, { folders, salt: '' });
    const encryptionKey = await keyIn(this.settings, org, scope);
    let holds = 0;
    for await (const _id of new HoldRecords(this.#officer.store).ids(org)) holds++;
    return {
      scope,
      folders: folders.map(({ prefix }) => prefix),
      ...(encryptionKey !== undefined && { encryptionKey }),
      found: areas,
      holds,
      waitSeconds: waitMs / 1_000,
      shortcomings: shortcomings('erase', await this.#officer.versions.keeping()),
      notCovered: notCovered(scope),
    };
  }

  /**
   * Takes some eleven minutes and as long as there is to remove. Whatever interrupts it, the same call goes on where it was.
   * Afterwards an organisation stays closed; a part of it is open again.
   *
   * @throws {StorageError} `store_refused`, `store_unavailable`, `conflict`
   */
  async erase(org: OrgId, options: ErasureOptions): Promise<ErasureStatement> {
    requireOrgControl(this.settings);
    for (const text of [options.reason, options.by]) {
      if (typeof text !== 'string' || text.trim() === '' || text.length > 2_000)
        throw new StorageError('invalid_request', 'An erasure needs a reason and who orders it, as text.');
    }
    return erase(this.settings, this.#officer, org, { erased: this.erased, ...options });
  }

  /** Whether an erasure has closed it, finished or not. */
  async isUnderWay(org: OrgId, { prefix }: { prefix?: string } = {}): Promise<boolean> {
    return (await new ErasureRecords(this.#officer.store).find(org, scopeOf(org, prefix))) !== undefined;
  }

  /** Opens again what an erasure has closed, finished or not. What it has removed stays removed. */
  async reopen(org: OrgId, { prefix }: { prefix?: string } = {}): Promise<void> {
    const records = new ErasureRecords(this.#officer.store);
    const scope = scopeOf(org, prefix);
    if (!(await records.find(org, scope))) throw new StorageError('not_found', 'Nothing is being erased here.');
    await records.remove(org, scope);
  }
}
