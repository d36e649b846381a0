import type { UploadEnding, UploadSubject } from '../files/gates/gate.js';
import { belongsToOrg, type ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { Place } from '../keys/place.js';
import { writeOf } from '../store/file-metadata.js';
import type { CatalogSettings } from './catalog.options.js';
import type { QuotaBook, Room } from './quota-book.js';
import type { UsageEvent } from './quotas.js';
import { columnText } from './schema/columns.js';
import {
  beginSql,
  claimDueSql,
  dropSql,
  eraseSql,
  renewSql,
  settleSql,
  streamedSeconds,
  ticketSeconds,
  unsureSeconds,
  unsureSql,
} from './sql/file.sql.js';
import { markRemovalSql, removedSql } from './sql/removal.sql.js';
import { countersSql } from './sql/usage.sql.js';

type State = 'pending' | 'stored';

/** Asks one of our statements, as the organisation of the row: in a transaction of its own, or in one with others. */
export type Ask = <T>(sql: string, values: (string | null)[]) => Promise<T[]>;

interface Begun {
  events: UsageEvent[];
  /** Seconds until something of the organisation is due, as it was just before; null where nothing is. */
  dueIn: number | null;
}

interface Due {
  id: string;
  key: string;
  purpose: string;
  place: Place;
  name: string;
  contentType: string;
  size: number;
  direct: boolean;
  by: string | null;
  claim: string;
  claimedAt: string;
}

/** By what a row is held that is looked after: the time at which it is due again. */
export interface Claim {
  until: string;
  since: string;
}

/** The name for comparing and for sorting. */
export const comparable = (name: string): string => name.normalize('NFC').toLowerCase();

export const secondsOf = ({ direct }: UploadSubject): number => (direct ? ticketSeconds : streamedSeconds);

/** The rows of uploads and files. Each method is one step: one statement, which counts what it changes. */
export class UploadRows {
  constructor(
    private readonly settings: CatalogSettings,
    private readonly quotas: QuotaBook,
  ) {}

  /** @throws {StorageError} `quota_exceeded` */
  async begin(ask: Ask, upload: UploadSubject): Promise<Begun> {
    const { org, purpose, maxBytes } = upload;
    const room = await this.#begin(ask, upload, this.quotas.limitsOf(purpose));
    return { events: this.quotas.reserved(org, purpose, maxBytes, room), dueIn: room[0]!.dueIn };
  }

  /** Says what there is, and that somebody still works on it. */
  async renew(ask: Ask, upload: UploadSubject): Promise<State | undefined> {
    const values = [upload.org, upload.id, `${secondsOf(upload)}`];
    return (await ask<{ state: State }>(renewSql(this.settings.names), values))[0]?.state;
  }

  /** Whether there was a row. */
  async settle(
    ask: Ask,
    { org, id, key }: UploadSubject,
    ending: UploadEnding & { outcome: 'stored' },
    claim?: Claim,
  ): Promise<boolean> {
    const { names, commitEndsLater } = this.settings;
    const rows = await ask(settleSql(names, commitEndsLater), [
      ...[org, id, key, `${ending.size}`, ending.etag, ending.sha256 ?? null],
      ...[claim?.until ?? null, claim?.since ?? null],
    ]);
    return rows.length > 0;
  }

  /** It was given up for lost, and its file is there all the same: a file that is there is always counted. */
  async found(ask: Ask, upload: UploadSubject, ending: UploadEnding & { outcome: 'stored' }): Promise<void> {
    await this.#begin(ask, { ...upload, maxBytes: ending.size }, [null, null, null, null, 'no']);
    await this.settle(ask, upload, ending);
    await this.doubt(ask, upload);
  }

  /** Nothing was stored, or nothing is there any more: its room is free again. */
  async drop(ask: Ask, org: OrgId, id: string, only: { state?: State; claim?: Claim }): Promise<void> {
    const { names, commitEndsLater } = this.settings;
    await ask(dropSql(names, commitEndsLater), [org, id, only.claim?.until ?? null, only.state ?? null]);
  }

  /** Of all files and uploads in folders, some at a time. */
  async erase(ask: Ask, org: OrgId, folders: readonly string[], left: readonly string[]): Promise<void> {
    const values = [org, JSON.stringify(folders), JSON.stringify(left)];
    while ((await ask<number>(eraseSql(this.settings.names), values)).length > 0);
  }

  /** Whether it was stored is for the bucket to say, a little later. */
  async doubt(ask: Ask, { org, id }: UploadSubject): Promise<void> {
    await ask(unsureSql(this.settings.names), [org, id]);
  }

  /** Uploads of which nobody has told the end. */
  async claimDue(ask: Ask, org: OrgId): Promise<{ upload: UploadSubject; claim: Claim }[]> {
    const due = await ask<Due>(claimDueSql(this.settings.names), [org, `${unsureSeconds}`]);
    return due.flatMap(({ key, ...row }) => (belongsToOrg(key, org) ? [claimed(org, key, row)] : []));
  }

  /** The id of the stored file at a key, about which the bucket is asked if nobody comes back. */
  async markRemoval(ask: Ask, org: OrgId, key: ObjectKey): Promise<string | undefined> {
    return (await ask<{ id: string }>(markRemovalSql(this.settings.names), [org, key]))[0]?.id;
  }

  /** `id` is of the file that was marked. */
  async removed(ask: Ask, org: OrgId, key: ObjectKey, id: string | undefined): Promise<void> {
    const { names, commitEndsLater } = this.settings;
    await ask(removedSql(names, commitEndsLater), [org, id ?? null, key]);
  }

  async #begin(ask: Ask, upload: UploadSubject, limits: (string | null)[]): Promise<BegunRow[]> {
    const { names, columns } = this.settings;
    const own = Object.entries(columns);
    const { org, id, key, purpose, place, fileName, contentType, maxBytes, direct, by } = upload;
    const sql = beginSql(
      names,
      own.map(([name, { type }]) => [name, type]),
    );
    const values = [
      ...[org, id, key, purpose, JSON.stringify(place), fileName, comparable(fileName), contentType, `${maxBytes}`],
      ...[`${direct}`, by ?? null, `${secondsOf(upload)}`],
      ...limits,
      ...own.map(([name, column]) => columnText(name, column.of(upload), column.type)),
    ];
    const rows = await ask<BegunRow>(sql, values);
    if (rows.length === 2) return rows;
    await ask(countersSql(names), [org, purpose]);
    const again = await ask<BegunRow>(sql, values);
    if (again.length !== 2) throw new Error(`There are no counters of ${purpose}.`);
    return again;
  }
}

interface BegunRow extends Room {
  dueIn: number | null;
}

function claimed(org: OrgId, key: ObjectKey, { claim, claimedAt, name, by, ...row }: Omit<Due, 'key'>) {
  const upload: UploadSubject = {
    ...{ id: row.id, eventId: writeOf(row.id), org, key, purpose: row.purpose, place: row.place, fileName: name },
    ...{ contentType: row.contentType, size: row.size, maxBytes: row.size, direct: row.direct },
    // A row does not say it, and whoever is told of an end does not ask.
    replaces: true,
    ...(by !== null && { by }),
  };
  return { upload, claim: { until: claim, since: claimedAt } };
}
