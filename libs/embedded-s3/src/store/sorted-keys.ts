import { compareKeys, firstFrom } from './key-order.js';

/** A chunk of that many keys is split in two. */
const FULL = 1024;

/**
 * Keys in S3's order, in chunks: to find one takes two binary searches, to add or remove one moves a chunk at most.
 * With a million keys there are some two thousand chunks.
 */
export class SortedKeys {
  private readonly chunks: string[][] = [];
  /** counts changes, so that who walks notices them */
  private changes = 0;

  constructor(keys: Iterable<string>) {
    const sorted = [...keys].sort(compareKeys);
    for (let i = 0; i < sorted.length; i += FULL / 2) this.chunks.push(sorted.slice(i, i + FULL / 2));
  }

  /** @param key must not be there yet */
  add(key: string): void {
    this.changes++;
    const at = this.chunkOf(key);
    const chunk = this.chunks[at];
    if (!chunk) {
      this.chunks.push([key]);
      return;
    }
    chunk.splice(firstFrom(chunk, key), 0, key);
    if (chunk.length >= FULL) this.chunks.splice(at + 1, 0, chunk.splice(FULL / 2));
  }

  remove(key: string): void {
    this.changes++;
    const at = this.chunkOf(key);
    const chunk = this.chunks[at];
    const place = chunk ? firstFrom(chunk, key) : 0;
    if (chunk?.[place] !== key) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.chunks.splice(at, 1);
  }

  /** Keys from `start` on (itself included). Keys may be added and removed during the walk. */
  *from(start: string): Generator<string> {
    let at = this.chunkOf(start);
    let place = firstFrom(this.chunks[at] ?? [], start);
    let known = this.changes;
    for (;;) {
      const chunk = this.chunks[at];
      if (!chunk) return;
      const key = chunk[place];
      if (key === undefined) {
        at++;
        place = 0;
        continue;
      }
      yield key;
      if (known === this.changes) place++;
      else {
        known = this.changes;
        at = this.chunkOf(key);
        place = firstFrom(this.chunks[at] ?? [], key);
        if (this.chunks[at]?.[place] === key) place++;
      }
    }
  }

  /** Index of the last chunk that begins at or before the key; of the first one when all begin after it. */
  private chunkOf(key: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.chunks[middle]![0]!, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }
}
