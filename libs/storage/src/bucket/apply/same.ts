import { isDeepStrictEqual } from 'node:util';

/** Whether two pieces of a configuration say the same: order and one-or-many make no difference to S3. */
export const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b));

/** Whether the second says everything that the first says. */
export const contains = (part: unknown, whole: unknown): boolean =>
  isRecord(part) && isRecord(whole)
    ? Object.entries(part).every(([name, value]) => contains(value, whole[name]))
    : same(part, whole);

/** Lists in order and without doubles, a list of one as its item, nothing undefined, numbers and dates as text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = new Map(value.map(plain).map((item) => [JSON.stringify(item), item]));
    return items.size === 1 ? [...items.values()][0] : [...items.keys()].toSorted();
  }
  if (!isRecord(value)) return String(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, plain(item)]),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
