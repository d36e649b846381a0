import { createHash } from 'node:crypto';

/** Collects small chunks into one part without growing past it. */
export class PartBuffer {
  #bytes: Buffer;
  #length = 0;
  #hash = createHash('sha256');
  readonly #limit: number;

  /** `limit` is the part's size in bytes; `expected`, where known, is how many bytes will come. */
  constructor(limit: number, expected = limit) {
    this.#limit = limit;
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(1, Math.min(limit, expected)));
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length === this.#limit;
  }

  /** Takes what fits and gives back the rest. */
  fill(chunk: Uint8Array): Uint8Array {
    const taken = Math.min(chunk.length, this.#limit - this.#length);
    this.#reserve(this.#length + taken);
    const fitting = chunk.subarray(0, taken);
    this.#bytes.set(fitting, this.#length);
    this.#hash.update(fitting);
    this.#length += taken;
    return chunk.subarray(taken);
  }

  /** To collect the next part in the same memory. */
  clear(): this {
    this.#length = 0;
    this.#hash = createHash('sha256');
    return this;
  }

  /** Hexadecimal, of all that was filled in: computed on the way, since all at once would hold the event loop. */
  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#limit, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.view());
    this.#bytes = larger;
  }
}
