import type { FileGate, Inspection, RemovalSubject, UploadEnding, UploadSubject } from '../files/gates/gate.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { ask, rowsOf, type CatalogDatabase } from './catalog-database.js';
import { QuotaExceeded, type QuotaBook } from './quota-book.js';
import type { UsageEvent } from './quotas.js';
import { streamedSeconds, unsureSeconds } from './sql/file.sql.js';
import type { Ask, Claim, UploadRows } from './upload-rows.js';

/**
 * The catalog as a gate. A row with its reservation is there before a byte is taken, and is settled when the file is there
 * or will not be. Whoever dies in between leaves a row that is due: the organisation's next upload asks the bucket about it.
 */
export class CatalogGate implements FileGate {
  readonly name = 'catalog';
  readonly #claims = new WeakMap<UploadSubject, Claim>();
  /** Streams whose bytes have all come, and what is restored: before that the store is not asked to put anything in place. */
  readonly #whole = new WeakSet<UploadSubject>();
  readonly #removals = new WeakMap<RemovalSubject, string>();
  /** By organisation: until when `performance.now()` there is nothing to ask the bucket about. */
  readonly #nothingDueUntil = new Map<OrgId, number>();

  constructor(
    private readonly database: CatalogDatabase,
    private readonly rows: UploadRows,
    private readonly quotas: QuotaBook,
  ) {}

  async admit(upload: UploadSubject): Promise<void> {
    await this.#begin(upload);
  }

  /**
   * A direct upload's row is renewed, or its room asked for anew, before the file is put in its place. A streamed one is
   * renewed while its bytes flow: whoever pauses for longer has lost the reservation, and must not store a file without.
   */
  async inspect(upload: UploadSubject): Promise<Inspection | undefined> {
    if (upload.direct) {
      if ((await this.#renew(upload)) === undefined) await this.#begin(upload);
      return undefined;
    }
    let renewedAt = performance.now();
    const renew = async () => {
      if (performance.now() - renewedAt < (streamedSeconds * 1000) / 2) return;
      if ((await this.#renew(upload)) !== 'pending') throw pausedTooLong();
      renewedAt = performance.now();
    };
    const verdict = async () => {
      await renew();
      this.#whole.add(upload);
    };
    return { write: renew, verdict, abort() {} };
  }

  async ended(upload: UploadSubject, ending: UploadEnding): Promise<void> {
    const claim = this.#claims.get(upload);
    const ask = this.#in(upload.org);
    if (ending.outcome === 'stored') {
      if ((await this.rows.settle(ask, upload, ending, claim)) || claim) return;
      return this.#together(upload.org, (ask) => this.rows.found(ask, upload, ending));
    }
    if (claim) return this.rows.drop(ask, upload.org, upload.id, { claim });
    if (this.#whole.has(upload) && mayBeStored(ending)) return this.rows.doubt(ask, upload);
    return this.rows.drop(ask, upload.org, upload.id, { state: 'pending' });
  }

  async unsettled(org: OrgId): Promise<UploadSubject[]> {
    if (performance.now() < (this.#nothingDueUntil.get(org) ?? 0)) return [];
    const due = await this.rows.claimDue(this.#in(org), org);
    return due.map(({ upload, claim }) => {
      this.#claims.set(upload, claim);
      return upload;
    });
  }

  async beforeRemoval(file: RemovalSubject): Promise<void> {
    const id = await this.rows.markRemoval(this.#in(file.org), file.org, file.key);
    if (id !== undefined) this.#removals.set(file, id);
  }

  async removed(file: RemovalSubject): Promise<void> {
    await this.rows.removed(this.#in(file.org), file.org, file.key, this.#removals.get(file));
  }

  /** As an upload: the row may be there already, where the same state was current before. */
  async restoring(file: UploadSubject): Promise<void> {
    if ((await this.#renew(file)) === undefined) await this.#begin(file);
    this.#whole.add(file);
  }

  async erased(org: OrgId, folders: readonly string[], left: readonly string[]): Promise<void> {
    await this.rows.erase(this.#in(org), org, folders, left);
  }

  #in(org: OrgId): Ask {
    return (sql, values) => ask(this.database, org, sql, values);
  }

  #together<T>(org: OrgId, work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.database.inOrg(org, (session) => work((sql, values) => rowsOf(session, sql, values)));
  }

  #renew(upload: UploadSubject) {
    return this.rows.renew(this.#in(upload.org), upload);
  }

  async #begin(upload: UploadSubject): Promise<void> {
    const from = performance.now();
    try {
      const { events, dueIn } = await this.rows.begin(this.#in(upload.org), upload);
      this.#noteDue(upload.org, from, dueIn);
      this.quotas.tell(events);
    } catch (error) {
      // What only a listener needs must not stand in the way of the answer.
      if (error instanceof QuotaExceeded && this.quotas.isHeard) {
        this.quotas.tell(await this.#full(upload, error).catch(() => []));
      }
      throw error;
    }
  }

  /** Whatever is written meanwhile, by any process, is due no sooner than in `unsureSeconds`. */
  #noteDue(org: OrgId, from: number, dueIn: number | null): void {
    if (this.#nothingDueUntil.size >= mostRemembered) this.#nothingDueUntil.clear();
    this.#nothingDueUntil.set(org, from + Math.min(dueIn ?? unsureSeconds, unsureSeconds) * 1000);
  }

  /** What was refused, as an event. */
  async #full({ org }: UploadSubject, { purpose }: QuotaExceeded): Promise<UsageEvent[]> {
    const { kinds, ...all } = await this.database.inOrg(org, (session) => this.quotas.usage(session, org));
    const usage = purpose === undefined ? all : kinds[purpose];
    const about = { org, ...(purpose !== undefined && { purpose }), percent: 100 as const };
    const bytes = { of: 'bytes' as const, taken: (usage?.usedBytes ?? 0) + (usage?.reservedBytes ?? 0) };
    const files = { of: 'files' as const, taken: (usage?.usedFiles ?? 0) + (usage?.reservedFiles ?? 0) };
    const limit = usage?.limit ?? {};
    const isFilesFull = limit.files !== undefined && files.taken >= limit.files;
    const full = isFilesFull ? { ...files, limit: limit.files! } : { ...bytes, limit: limit.bytes ?? 0 };
    return [{ ...about, ...full }];
  }
}

/** Organisations. */
const mostRemembered = 10_000;

/** A call whose answer was lost, or a sender who left at the last moment, may have stored the file all the same. */
const mayBeStored = (ending: UploadEnding): boolean =>
  ending.outcome === 'abandoned' || (ending.outcome === 'refused' && lost.has(ending.code));

const lost = new Set(['store_unavailable', 'store_refused', 'conflict']);

const pausedTooLong = () =>
  new StorageError('conflict', 'The upload paused for too long, and its room was given to others. Send it again.');
