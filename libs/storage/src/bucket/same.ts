/** Whether two pieces of a configuration say the same: order and one-or-many make no difference to S3. */
export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** Whether the second says everything that the first says. */
export const contains = (part: unknown, whole: unknown): boolean =>
  isRecord(part) && isRecord(whole)
    ? Object.entries(part).every(([name, value]) => contains(value, whole[name]))
    : same(part, whole);

function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const items = [...new Set(value.map(canonical))].sort();
    return items.length === 1 ? items[0]! : `[${items.join()}]`;
  }
  if (!isRecord(value)) return JSON.stringify(String(value));
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries
    .map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`)
    .sort()
    .join()}}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
