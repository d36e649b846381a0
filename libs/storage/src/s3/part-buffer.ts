/** Collects small chunks into one part without growing past it. */
export class PartBuffer {
  #bytes: Buffer;
  #length = 0;
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
    this.#bytes.set(chunk.subarray(0, taken), this.#length);
    this.#length += taken;
    return chunk.subarray(taken);
  }

  /** To collect the next part in the same memory. */
  clear(): this {
    this.#length = 0;
    return this;
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
