/** What changes between two settings, as lines of JSON: `-` goes, `+` comes, two lines around each change stay. */
export function diff(before: unknown, after: unknown): string[] {
  const [old, next] = [before, after].map((value) =>
    value === undefined ? [] : JSON.stringify(value, null, 2).split('\n'),
  ) as [string[], string[]];
  const lines = compare(old, next);
  const isNear = (at: number) => lines.slice(Math.max(0, at - 2), at + 3).some((line) => !line.startsWith(' '));
  return lines.flatMap((line, at) => (isNear(at) ? [line] : isNear(at - 1) ? ['  …'] : []));
}

/** By the longest common subsequence: settings are short. */
function compare(old: string[], next: string[]): string[] {
  const common = Array.from({ length: old.length + 1 }, () => new Uint16Array(next.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = next.length - 1; j >= 0; j--) {
      const [row, below] = [common[i]!, common[i + 1]!];
      row[j] = old[i] === next[j] ? below[j + 1]! + 1 : Math.max(below[j]!, row[j + 1]!);
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < next.length) {
    if (i < old.length && j < next.length && old[i] === next[j]) {
      lines.push(`  ${old[i++]}`);
      j++;
    } else if (j >= next.length || (i < old.length && common[i + 1]![j]! >= common[i]![j + 1]!))
      lines.push(`- ${old[i++]}`);
    else lines.push(`+ ${next[j++]}`);
  }
  return lines;
}
