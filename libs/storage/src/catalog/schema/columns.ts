import type { UploadSubject } from '../../files/gates/gate.js';
import { StorageError } from '../../storage.error.js';
import { identifier } from './names.js';

export const columnTypes = ['bigint', 'text', 'uuid', 'date', 'timestamptz', 'boolean'] as const;
export type ColumnType = (typeof columnTypes)[number];

/** A column of the application's own beside each file, with an index: `patient_id`, say. */
export interface OwnColumn {
  type: ColumnType;
  /** What stands there for an upload, from its place for example. Undefined: null. */
  of(upload: UploadSubject): string | number | bigint | boolean | Date | undefined;
}

export type OwnColumns = Readonly<Record<string, OwnColumn>>;

const taken = new Set([
  ...['org_id', 'id', 'key', 'folder', 'state', 'purpose', 'place', 'name', 'name_key', 'content_type', 'size'],
  ...['etag', 'sha256', 'direct', 'uploaded_by', 'created_at', 'stored_at', 'check_at'],
]);

/** @throws {StorageError} `misconfigured` */
export function requireColumn(name: string, type: unknown): void {
  identifier(name, 'A column');
  if (taken.has(name)) throw new StorageError('misconfigured', `The column ${name} is the catalog's own.`);
  if (!columnTypes.some((known) => known === type)) {
    throw new StorageError('misconfigured', `The column ${name} must be of type ${columnTypes.join(', ')}.`);
  }
}

/** As text, which the statement casts: what the database would not take is told here. @throws {StorageError} `invalid_request` */
export function columnText(name: string, value: unknown, type: ColumnType): string | null {
  if (value === undefined || value === null) return null;
  const isPlain = ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
  const text = isPlain ? String(value) : isoOf(value);
  if (text !== undefined && takes[type](text)) return text;
  throw new StorageError('invalid_request', `${name} takes no such value: it is a ${type}.`);
}

/** Undefined for what is no date. */
export const isoOf = (value: unknown): string | undefined =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;

/** A database takes no NUL, and no half of a letter. */
export const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

const moment =
  /^(\d{4}-\d\d-\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?)?$/;

/** A day of the calendar from the year 1 to 9999, with a time or without. */
export function isMoment(text: string): boolean {
  const day = moment.exec(text)?.[1];
  const at = Date.parse(day ?? '');
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day!) && !day!.startsWith('0000');
}

const isTime = (text: string): boolean => isMoment(text) || /^-?infinity$/.test(text);

const takes: Record<ColumnType, (text: string) => boolean> = {
  bigint: (text) => /^-?[0-9]{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text),
  text: isText,
  uuid: (text) => /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text),
  date: isTime,
  timestamptz: isTime,
  boolean: (text) => /^(?:true|false|t|f|yes|no|y|n|on|off|1|0)$/i.test(text),
};
