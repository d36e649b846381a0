import { collectionOf, holesIn } from './routes/route.js';

/** Whether a value is something that its holder got from the application, and may use for it: a ticket, a long id. */
export const isGiven = (name: string, value: string): boolean =>
  /token|ticket|secret|handle/i.test(name) || (/(^|_)(id|uuid|key)$|(Id|Uuid|Key)$/.test(name) && value.length >= 12);

/** What was learned of one organisation's data: from what it sent with success, and from what it was answered. */
export class Known {
  readonly #byName = new Map<string, string[]>();
  readonly #byCollection = new Map<string, string[]>();
  readonly #given = new Map<string, Record<string, string>>();
  /** Long values that an application makes up; in an answer to somebody else they give something away. */
  readonly secrets = new Set<string>();

  /** Newest first. */
  values(hole: string, path: string): string[] {
    const own = this.#byCollection.get(collectionOf(path, hole)) ?? [];
    const named = /^(id|name|key)$/i.test(hole) ? [] : (this.#byName.get(hole.toLowerCase()) ?? []);
    return [...new Set([...own.toReversed(), ...named.toReversed()])];
  }

  named(name: string): string | undefined {
    return this.#byName.get(name.toLowerCase())?.at(-1);
  }

  /** Tickets and long ids that the route above this one gave last: `POST /uploads`, then `POST /uploads/complete`. */
  givenAbove(path: string): Readonly<Record<string, string>> {
    const above = [...this.#given.keys()].filter((each) => path.startsWith(`${each}/`) || path === each);
    return this.#given.get(above.toSorted((a, b) => b.length - a.length)[0] ?? '') ?? {};
  }

  all(): Set<string> {
    return new Set([...this.#byName.values(), ...this.#byCollection.values()].flat());
  }

  /** Values that were good in a path. */
  sent(path: string, params: Readonly<Record<string, string>>, body: Readonly<Record<string, unknown>> = {}): void {
    for (const hole of holesIn(path)) {
      this.#add(this.#byCollection, collectionOf(path, hole), params[hole]);
      this.#add(this.#byName, hole.toLowerCase(), params[hole]);
    }
    for (const [name, value] of Object.entries(body)) {
      if (typeof value === 'string') this.#add(this.#byName, name.toLowerCase(), value);
    }
  }

  /** What an answer says. An `id` in it belongs to the collection that was asked: `POST /notes`, then `/notes/{id}`. */
  answered(path: string, json: unknown, depth = 0): void {
    if (typeof json !== 'object' || json === null || depth > 5) return;
    if (depth === 0) this.#give(path, json);
    for (const [name, value] of Object.entries(json)) {
      if (typeof value === 'object') this.answered(path, value, depth + 1);
      else if (typeof value === 'string' || typeof value === 'number') this.#learn(path, name, String(value));
    }
  }

  #give(path: string, json: object): void {
    const given = Object.entries(json).filter(([name, value]) => typeof value === 'string' && isGiven(name, value));
    if (given.length > 0) this.#given.set(path, Object.fromEntries(given) as Record<string, string>);
  }

  #learn(path: string, name: string, value: string): void {
    this.#add(this.#byName, name.toLowerCase(), value);
    if (!/(^|_)(id|uuid|key|slug)$|Id$|^(file)?name$/i.test(name)) return;
    this.#add(this.#byCollection, `${path}/`, value);
    if (/id$|key$/i.test(name) && value.length >= 12) this.secrets.add(value);
  }

  #add(map: Map<string, string[]>, at: string, value: string | undefined): void {
    if (value === undefined || value === '') return;
    const values = (map.get(at) ?? []).filter((known) => known !== value);
    map.set(at, [...values, value].slice(-50));
  }
}
