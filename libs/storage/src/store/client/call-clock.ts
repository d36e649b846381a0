import { StorageError } from '../../storage.error.js';

/** The time that one call to the store may take, its tries and pauses between them included. Waiting in our own queue is not counted. */
export class CallClock {
  readonly #ended = new AbortController();
  readonly #budgetMs: number;
  #leftMs: number;
  #startedAt = 0;
  #isOver = false;
  #fail: ((error: unknown) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
    this.#leftMs = budgetMs;
    this.resume();
  }

  /** Fires at the end of the time, and when the caller of `race` gives up: what is under way for the call is to end. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#startedAt;
  }

  resume(): void {
    if (this.#isOver) return;
    this.#startedAt = performance.now();
    const message = `The store did not answer within ${this.#budgetMs} ms.`;
    const end = () => this.#end(new StorageError('store_unavailable', message));
    this.#timer = setTimeout(end, Math.max(0, this.#leftMs));
  }

  /** What `work` comes to, unless the time or the caller's patience ends first: not all that takes part in a call heeds a signal. */
  async race<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
    const ended = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
    });
    const giveUp = () => this.#end(aborted(signal));
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    try {
      return await Promise.race([work, ended]);
    } finally {
      signal?.removeEventListener('abort', giveUp);
      this.#isOver = true;
      clearTimeout(this.#timer);
    }
  }

  #end(error: Error): void {
    this.#fail?.(error);
    this.#ended.abort(error);
  }
}

/** As the SDK says it, whatever reason the caller gave. */
export const aborted = (signal?: AbortSignal): Error =>
  Object.assign(new Error('The call was given up.', { cause: signal?.reason }), { name: 'AbortError' });
