import { Injectable } from '@nestjs/common';
import { setTimeout as after } from 'node:timers/promises';
import { layout } from './keys/layout.js';
import { parseOrgId } from './keys/org-id.js';
import { StorageError, type StorageErrorCode } from './storage.error.js';
import { ObjectStore } from './store/object-store.js';

/** What `HealthCheckService` of `@nestjs/terminus` takes, of which nothing is needed here. */
export type HealthResult<Key extends string> = Record<Key, { status: 'up' | 'down'; code?: StorageErrorCode }>;

const timeoutMs = 3_000;
const keptMs = 5_000;

/** A folder that holds nothing. Roles confined to the layout may list it, while many may not ask about the bucket itself. */
const org = parseOrgId(1);
const folder = layout.formField(org, { formId: 'readiness', customFieldId: 'probe' });

type State = 'up' | StorageErrorCode;

/**
 * Whether the bucket answers, for a readiness probe:
 *
 *     return this.health.check([() => this.storage.check('bucket')]);
 *
 * It is asked at most once in five seconds, however often probes come, and is given three seconds.
 */
@Injectable()
export class StorageHealth {
  #last?: { at: number; state: Promise<State> };

  constructor(private readonly store: ObjectStore) {}

  async check<const Key extends string>(key: Key): Promise<HealthResult<Key>> {
    const state = await this.#state();
    const result = state === 'up' ? { status: 'up' } : { status: 'down', code: state };
    return { [key]: result } as HealthResult<Key>;
  }

  #state(): Promise<State> {
    const now = Date.now();
    if (!this.#last || now - this.#last.at > keptMs) this.#last = { at: now, state: this.#ask() };
    return this.#last.state;
  }

  async #ask(): Promise<State> {
    const answer = this.store.list(org, folder, { limit: 1 }).then(
      (): State => 'up',
      (error: unknown): State => (error instanceof StorageError ? error.code : 'store_unavailable'),
    );
    return Promise.race([answer, after<State>(timeoutMs, 'store_unavailable', { ref: false })]);
  }
}
