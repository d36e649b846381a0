import { existsSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const resolution = 1;

export interface Reading {
  /** The most the process held above what it held at rest. */
  peakMiB: number;
  /** The longest that a due timer had to wait. */
  lateMs: number;
  /** The longest that it had to wait for the event loop's thread, less what that thread waited for a processor itself. */
  blockedMs: number;
}

/** Watches this process: memory as the system counts it, and how long the event loop was busy without a break. */
export class Meter {
  readonly #waited = waitClock();
  #idle = 0;
  #reading: Reading = { peakMiB: 0, lateMs: 0, blockedMs: 0 };
  #ticking: NodeJS.Timeout | undefined;

  async start(): Promise<void> {
    globalThis.gc?.();
    await sleep(200);
    this.#idle = process.memoryUsage.rss();
    this.#reading = { peakMiB: 0, lateMs: 0, blockedMs: 0 };
    let at = performance.now();
    let waited = this.#waited();
    this.#ticking = setInterval(() => {
      const late = performance.now() - at - resolution;
      const { peakMiB, lateMs, blockedMs } = this.#reading;
      this.#reading = {
        peakMiB: Math.max(peakMiB, (process.memoryUsage.rss() - this.#idle) / 2 ** 20),
        lateMs: Math.max(lateMs, late),
        blockedMs: Math.max(blockedMs, late - (this.#waited() - waited)),
      };
      at = performance.now();
      waited = this.#waited();
    }, resolution);
  }

  stop(): Reading {
    clearInterval(this.#ticking);
    return this.#reading;
  }
}

/**
 * Milliseconds that the main thread was ready to run and waited for a processor, where Linux counts them.
 * https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
function waitClock(): () => number {
  const path = '/proc/self/schedstat';
  if (!existsSync(path)) return () => 0;
  const file = openSync(path, 'r');
  const text = Buffer.alloc(64);
  return () => Number(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).split(' ', 2)[1]) / 1e6;
}
