import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { InjectConfig, type DemoConfig } from '../demo.config.js';

const keptMs = 5_000;

/**
 * Who looks for malware. Where nobody does, new files are refused with 503 and the rest goes on, so that no instance is
 * taken out of service for it: `available` says so. Asked at most once in five seconds.
 */
@Injectable()
export class ScannerHealth {
  #last?: { at: number; state: Promise<Record<string, unknown>> };

  constructor(
    @InjectConfig() private readonly config: DemoConfig,
    private readonly indicators: HealthIndicatorService,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    return this.indicators.check('scanner').up(await this.#state());
  }

  #state(): Promise<Record<string, unknown>> {
    const now = Date.now();
    if (!this.#last || now - this.#last.at > keptMs) this.#last = { at: now, state: this.#ask() };
    return this.#last.state;
  }

  async #ask(): Promise<Record<string, unknown>> {
    const { scanner } = this.config;
    return scanner.state().then(
      (by) => ({ available: true, ...by }),
      () => ({ available: false, engine: scanner.name }),
    );
  }
}
