import { locate, locateFolder, type FileKind, type PlaceOf } from '../files/file-kind.js';
import type { OrgId } from '../keys/org-id.js';
import type { Place } from '../keys/place.js';
import { StorageError } from '../storage.error.js';
import type { CatalogSettings } from './catalog.options.js';
import { cursorText, readCursor, type SortedBy } from './find-cursor.js';
import { columnText, isMoment, isoOf, isText } from './schema/columns.js';
import { comparable } from './upload-rows.js';

export interface FindFiles {
  /** A kind, or its purpose. */
  kind?: FileKind | string;
  /**
   * All ids of a kind's place, those of its folder, or some of them: with `kind` as a declaration the first two are looked
   * up by an index.
   */
  place?: PlaceOf<string>;
  /** A canonical type, or a family: `image/*`. */
  type?: string;
  uploadedBy?: string;
  /** Part of the original name, in capitals or not. */
  nameContains?: string;
  /** From this moment on … */
  from?: Date;
  /** … and before this one. */
  to?: Date;
  /** The application's own columns. */
  where?: Readonly<Record<string, string | number | bigint | boolean | Date | null>>;
  /** Default `newest`. */
  sort?: Sort;
  /** 1 … 200, default 50. */
  limit?: number;
  /** Of the page before. */
  cursor?: string;
}

export type Sort = 'newest' | 'oldest' | 'name' | 'largest' | 'smallest';

/** A file as the catalog knows it. */
export interface CatalogFile {
  purpose: string;
  place: Place;
  /** As its person named it. */
  fileName: string;
  contentType: string;
  /** Bytes. */
  size: number;
  etag: string;
  /** Hexadecimal, where it is known. */
  sha256?: string;
  uploadedBy?: string;
  uploadedAt: Date;
  /** The application's own columns. */
  columns: Readonly<Record<string, unknown>>;
}

export interface CatalogPage {
  items: CatalogFile[];
  /** Opaque; gives the next page to the next call. */
  nextCursor?: string;
}

interface FoundRow extends Omit<CatalogFile, 'uploadedAt' | 'columns' | 'sha256' | 'uploadedBy'> {
  id: string;
  sha256: string | null;
  uploadedBy: string | null;
  uploadedAt: string;
  nameKey: string;
  columns: Record<string, unknown> | null;
}

const orders: Record<
  Sort,
  { column: 'stored_at' | 'name_key' | 'size'; type: string; descending: boolean; of: (row: FoundRow) => string }
> = {
  newest: { column: 'stored_at', type: 'timestamptz', descending: true, of: (row) => row.uploadedAt },
  oldest: { column: 'stored_at', type: 'timestamptz', descending: false, of: (row) => row.uploadedAt },
  name: { column: 'name_key', type: 'text', descending: false, of: (row) => row.nameKey },
  largest: { column: 'size', type: 'bigint', descending: true, of: (row) => String(row.size) },
  smallest: { column: 'size', type: 'bigint', descending: false, of: (row) => String(row.size) },
};

/** @throws {StorageError} `invalid_request`, `invalid_place` */
export function findStatement(
  settings: CatalogSettings,
  org: OrgId,
  asked: FindFiles,
): { sql: string; values: (string | null)[] } {
  const { sort = 'newest', limit = 50 } = asked;
  const order = Object.hasOwn(orders, sort)
    ? orders[sort]
    : refuse(`sort must be one of ${Object.keys(orders).join(', ')}.`);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) refuse('limit must be 1 … 200.');
  const values: (string | null)[] = [org];
  const value = (text: string | null, type: string) => `$${values.push(text)}::text::${type}`;
  const conditions = [`org_id = $1::text::bigint`, `state = 'stored'`, ...conditionsOf(settings, org, asked, value)];
  const after = asked.cursor === undefined ? undefined : readCursor(asked.cursor, sort);
  if (after) {
    const compare = order.descending ? '<' : '>';
    conditions.push(`(${order.column}, id) ${compare} (${value(after.value, order.type)}, ${value(after.id, 'uuid')})`);
  }
  const direction = order.descending ? 'desc' : 'asc';
  const own = Object.keys(settings.columns).map((name) => `'${name}', "${name}"`);
  const sql = `
select json_build_object('id', id, 'purpose', purpose, 'place', place, 'fileName', name, 'nameKey', name_key, 'contentType', content_type,
  'size', size, 'etag', etag, 'sha256', sha256, 'uploadedBy', uploaded_by, 'uploadedAt', stored_at,
  'columns', ${own.length > 0 ? `json_build_object(${own.join(', ')})` : 'null'})::text as row
from ${settings.names.file}
where ${conditions.join('\n  and ')}
order by ${order.column} ${direction}, id ${direction}
limit ${limit + 1}`;
  return { sql, values };
}

type Value = (text: string | null, type: string) => string;

function* conditionsOf(settings: CatalogSettings, org: OrgId, asked: FindFiles, value: Value): Generator<string> {
  const { kind, type, uploadedBy, nameContains, from, to, where = {} } = asked;
  if (kind !== undefined)
    yield `purpose = ${value(text(typeof kind === 'object' ? kind.purpose : kind, 'kind'), 'text')}`;
  if (asked.place !== undefined) yield placeCondition(org, kind, asked.place, value);
  if (type !== undefined) {
    const family = /^([a-z]+)\/\*$/.exec(text(type, 'type'));
    if (family)
      yield `content_type >= ${value(`${family[1]}/`, 'text')} and content_type < ${value(`${family[1]}0`, 'text')}`;
    else yield `content_type = ${value(type, 'text')}`;
  }
  if (uploadedBy !== undefined) yield `uploaded_by = ${value(text(uploadedBy, 'uploadedBy'), 'text')}`;
  if (nameContains !== undefined) {
    const part = comparable(text(nameContains, 'nameContains')).replace(/[\\%_]/g, '\\$&');
    yield `name_key like ${value(`%${part}%`, 'text')}`;
  }
  if (from !== undefined) yield `stored_at >= ${value(moment(from, 'from'), 'timestamptz')}`;
  if (to !== undefined) yield `stored_at < ${value(moment(to, 'to'), 'timestamptz')}`;
  for (const [name, wanted] of Object.entries(where)) {
    const column = Object.hasOwn(settings.columns, name) ? settings.columns[name] : undefined;
    if (!column) throw refused(`There is no column ${name} beside the files.`);
    yield wanted === null
      ? `"${name}" is null`
      : `"${name}" = ${value(columnText(name, wanted, column.type), column.type)}`;
  }
}

function placeCondition(org: OrgId, kind: FindFiles['kind'], place: PlaceOf<string>, value: Value): string {
  const ids = Object.keys(place);
  if (typeof kind === 'object') {
    if (kind.ids.every((id) => ids.includes(id))) return `key = ${value(locate(kind, org, place).key, 'text')}`;
    const inFolder = kind.ids.filter((id) => id !== 'fileName');
    if (kind.in && inFolder.every((id) => ids.includes(id))) {
      return `folder = ${value(locateFolder(kind, org, place).prefix.slice(0, -1), 'text')}`;
    }
  }
  return `place @> ${value(JSON.stringify(Object.fromEntries(Object.entries(place).map(([id, of]) => [id, text(String(of), id)]))), 'jsonb')}`;
}

/** @throws {StorageError} `invalid_request` */
export function pageOf(rows: readonly FoundRow[], { limit = 50, sort = 'newest' }: FindFiles): CatalogPage {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const sorted: SortedBy | undefined = last && { sort, value: orders[sort].of(last), id: last.id };
  return { items: shown.map(fileOf), ...(sorted && { nextCursor: cursorText(sorted) }) };
}

const fileOf = ({
  id: _id,
  nameKey: _key,
  sha256,
  uploadedBy,
  uploadedAt,
  columns,
  ...row
}: FoundRow): CatalogFile => ({
  ...row,
  ...(sha256 !== null && { sha256 }),
  ...(uploadedBy !== null && { uploadedBy }),
  uploadedAt: new Date(uploadedAt),
  columns: columns ?? {},
});

export type { FoundRow };

function text(given: unknown, what: string): string {
  if (typeof given === 'string' && isText(given) && given.length <= 1024) return given;
  throw refused(`${what} must be text.`);
}

function moment(given: unknown, what: string): string {
  const iso = isoOf(given);
  if (iso !== undefined && isMoment(iso)) return iso;
  throw refused(`${what} must be a date.`);
}

const refused = (message: string) => new StorageError('invalid_request', message);

function refuse(message: string): never {
  throw refused(message);
}
