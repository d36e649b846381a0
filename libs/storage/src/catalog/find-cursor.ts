import { StorageError } from '../storage.error.js';
import { isMoment, isText } from './schema/columns.js';

/** After which file a page begins. It names nothing that its holder has not been shown, and says nothing of an organisation. */
export interface SortedBy {
  sort: string;
  value: string;
  id: string;
}

export const cursorText = ({ sort, value, id }: SortedBy): string =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const readable: Record<string, (value: string) => boolean> = {
  newest: isMoment,
  oldest: isMoment,
  name: (value) => value.length <= 1024 && isText(value),
  largest: (value) => /^[0-9]{1,18}$/.test(value),
  smallest: (value) => /^[0-9]{1,18}$/.test(value),
};

/** @throws {StorageError} `invalid_request` for what this module has not made, or for another order */
export function readCursor(cursor: unknown, sort: string, isId = (id: string) => uuid.test(id)): SortedBy {
  const parts = typeof cursor === 'string' && cursor.length <= 8192 ? parsed(cursor) : undefined;
  if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string')) {
    const [sorted, value, id] = parts as [string, string, string];
    if (sorted === sort && readable[sort]?.(value) && isId(id)) return { sort, value, id };
  }
  throw new StorageError('invalid_request', 'The cursor is not one of this list.');
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
}
