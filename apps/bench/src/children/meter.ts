import { existsSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const resolution = 1;

export interface Reading {
  /** The most the process held above what it held at rest. */
  peakMiB: number;
  /** The longest that a due timer had to wait. */
  lateMs: number;
  /** The most of such a wait that the event loop's own thread was at work: the rest it was kept from a processor. */
  blockedMs: number;
}

/** Watches this process: memory as the system counts it, and how long the event loop was busy without a break. */
export class Meter {
  readonly #worked = threadClock();
  #idle = 0;
  #reading: Reading = { peakMiB: 0, lateMs: 0, blockedMs: 0 };
  #ticking: NodeJS.Timeout | undefined;

  async start(): Promise<void> {
    globalThis.gc?.();
    await sleep(200);
    this.#idle = process.memoryUsage.rss();
    this.#reading = { peakMiB: 0, lateMs: 0, blockedMs: 0 };
    let at = performance.now();
    let worked = this.#worked();
    this.#ticking = setInterval(() => {
      const late = performance.now() - at - resolution;
      const { peakMiB, lateMs, blockedMs } = this.#reading;
      this.#reading = {
        peakMiB: Math.max(peakMiB, (process.memoryUsage.rss() - this.#idle) / 2 ** 20),
        lateMs: Math.max(lateMs, late),
        blockedMs: Math.max(blockedMs, Math.min(late, this.#worked() - worked)),
      };
      at = performance.now();
      worked = this.#worked();
    }, resolution);
  }

  stop(): Reading {
    clearInterval(this.#ticking);
    return this.#reading;
  }
}

/**
 * Milliseconds that the main thread has had a processor, where Linux counts them; elsewhere, those that have passed.
 * https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
function threadClock(): () => number {
  const path = '/proc/self/schedstat';
  if (!existsSync(path)) return () => performance.now();
  const file = openSync(path, 'r');
  const text = Buffer.alloc(64);
  const read = () => Number(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).split(' ', 1)[0]) / 1e6;
  return read() > 0 ? read : () => performance.now();
}
