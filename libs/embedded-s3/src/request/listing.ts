import { S3Error } from '../errors/s3-error.js';
import { encodeSigned } from '../http/uri-encoding.js';
import { compareKeys } from '../store/key-order.js';
import type { ObjectIndex } from '../store/object-index.js';

/** After every key that starts with the prefix before it. */
const LAST = '\u{10ffff}';
const MAX_PAGE = 1000;

/** One line of a listing: something under its key, or a prefix that stands for all keys under it. */
export interface Line<T> {
  readonly name: string;
  /** absent: a common prefix */
  readonly entry?: T;
}

export interface Walk {
  readonly prefix: string;
  /** `''` for none */
  readonly delimiter: string;
  /** the listing starts behind this key; behind all of its keys when it is a common prefix */
  readonly after: string;
}

/** Keys and common prefixes in S3's order; the entry of a key is the key. */
export function* walk(objects: ObjectIndex, { prefix, delimiter, after }: Walk): Generator<Line<string>> {
  let start = compareKeys(after, prefix) > 0 ? after : prefix;
  if (delimiter !== '' && after.length > prefix.length && after.endsWith(delimiter)) start = after + LAST;
  for (;;) {
    let jump: string | undefined;
    for (const key of objects.keysFrom(start)) {
      if (!key.startsWith(prefix)) return;
      if (key === after) continue;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (end >= 0) {
        const name = key.slice(0, end + delimiter.length);
        yield { name };
        jump = name + LAST;
        break;
      }
      yield { name: key, entry: key };
    }
    if (jump === undefined) return;
    start = jump;
  }
}

/** Takes up to `max` of the items and says whether there are more. */
export function page<T>(items: Iterable<T>, max: number): { taken: T[]; truncated: boolean } {
  const taken: T[] = [];
  if (max === 0) return { taken, truncated: false };
  for (const item of items) {
    if (taken.length === max) return { taken, truncated: true };
    taken.push(item);
  }
  return { taken, truncated: false };
}

/** Where a page ended, for its follower; nobody else is to read it. */
export const writeToken = (name: string): string => Buffer.from(`after:${name}`).toString('base64url');

export function readToken(token: string | undefined): string {
  if (token === undefined) return '';
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('after:')) throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  return text.slice('after:'.length);
}

/** `max-keys`, `max-parts` and `max-uploads`: pages have at most 1,000 entries. */
export function pageSize(query: ReadonlyMap<string, string>, name: string): number {
  const text = query.get(name);
  if (text === undefined || text === '') return MAX_PAGE;
  if (!/^\d{1,10}$/.test(text)) {
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
      ArgumentName: name,
    });
  }
  return Math.min(Number(text), MAX_PAGE);
}

/** How names are written: as they are, or with `encoding-type=url`. */
export function nameEncoder(query: ReadonlyMap<string, string>): (name: string) => string {
  const type = query.get('encoding-type');
  if (type === undefined) return (name) => name;
  if (type !== 'url') throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request');
  return (name) => encodeSigned(name).replaceAll('%2F', '/').replaceAll('%20', '+');
}
