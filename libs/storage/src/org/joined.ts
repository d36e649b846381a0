/** One key with what each of two sides has under it. */
export interface Joined<L, R> {
  key: string;
  left?: L;
  right?: R;
}

/** Two lists in the order of their keys' bytes, as one; each is asked for no more than its next thing. */
export async function* joined<L extends { key: string }, R extends { key: string }>(
  lefts: AsyncIterable<L>,
  rights: AsyncIterable<R>,
): AsyncGenerator<Joined<L, R>, void, undefined> {
  const [left, right] = [lefts[Symbol.asyncIterator](), rights[Symbol.asyncIterator]()];
  try {
    let [l, r] = [await left.next(), await right.next()];
    while (!l.done || !r.done) {
      const order = l.done ? 1 : r.done ? -1 : inBytes(l.value.key, r.value.key);
      const key: string = order <= 0 ? (l.value as L).key : (r.value as R).key;
      yield { key, ...(order <= 0 && { left: l.value as L }), ...(order >= 0 && { right: r.value as R }) };
      if (order <= 0) l = await left.next();
      if (order >= 0) r = await right.next();
    }
  } finally {
    await left.return?.();
    await right.return?.();
  }
}

/** The order of S3's lists. */
export const inBytes = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));
