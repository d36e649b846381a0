/** The same seed gives the same choices (mulberry32). */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  text(length: number, alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'): string {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join('');
  }

  /** Another value of the same shape: a digit stays a digit, a letter a letter, and an extension stays. */
  like(value: string, taken: ReadonlySet<string>): string {
    // Of one or two digits: months, days and the like stay what they are.
    if (/^\d{1,2}$/.test(value)) {
      const small = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(value.length, '0'));
      const free = small.filter((text) => !taken.has(text) && text.length === value.length);
      return free[this.below(Math.max(1, free.length))] ?? '11';
    }
    const [, stem = value, extension = ''] = /^(.+?)(\.\w{1,5})?$/s.exec(value) ?? [];
    for (let tries = 0; tries < 100; tries++) {
      const other = [...stem].map((sign) => this.#sign(sign)).join('') + extension;
      if (!taken.has(other)) return other;
    }
    return value;
  }

  #sign(sign: string): string {
    if (/[1-9]/.test(sign)) return this.text(1, '123456789');
    if (/[a-f]/.test(sign)) return this.text(1, 'abcdef');
    if (/[a-z]/.test(sign)) return this.text(1, 'ghijklmnopqrstuvwxyz');
    return /[A-Z]/.test(sign) ? this.text(1, 'ABCDEF') : sign;
  }
}
