import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const resolution = 1;

export interface Reading {
  /** The most the process held above what it held at rest. */
  peakMiB: number;
  /** The longest that a due timer had to wait. */
  blockedMs: number;
  /** Of all its threads. */
  cpuMs: number;
}

/** Watches this process: memory as the system counts it, and how long the event loop was busy without a break. */
export class Meter {
  #idle = 0;
  #peak = 0;
  #cpu: NodeJS.CpuUsage | undefined;
  #delay: IntervalHistogram | undefined;
  #sampling: NodeJS.Timeout | undefined;

  async start(): Promise<void> {
    globalThis.gc?.();
    await sleep(200);
    this.#idle = this.#peak = process.memoryUsage.rss();
    this.#cpu = process.cpuUsage();
    this.#delay = monitorEventLoopDelay({ resolution });
    this.#delay.enable();
    this.#sampling = setInterval(() => {
      this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
    }, 10);
  }

  stop(): Reading {
    clearInterval(this.#sampling);
    this.#delay?.disable();
    const blocked = (this.#delay?.max ?? 0) / 1e6 - resolution;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      peakMiB: (this.#peak - this.#idle) / 2 ** 20,
      blockedMs: Math.max(0, blocked),
      cpuMs: (user + system) / 1000,
    };
  }
}
