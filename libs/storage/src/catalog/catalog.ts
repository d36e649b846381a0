import { locate, type FileKind, type PlaceOf } from '../files/file-kind.js';
import type { FileGate } from '../files/gates/gate.js';
import type { OrgId } from '../keys/org-id.js';
import { parseOrgId } from '../keys/org-id.js';
import type { ObjectStore } from '../store/object-store.js';
import { noSuchFile } from '../storage.error.js';
import { ask, type CatalogDatabase } from './catalog-database.js';
import { CatalogGate } from './catalog.gate.js';
import { catalogSettings, type CatalogOptions, type CatalogSettings } from './catalog.options.js';
import { findStatement, pageOf, type CatalogFile, type CatalogPage, type FindFiles, type FoundRow } from './find.js';
import { CatalogJournal } from './journal.js';
import { QuotaBook } from './quota-book.js';
import type { OrgUsage, QuotaLimits } from './quotas.js';
import { Reconciliation, type ReconcileReport } from './reconcile.js';
import { requireIsolation } from './schema/boot-check.js';
import { UploadRows } from './upload-rows.js';

/**
 * Rows beside the objects, in the application's own Postgres: what a bucket cannot find, count or limit.
 *
 *     {
 *       provide: Catalog,
 *       inject: [Pool],
 *       useFactory: (pool: Pool) => Catalog.open({ database: pgPool(pool), limits: { bytes: 50 * GiB } }),
 *     }
 *     …
 *     StorageModule.forRootAsync({
 *       inject: [Catalog],
 *       useFactory: (catalog: Catalog) => ({ …, gates: [catalog.gate] }),
 *     })
 *
 * Every method names the organisation first, and asks in a transaction in which the database shows no other one's rows.
 */
export class Catalog {
  /** Keeps the rows in step with the bucket and refuses what has no room: for the option `gates`. */
  readonly gate: FileGate;
  /** Rows for the journal: a sink for it, and a way to read what was kept. */
  readonly journal: CatalogJournal;
  readonly #quotas: QuotaBook;

  private constructor(
    private readonly database: CatalogDatabase,
    private readonly settings: CatalogSettings,
  ) {
    this.#quotas = new QuotaBook(settings);
    this.journal = new CatalogJournal(database, settings.names);
    this.gate = new CatalogGate(database, new UploadRows(settings, this.#quotas), this.#quotas);
  }

  /**
   * Looks first whether the database keeps organisations apart for this very session.
   *
   * @throws {StorageError} `misconfigured`, with the cure; `check_unavailable` where the database does not answer
   */
  static async open(options: CatalogOptions): Promise<Catalog> {
    const settings = catalogSettings(options);
    await requireIsolation(options.database, settings.names, Object.keys(settings.columns));
    return new Catalog(options.database, settings);
  }

  /** The same catalog in another transaction: `catalog.with(thisTransaction(query))`. */
  with(database: CatalogDatabase): Catalog {
    return new Catalog(database, this.settings);
  }

  /** One page of an organisation's files, wherever they lie. @throws {StorageError} `invalid_request`, `invalid_place` */
  async files(org: OrgId, asked: FindFiles = {}): Promise<CatalogPage> {
    const { sql, values } = findStatement(this.settings, parseOrgId(org), asked);
    return pageOf(await ask<FoundRow>(this.database, org, sql, values), asked);
  }

  /** What is known of one file. @throws {StorageError} `not_found` */
  async stat<Id extends string>(kind: FileKind<Id>, org: OrgId, place: PlaceOf<Id>): Promise<CatalogFile> {
    locate(kind, org, place);
    const [file] = (await this.files(org, { kind: kind as unknown as FileKind, place, limit: 1 })).items;
    if (!file) throw noSuchFile();
    return file;
  }

  /** What an organisation has and may have, uploads under way included. */
  async usage(org: OrgId): Promise<OrgUsage> {
    return this.database.inOrg(parseOrgId(org), (session) => this.#quotas.usage(session, org));
  }

  /**
   * What an organisation may have, in place of the defaults; what is left out or null has the default again. Less than it has
   * already stops its uploads, and takes nothing away.
   *
   * @throws {StorageError} `invalid_request`
   */
  async setLimits(org: OrgId, limits: QuotaLimits): Promise<void> {
    await this.database.inOrg(parseOrgId(org), (session) => this.#quotas.setLimits(session, org, limits));
  }

  /**
   * Compares an organisation's rows with the bucket, both ways. With `repair` the bucket is right.
   *
   * @throws {StorageError} `store_unavailable`, `check_unavailable`
   */
  async reconcile(store: ObjectStore, org: OrgId, { repair = false } = {}): Promise<ReconcileReport> {
    return new Reconciliation(this.database, this.settings, store, parseOrgId(org), repair).run();
  }
}
