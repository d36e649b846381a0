import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { Limits } from '../../options/storage.options.js';

/**
 * What is under way at once, counted by organisation and by its users, in this process. Each upload holds up to
 * three parts of 5 MiB in memory and connections to the store: one account must not take them from all others.
 */
export class UnderWay {
  readonly #counts = new Map<string, number>();

  constructor(private readonly limits: Pick<Limits, 'uploadsPerUser' | 'uploadsPerOrg'>) {}

  /**
   * Returns what ends it.
   *
   * @throws {StorageError} `too_many_requests`
   */
  enter(org: OrgId, by: string | undefined): () => void {
    const { uploadsPerOrg, uploadsPerUser } = this.limits;
    const user = by === undefined ? undefined : `${org}/${by}`;
    if (user !== undefined && this.#of(user) >= uploadsPerUser) refuse(`You have ${uploadsPerUser} uploads`);
    if (this.#of(org) >= uploadsPerOrg) refuse(`Your organisation has ${uploadsPerOrg} uploads`);
    const names = user === undefined ? [org] : [org, user];
    for (const name of names) this.#counts.set(name, this.#of(name) + 1);
    return () => {
      for (const name of names.splice(0)) this.#leave(name);
    };
  }

  #of = (name: string): number => this.#counts.get(name) ?? 0;

  #leave(name: string): void {
    const left = this.#of(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}

function refuse(who: string): never {
  throw new StorageError(
    'too_many_requests',
    `${who} under way, as many as may be at once. Try again when one has ended.`,
  );
}
