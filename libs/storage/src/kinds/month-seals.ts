import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Records } from '../audit/json-lines.js';
import { oneLine } from '../audit/seal.js';
import { SealedMonth } from '../audit/sealed-month.js';
import type { NoteSigner } from '../audit/signer.js';
import { Spool } from '../audit/spool.js';
import type { Beside } from '../files/incoming.js';
import type { OrgId } from '../keys/org-id.js';
import { noteSigner, type AuditOptions } from '../options/audit.options.js';
import type { ObjectStore } from '../store/object-store.js';
import { monthOf, type AuditMonthPlace } from '../keys/layout.js';
import { SourceFailure, unbroken } from '../store/writing/source.js';
import { StorageError } from '../storage.error.js';
import { maxFileBytes } from '../storage.policy.js';
import { archivedMonths, lastMonth, requireNext, type LastMonth } from './audit-chain.js';

const dayMs = 86_400_000;

/** A month that is sealed and not yet in the bucket. `spool` has to be closed. */
export interface SealedBytes {
  spool: Spool;
  /** The seal as one line. */
  seal: string;
  /** What stands in the head of the object. */
  beside: Beside;
}

/** Makes the seals of an organisation's months, each with the name of the one before. */
export class MonthSeals {
  readonly #signer: NoteSigner;
  readonly #keys: readonly KeyObject[];

  constructor(
    private readonly store: ObjectStore,
    private readonly options: AuditOptions,
  ) {
    this.#signer = noteSigner(options);
    this.#keys = [...this.#signer.publicKeys, ...(options.formerKeys ?? []).map((pem) => createPublicKey(pem))];
  }

  async last(org: OrgId): Promise<LastMonth | undefined> {
    return lastMonth(this.store, org, await archivedMonths(this.store, org), this.#keys);
  }

  /** @throws {StorageError} `invalid_place`, `already_exists`, `conflict`, `file_too_large`, `check_unavailable`; what `records` throw */
  async seal(
    org: OrgId,
    place: AuditMonthPlace,
    records: Records,
    signal: AbortSignal | undefined,
  ): Promise<SealedBytes> {
    const { year, month: ofYear } = monthOf(place);
    const month = `${year}-${ofYear}`;
    const months = await archivedMonths(this.store, org);
    const last = await lastMonth(this.store, org, months, this.#keys);
    requireNext(month, months, last);
    const sealed = new SealedMonth({ org, month, ...(last?.hash && { prev: last.hash }) }, records, this.#signer);
    const { tempFolder: folder } = this.options;
    const spool = await Spool.of(unbroken(sealed.bytes(), signal), { folder, maxBytes: maxFileBytes }).catch(
      (error: unknown) => {
        throw error instanceof SourceFailure ? error.error : error;
      },
    );
    try {
      // Between the first months of an organisation there is no chain yet that would refuse the second of two at once.
      await this.#requireSame(org, month, months);
      const seal = oneLine(sealed.note!);
      return { spool, seal, beside: { metadata: { seal }, ...this.#retention() } };
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  async #requireSame(org: OrgId, month: string, before: readonly string[]): Promise<void> {
    const now = await archivedMonths(this.store, org);
    if (now.length === before.length) return;
    requireNext(month, now, undefined);
    throw new StorageError('conflict', 'Another month was archived meanwhile. Try again.');
  }

  #retention(): Pick<Beside, 'retention'> {
    const { retention } = this.options;
    if (!retention) return {};
    const mode = retention.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE';
    return { retention: { mode, until: new Date(Date.now() + retention.days * dayMs) } };
  }
}
