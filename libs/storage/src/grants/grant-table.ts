import type { Grant } from '../store/signing/grant.js';

/**
 * How often each of many grants was met: 20 bytes a grant, in a table that is at most three quarters full, so that a
 * hundred million need about 4 GB and a month of an ordinary application needs nothing to speak of.
 */
export class GrantTable {
  /** Four words of the grant and one of its count, above 0 where the place is taken. */
  #words = new Uint32Array(5 * 1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A grant that is in already stays as it is. */
  add(grant: Grant): void {
    if (this.#size * 4 >= (this.#words.length / 5) * 3) this.#grow();
    const words = wordsOf(grant);
    const at = this.#find(words);
    if (this.#words[at + 4] !== 0) return;
    this.#words.set(words, at);
    this.#words[at + 4] = 1;
    this.#size += 1;
  }

  /** False where the grant is not in. */
  count(grant: Grant): boolean {
    const at = this.#find(wordsOf(grant)) + 4;
    const found = this.#words[at]!;
    if (found === 0) return false;
    this.#words[at] = Math.min(found + 1, 0xffff_ffff);
    return true;
  }

  /** Each grant with how often it was counted since it was added. */
  *entries(): Generator<[Grant, number]> {
    for (let at = 0; at < this.#words.length; at += 5) {
      const count = this.#words[at + 4]!;
      if (count > 0) yield [textOf(this.#words.subarray(at, at + 4)), count - 1];
    }
  }

  /** Where the grant is, or would be. Whoever makes grants up is slow at most: they are only looked up, never added. */
  #find(words: Uint32Array): number {
    const places = this.#words.length / 5;
    for (let place = words[0]! % places; ; place = (place + 1) % places) {
      const at = place * 5;
      if (this.#words[at + 4] === 0) return at;
      if (words.every((word, i) => this.#words[at + i] === word)) return at;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 5) {
      if (old[at + 4] === 0) continue;
      this.#words.set(old.subarray(at, at + 5), this.#find(old.subarray(at, at + 4)));
    }
  }
}

function wordsOf(grant: Grant): Uint32Array {
  const bytes = Buffer.from(grant, 'base64url');
  return Uint32Array.from([0, 4, 8, 12], (at) => bytes.readUInt32BE(at));
}

function textOf(words: Uint32Array): Grant {
  const bytes = Buffer.alloc(16);
  words.forEach((word, i) => bytes.writeUInt32BE(word, 4 * i));
  return bytes.toString('base64url');
}
