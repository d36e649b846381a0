/** One line of the result: a number, what it must reach, and whether it did. */
export interface Row {
  id: string;
  what: string;
  unit: 'x' | 'MiB' | 'ms' | 'errors';
  /** What is judged: the median of the repetitions, or the worst of them for a peak. */
  value: number;
  low: number;
  high: number;
  /** Absent where a number is reported beside a target, and judged by nothing. */
  target?: Target;
  met?: boolean;
  /** What the repetitions measured, in the order they ran. */
  raw: Record<string, readonly number[]>;
}

export type Target = { atLeast: number } | { atMost: number };

interface Named {
  id: string;
  what: string;
  target?: Target;
}

/** `over` divided by `under`, repetition by repetition: what disturbs the machine meanwhile disturbs both. */
export function ratioRow(named: Named, over: Series, under: Series): Row {
  const ratios = over.values.map((value, i) => value / (under.values[i] ?? NaN));
  return judged({
    ...named,
    unit: 'x',
    value: median(ratios),
    ...spread(ratios),
    raw: { [over.name]: over.values, [under.name]: under.values },
  });
}

export interface Series {
  /** With its unit: `multer-s3, ms`. */
  name: string;
  values: readonly number[];
}

/** A bound on the median. */
export const medianRow = (named: Named, unit: Row['unit'], { name, values }: Series): Row =>
  judged({ ...named, unit, value: median(values), ...spread(values), raw: { [name]: values } });

/** A bound that no repetition may pass. */
export const peakRow = (named: Named, unit: Row['unit'], { name, values }: Series): Row =>
  judged({ ...named, unit, value: Math.max(...values), ...spread(values), raw: { [name]: values } });

function judged(row: Row): Row {
  const { target, value } = row;
  if (target === undefined) return row;
  return { ...row, met: 'atLeast' in target ? value >= target.atLeast : value <= target.atMost };
}

const spread = (values: readonly number[]) => ({ low: Math.min(...values), high: Math.max(...values) });

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
