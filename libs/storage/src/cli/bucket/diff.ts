const around = 2;

/**
 * What changes between two settings, as lines of JSON: `-` goes, `+` comes, with two lines before and after. What lies
 * between the first change and the last is shown as gone and come again.
 */
export function diff(before: unknown, after: unknown): string[] {
  const [old, next] = [linesOf(before), linesOf(after)];
  const start = alike(old, next);
  const rest = [old.slice(start), next.slice(start)] as const;
  const end = alike(rest[0].toReversed(), rest[1].toReversed());
  const [gone, come] = rest.map((lines) => lines.slice(0, lines.length - end)) as [string[], string[]];
  if (gone.length + come.length === 0) return [];
  const tail = old.slice(old.length - end);
  const marked = (mark: string, lines: string[]) => lines.map((line) => `${mark} ${line}`);
  return [
    ...(start > around ? ['  …'] : []),
    ...marked(' ', next.slice(Math.max(0, start - around), start)),
    ...marked('-', gone),
    ...marked('+', come),
    ...marked(' ', tail.slice(0, around)),
    ...(end > around ? ['  …'] : []),
  ];
}

const linesOf = (value: unknown): string[] => (value === undefined ? [] : JSON.stringify(value, null, 2).split('\n'));

/** How many lines at the start are the same. */
function alike(some: string[], others: string[]): number {
  const first = some.findIndex((line, at) => line !== others[at]);
  return first === -1 ? some.length : first;
}
