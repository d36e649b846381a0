import { StorageError } from '../../storage.error.js';
import { aborted } from './call-clock.js';

export interface SlotLimits {
  /** How many may be held at once. */
  all: number;
  /** How many of them by one organisation. */
  perOrg: number;
  /** Milliseconds that somebody waits for one; without it, as long as it takes. */
  waitMs?: number;
  /** How many may wait, and of one organisation; default: of one, 20 for each slot that it may hold. */
  waiting?: { all: number; perOrg: number };
}

/** What they are told who get none: as all are held, or as their organisation has its share. */
export interface SlotRefusals {
  allHeld: () => StorageError;
  shareHeld: () => StorageError;
}

interface Waiting {
  start: (release: () => void) => void;
  fail: (error: unknown) => void;
}

/** Those of one organisation that may wait at once, for each slot that it may hold. */
const waitingPerSlot = 20;

/**
 * A bounded number of whatever is costly at once: calls to the store, connections to a database, scans, whole files read.
 * Who finds no place waits in the queue of its organisation, and the organisations take turns: a thousand of one delay
 * another's by one turn. Nobody waits longer than `waitMs`, and no organisation holds more than its share, so one that holds
 * what it has for ever stops itself and nobody else.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #most: { all: number; perOrg: number };
  readonly #held = new Map<string, number>();
  /** Who waits, by organisation; the first is the next to have a turn. */
  readonly #queues = new Map<string, Set<Waiting>>();
  #free: number;
  #waiting = 0;

  constructor(
    limits: SlotLimits,
    private readonly refusals: SlotRefusals = { allHeld: noConnection, shareHeld: tooMany },
  ) {
    this.#limits = limits;
    this.#most = limits.waiting ?? { all: Infinity, perOrg: limits.perOrg * waitingPerSlot };
    this.#free = limits.all;
  }

  /**
   * Gives the function that frees the slot, which may be called more than once.
   *
   * @throws {StorageError} as the refusals say; `too_many_requests` when the organisation holds all it may and
   *   `store_unavailable` when all are held where nothing else was said
   */
  async enter(org: string, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw aborted(signal);
    const release = this.enterNow(org);
    if (release) return release;
    const queue = this.#queues.get(org) ?? new Set();
    if (queue.size >= this.#most.perOrg) throw this.refusals.shareHeld();
    if (this.#waiting >= this.#most.all) throw this.refusals.allHeld();
    this.#queues.set(org, queue);
    return this.#wait(org, queue, signal);
  }

  /** The same where one is free; undefined where one would have to wait. */
  enterNow(org: string): (() => void) | undefined {
    return this.#free > 0 && this.#mayHaveMore(org) ? this.#take(org) : undefined;
  }

  /** Holds a slot while something is done. */
  async run<T>(org: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(org);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #wait(org: string, queue: Set<Waiting>, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        if (queue.delete(waiting)) this.#waiting -= 1;
        if (queue.size === 0 && this.#queues.get(org) === queue) this.#queues.delete(org);
      };
      const waiting: Waiting = {
        start: (release) => (leave(), resolve(release)),
        fail: (error) => (leave(), reject(error)),
      };
      const onAbort = () => waiting.fail(aborted(signal));
      const { waitMs } = this.#limits;
      const { allHeld, shareHeld } = this.refusals;
      const giveUp = () => waiting.fail(this.#mayHaveMore(org) ? allHeld() : shareHeld());
      const timer = waitMs === undefined ? undefined : setTimeout(giveUp, waitMs);
      signal?.addEventListener('abort', onAbort);
      queue.add(waiting);
      this.#waiting += 1;
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
