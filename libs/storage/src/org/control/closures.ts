import { createHash } from 'node:crypto';
import { layout } from '../../keys/layout.js';
import type { KeyPrefix, ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { ObjectStore } from '../../store/object-store.js';
import { objectsIn } from '../../store/objects-in.js';

/** What is closed: the whole organisation, or what lies under a folder or key of its own. */
export type Scope = KeyPrefix | ObjectKey | 'all';

export const scopeId = (scope: Scope): string => (scope === 'all' ? scope : sha256(scope));

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Look {
  /** By each clock. */
  began: number[];
  closed: Promise<ReadonlySet<string>>;
}

/**
 * What is closed, as the bucket says it, where every process writes it. Whoever asks within `freshMs` milliseconds of the
 * beginning of a look shares its answer, so that many small writes of one organisation do not pay for a list each.
 */
export class Closures {
  readonly #looks = new Map<OrgId, Look>();

  constructor(
    private readonly store: Pick<ObjectStore, 'list'>,
    private readonly freshMs: number,
    /** One stands still while a machine is suspended, the other one can be set: a look is as old as either says. */
    private readonly clocks: readonly (() => number)[] = [() => performance.now(), () => Date.now()],
  ) {}

  /** Whether something that covers this key is closed. */
  async cover(org: OrgId, key: ObjectKey): Promise<boolean> {
    const closed = await this.#closed(org);
    return closed.size > 0 && scopesOver(key).some((scope) => closed.has(scope));
  }

  #closed(org: OrgId): Promise<ReadonlySet<string>> {
    const last = this.#looks.get(org);
    const now = this.clocks.map((clock) => clock());
    if (last && now.every((ms, clock) => ms - last.began[clock]! < this.freshMs)) return last.closed;
    const look: Look = { began: now, closed: this.#read(org) };
    this.#looks.set(org, look);
    const forget = () => void (this.#looks.get(org) === look && this.#looks.delete(org));
    // One that failed is the trouble of who waited for it, and of nobody after.
    look.closed.then(() => setTimeout(forget, this.freshMs).unref(), forget);
    return look.closed;
  }

  async #read(org: OrgId): Promise<ReadonlySet<string>> {
    const folder = layout.closures(org);
    const closed = new Set<string>();
    for await (const { key } of objectsIn(this.store, org, folder)) closed.add(key.slice(folder.length));
    return closed;
  }
}

/** By their ids: everything, each folder that the key lies in, and the key itself. */
function scopesOver(key: ObjectKey): string[] {
  const folders = [...key.matchAll(/\//g)].map(({ index }) => key.slice(0, index + 1));
  return ['all', ...folders.map(sha256), sha256(key)];
}
