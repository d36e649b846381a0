import { scanUnavailable } from './content-scanner.js';

/** A bounded number of places, given to those who wait in the order of their coming, within a bound of time. */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(
    many: number,
    private readonly patienceMs: number,
  ) {
    this.#free = many;
  }

  /** Resolves with what gives the place back; to call that again does nothing. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait();
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const [next] = this.#waiting;
      if (!next) this.#free += 1;
      else {
        this.#waiting.delete(next);
        next();
      }
    };
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(called);
        reject(scanUnavailable('too many scans at once'));
      }, this.patienceMs);
      this.#waiting.add(called);
    });
  }
}
