import { StorageError } from '../../storage.error.js';

/** The tables, quoted, as statements name them. */
export interface Names {
  schema: string;
  migration: string;
  file: string;
  usage: string;
  journal: string;
  readGrant: string;
}

/** @throws {StorageError} `misconfigured` */
export function namesIn(schema = 'tenant_storage'): Names {
  const at = (table: string) => `${identifier(schema, 'schema')}.${table}`;
  return {
    schema: identifier(schema, 'schema'),
    migration: at('migration'),
    file: at('file'),
    usage: at('usage'),
    journal: at('journal'),
    readGrant: at('read_grant'),
  };
}

/** Quoted. Only plain names are taken, so that none has to be escaped. */
export function identifier(name: unknown, what: string): string {
  if (typeof name === 'string' && /^[a-z_][a-z0-9_]{0,62}$/.test(name)) return `"${name}"`;
  throw new StorageError('misconfigured', `${what} must be a plain name of a-z, 0-9 and _, not ${String(name)}.`);
}

/** Tables whose rows are organisations' own. */
export const guardedTables = ['file', 'usage', 'journal', 'read_grant'] as const;

/** What the application may do with each. It adds to the last two, and changes nothing in them. */
export const privileges: Record<(typeof guardedTables)[number], readonly string[]> = {
  file: ['select', 'insert', 'delete'],
  usage: ['select', 'insert', 'update'],
  journal: ['select', 'insert'],
  read_grant: ['select', 'insert'],
};

/** What may change in a row of a file; its organisation, its key and what it is of may not. */
export const changeable = ['state', 'size', 'etag', 'sha256', 'content_type', 'stored_at', 'check_at'] as const;
