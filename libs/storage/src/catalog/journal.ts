import type { JournalOutcome, JournalRecord, JournalSink, JournalVerb } from '../journal/journal-record.js';
import type { OrgId } from '../keys/org-id.js';
import { parseOrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { goOnAs } from './adapters/scope.js';
import { ask, rowsOf, type CatalogDatabase } from './catalog-database.js';
import { cursorText, readCursor } from './find-cursor.js';
import { isMoment, isoOf, isText } from './schema/columns.js';
import type { Names } from './schema/names.js';
import { appendSql, recordsSql } from './sql/journal.sql.js';

export interface AskedRecords {
  /** From this moment on … */
  from?: Date;
  /** … and before this one. */
  to?: Date;
  by?: string;
  /** A kind's purpose. */
  kind?: string;
  verb?: JournalVerb;
  outcome?: JournalOutcome;
  /** Default `newest`. */
  sort?: 'newest' | 'oldest';
  /** 1 … 1,000, default 50. */
  limit?: number;
  /** Of the page before. */
  cursor?: string;
}

export interface RecordPage {
  records: JournalRecord[];
  nextCursor?: string;
}

interface Found {
  at: string;
  id: string;
  /** As it was given. */
  record: string;
}

const mostRecords = 1_000;

/**
 * The journal as rows that are only ever added to: the application's role may not change or remove one. With
 * `catalog.with(thisTransaction(query)).journal` a record is kept when that transaction commits, and only then.
 */
export class CatalogJournal implements JournalSink {
  constructor(
    private readonly database: CatalogDatabase,
    private readonly names: Names,
  ) {}

  /** All of them in one transaction; a record that is there already is kept as it is. */
  async append(records: readonly JournalRecord[]): Promise<void> {
    const byOrg = new Map<OrgId, JournalRecord[]>();
    for (const record of records) {
      const org = parseOrgId(record.org);
      byOrg.set(org, [...(byOrg.get(org) ?? []), record]);
    }
    const [first] = byOrg;
    if (!first) return;
    if (byOrg.size === 1) {
      await ask(this.database, ...this.#adding(...first));
      return;
    }
    await this.database.outside(async (session) => {
      for (const [org, its] of byOrg) {
        await goOnAs(session.query, this.database.setting, org);
        const [, sql, values] = this.#adding(org, its);
        await rowsOf(session, sql, values);
      }
    });
  }

  /** @throws {StorageError} `invalid_request` */
  async records(org: OrgId, asked: AskedRecords = {}): Promise<RecordPage> {
    const { limit = 50, sort = 'newest' } = asked;
    if (!Number.isInteger(limit) || limit < 1 || limit > mostRecords) {
      throw new StorageError('invalid_request', `limit must be 1 … ${mostRecords}.`);
    }
    if (sort !== 'newest' && sort !== 'oldest')
      throw new StorageError('invalid_request', 'sort must be newest or oldest.');
    const after = asked.cursor === undefined ? undefined : readCursor(asked.cursor, sort, isRecordId);
    const filters = [asked.by, asked.kind, asked.verb, asked.outcome].map((value) => textOrNull(value));
    const found = await ask<Found>(this.database, parseOrgId(org), recordsSql(this.names, sort, limit + 1), [
      ...[org, momentOrNull(asked.from), momentOrNull(asked.to), ...filters],
      ...[after?.value ?? null, after?.id ?? null],
    ]);
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return {
      records: shown.map(({ record }) => JSON.parse(record) as JournalRecord),
      ...(last && { nextCursor: cursorText({ sort, value: last.at, id: last.id }) }),
    };
  }

  /** All records of a time, oldest first, some at a time: `archive.append(org, month, catalog.journal.each(org, { from, to }))`. */
  async *each(
    org: OrgId,
    asked: Pick<AskedRecords, 'from' | 'to'> = {},
  ): AsyncGenerator<JournalRecord, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.records(org, { ...asked, sort: 'oldest', limit: mostRecords, ...(cursor && { cursor }) });
      yield* page.records;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  #adding(org: OrgId, records: readonly JournalRecord[]): [org: OrgId, sql: string, values: string[]] {
    const given = records.map((record) => ({
      ...{ id: record.id, at: record.at, by: record.by, kind: record.kind, verb: record.verb, outcome: record.outcome },
      ...{ place: record.place, file: record.file, grantId: record.grantId, expiresAt: record.expiresAt },
      record: JSON.stringify(record),
    }));
    return [org, appendSql(this.names), [org, JSON.stringify(given)]];
  }
}

const isRecordId = (id: string) => /^[\w.:-]{1,128}$/.test(id);

function textOrNull(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && isText(value)) return value;
  throw new StorageError('invalid_request', 'by, kind, verb and outcome are text.');
}

function momentOrNull(value: Date | undefined): string | null {
  if (value === undefined) return null;
  const iso = isoOf(value);
  if (iso !== undefined && isMoment(iso)) return iso;
  throw new StorageError('invalid_request', 'from and to are dates.');
}
