import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { layout, ObjectStore, parseOrgId } from 'nest-tenant-storage';
import { setTimeout as after } from 'node:timers/promises';

const timeoutMs = 3_000;
const keptMs = 5_000;

/** A folder that holds nothing. Roles confined to the layout may list it, while many may not ask about the bucket itself. */
const org = parseOrgId(1);
const folder = layout.formField(org, { formId: 'readiness', customFieldId: 'probe' });

/** Whether the bucket answers. Asked at most once in five seconds, however often probes come. */
@Injectable()
export class BucketHealth {
  #last?: { at: number; isUp: Promise<boolean> };

  constructor(
    private readonly store: ObjectStore,
    private readonly indicators: HealthIndicatorService,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const bucket = this.indicators.check('bucket');
    return (await this.#isUp()) ? bucket.up() : bucket.down();
  }

  #isUp(): Promise<boolean> {
    const now = Date.now();
    if (!this.#last || now - this.#last.at > keptMs) this.#last = { at: now, isUp: this.#ask() };
    return this.#last.isUp;
  }

  async #ask(): Promise<boolean> {
    const answers = this.store.list(org, folder, { limit: 1 }).then(
      () => true,
      () => false,
    );
    return Promise.race([answers, after(timeoutMs, false, { ref: false })]);
  }
}
