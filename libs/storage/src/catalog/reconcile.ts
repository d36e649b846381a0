import { randomUUID } from 'node:crypto';
import { storedFile } from '../files/reads/stored-file.js';
import { belongsToOrg, prefixInOrg, type ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../store/object-info.js';
import type { ObjectStore } from '../store/object-store.js';
import { mostListed } from '../storage.policy.js';
import { ask, rowsOf, type CatalogDatabase, type CatalogSession } from './catalog-database.js';
import type { CatalogSettings } from './catalog.options.js';
import { placeOfKey } from './place-of-key.js';
import { QuotaBook } from './quota-book.js';
import { adoptSql, correctSql, countSql, rowsAtSql, storedRowsSql } from './sql/reconcile.sql.js';
import { adjustSql, type Delta } from './sql/usage.sql.js';
import { comparable, UploadRows } from './upload-rows.js';

export interface CatalogDifference {
  what: 'object-without-row' | 'row-without-object' | 'row-differs' | 'count-differs';
  /** The object's key; the kind for a count, empty for all kinds. */
  of: string;
  repaired: boolean;
}

export interface ReconcileReport {
  objects: number;
  rows: number;
  differences: CatalogDifference[];
}

interface RowAt {
  id: string;
  key: string;
  state: 'pending' | 'stored';
  size: number;
  etag: string | null;
}

/**
 * Compares what the bucket has of an organisation with its rows, both ways, and the counters with the rows. With `repair`
 * the bucket is right: rows are added, corrected and dropped, and counted anew. Files that come and go meanwhile are asked
 * about a second time before anything is said of them. Audit months, which one writer keeps, are not compared.
 */
export class Reconciliation {
  /** Keys of objects that were listed. */
  readonly #seen = new Set<string>();
  readonly #report: ReconcileReport = { objects: 0, rows: 0, differences: [] };
  readonly #quotas: QuotaBook;
  readonly #rows: UploadRows;

  constructor(
    private readonly database: CatalogDatabase,
    private readonly settings: CatalogSettings,
    private readonly store: ObjectStore,
    private readonly org: OrgId,
    private readonly repair: boolean,
  ) {
    this.#quotas = new QuotaBook(settings);
    this.#rows = new UploadRows(settings, this.#quotas);
  }

  async run(): Promise<ReconcileReport> {
    await this.#objects();
    await this.#orphans();
    await this.#counts();
    return this.#report;
  }

  async #objects(): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.store.list(this.org, prefixInOrg(this.org)``, {
        limit: mostListed,
        ...(cursor && { cursor }),
      });
      const objects = page.objects.flatMap((object) =>
        belongsToOrg(object.key, this.org) ? [{ ...object, key: object.key }] : [],
      );
      this.#report.objects += objects.length;
      const rows = await this.#rowsAt(objects.map(({ key }) => key));
      for (const { key, size, etag } of objects) {
        this.#seen.add(key);
        const row = rows.get(key);
        if (!row) await this.#adopt(key);
        else if (row.state === 'stored' && (row.size !== size || row.etag !== etag)) await this.#correct(key);
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  /** By key, a stored row before a pending one: an upload that is under way will tell of its file itself. */
  async #rowsAt(keys: readonly ObjectKey[]): Promise<Map<string, RowAt>> {
    const rows = await this.#inOrg((session) =>
      rowsOf<RowAt>(session, rowsAtSql(this.settings.names), [this.org, JSON.stringify(keys)]),
    );
    return new Map(rows.sort((a, b) => a.state.localeCompare(b.state)).map((row) => [row.key, row]));
  }

  async #adopt(key: ObjectKey): Promise<void> {
    const info = await this.store.find(this.org, key);
    if (!info || (await this.#rowsAt([key])).size > 0) return;
    const repaired = this.repair && (await this.#add(key, info));
    this.#report.differences.push({ what: 'object-without-row', of: key, repaired });
  }

  async #add(key: ObjectKey, info: ObjectInfo): Promise<boolean> {
    const { purpose, place } = placeOfKey(key.slice(this.org.length + 1));
    const { fileName, contentType, size, etag, sha256, lastModified } = storedFile(
      info,
      key.slice(key.lastIndexOf('/') + 1),
    );
    return this.#inOrg(async (session) => {
      const [added] = await rowsOf<number>(session, adoptSql(this.settings.names), [
        ...[this.org, randomUUID(), key, purpose, JSON.stringify(place), fileName, comparable(fileName), contentType],
        ...[`${size}`, etag, sha256 ?? null, lastModified?.toISOString() ?? null],
      ]);
      if (added !== 1) return false;
      const counted = { purpose, usedBytes: size, usedFiles: 1, reservedBytes: 0, reservedFiles: 0 };
      await this.#quotas.adjust(session, this.org, [counted]);
      return true;
    });
  }

  async #correct(key: ObjectKey): Promise<void> {
    const info = await this.store.find(this.org, key);
    const row = (await this.#rowsAt([key])).get(key);
    if (!info || row?.state !== 'stored' || (row.size === info.size && row.etag === info.etag)) return;
    if (this.repair) {
      await this.#inOrg((session) =>
        rowsOf(session, correctSql(this.settings.names), [this.org, row.id, `${info.size}`, info.etag]),
      );
    }
    this.#report.differences.push({ what: 'row-differs', of: key, repaired: this.repair });
  }

  async #orphans(): Promise<void> {
    let last: string | null = null;
    for (;;) {
      const rows: { id: string; key: string }[] = await this.#inOrg((session) =>
        rowsOf(session, storedRowsSql(this.settings.names), [this.org, last, `${mostListed}`]),
      );
      this.#report.rows += rows.length;
      for (const { id, key } of rows) {
        if (!belongsToOrg(key, this.org) || this.#seen.has(key) || (await this.store.find(this.org, key))) continue;
        if (this.repair)
          await this.#rows.drop((sql, values) => ask(this.database, this.org, sql, values), this.org, id, {
            state: 'stored',
          });
        this.#report.differences.push({ what: 'row-without-object', of: key, repaired: this.repair });
      }
      last = rows.at(-1)?.id ?? null;
      if (rows.length < mostListed) return;
    }
  }

  async #counts(): Promise<void> {
    const { names } = this.settings;
    await this.#inOrg(async (session) => {
      const wrong = (await rowsOf<Delta>(session, countSql(names), [this.org])).filter((delta) =>
        [delta.usedBytes, delta.usedFiles, delta.reservedBytes, delta.reservedFiles].some((by) => by !== 0),
      );
      if (this.repair && wrong.length > 0) await rowsOf(session, adjustSql(names), [this.org, JSON.stringify(wrong)]);
      for (const { purpose } of wrong) {
        this.#report.differences.push({ what: 'count-differs', of: purpose, repaired: this.repair });
      }
    });
  }

  #inOrg<T>(work: (session: CatalogSession) => Promise<T>): Promise<T> {
    return this.database.inOrg(this.org, work);
  }
}
