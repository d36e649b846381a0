import { StorageError } from '../storage.error.js';
import { aborted } from './call-clock.js';

export interface SlotLimits {
  /** How many may be held at once. */
  all: number;
  /** How many of them by one organisation. */
  perOrg: number;
  /** Milliseconds that somebody waits for one. */
  waitMs: number;
}

interface Waiting {
  start: (release: () => void) => void;
  fail: (error: unknown) => void;
}

/** Those of one organisation that may wait at once, for each slot that it may hold. */
const waitingPerSlot = 20;

/**
 * A bounded number of calls at once. Who finds no place waits in the queue of its organisation, and the organisations take
 * turns: a thousand calls of one delay another's by one turn. Nobody waits longer than `waitMs`, and no organisation holds
 * more than its share, so one that holds what it has for ever stops itself and nobody else.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #held = new Map<string, number>();
  /** Who waits, by organisation; the first is the next to have a turn. */
  readonly #queues = new Map<string, Set<Waiting>>();
  #free: number;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
    this.#free = limits.all;
  }

  /**
   * Gives the function that frees the slot, which may be called more than once.
   *
   * @throws {StorageError} `too_many_requests` when the organisation holds all it may, `store_unavailable` when all are held
   */
  async enter(org: string, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw aborted(signal);
    if (this.#free > 0 && this.#mayHaveMore(org)) return this.#take(org);
    const queue = this.#queues.get(org) ?? new Set();
    if (queue.size >= this.#limits.perOrg * waitingPerSlot) throw tooMany();
    this.#queues.set(org, queue);
    return this.#wait(org, queue, signal);
  }

  #wait(org: string, queue: Set<Waiting>, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        queue.delete(waiting);
        if (queue.size === 0 && this.#queues.get(org) === queue) this.#queues.delete(org);
      };
      const waiting: Waiting = {
        start: (release) => (leave(), resolve(release)),
        fail: (error) => (leave(), reject(error)),
      };
      const onAbort = () => waiting.fail(aborted(signal));
      const timer = setTimeout(
        () => waiting.fail(this.#mayHaveMore(org) ? noConnection() : tooMany()),
        this.#limits.waitMs,
      );
      signal?.addEventListener('abort', onAbort);
      queue.add(waiting);
    });
  }

  #take(org: string): () => void {
    this.#free -= 1;
    this.#held.set(org, (this.#held.get(org) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#free += 1;
      const left = (this.#held.get(org) ?? 1) - 1;
      if (left > 0) this.#held.set(org, left);
      else this.#held.delete(org);
      this.#next();
    };
  }

  #next(): void {
    for (const [org, queue] of this.#queues) {
      if (!this.#mayHaveMore(org)) continue;
      const [first] = queue;
      if (first === undefined) continue;
      // To the end: the next turn is another organisation's.
      this.#queues.delete(org);
      this.#queues.set(org, queue);
      first.start(this.#take(org));
      return;
    }
  }

  #mayHaveMore(org: string): boolean {
    return (this.#held.get(org) ?? 0) < this.#limits.perOrg;
  }
}

const noConnection = () => new StorageError('store_unavailable', 'There was no free connection to the store.');

const tooMany = () =>
  new StorageError('too_many_requests', 'This organisation has as much under way with the store as it may.');
