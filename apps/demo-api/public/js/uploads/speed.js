const windowMs = 4_000;

/** How fast something grows, over the last seconds. */
export class Speed {
  #seen = [];

  /** Per second; 0 while it is not known. */
  of(amount, now = performance.now()) {
    this.#seen.push([now, amount]);
    while (this.#seen.length > 2 && now - this.#seen[0][0] > windowMs) this.#seen.shift();
    const [[from, before]] = this.#seen;
    return now - from < 500 ? 0 : Math.max(0, (1000 * (amount - before)) / (now - from));
  }

  forget() {
    this.#seen = [];
  }
}
