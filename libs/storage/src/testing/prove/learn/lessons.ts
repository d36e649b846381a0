import type { Plan } from '../plan.js';
import { holesIn, type Described, type Hint, type Route } from '../routes/route.js';
import { isWriting } from '../plan.js';
import type { Answer } from '../wire.js';
import { lessonsOf, type Lesson } from './refusal.js';

const taught = new Set([400, 406, 415, 422, 500]);
/** What a body may be where nobody says it. */
const usualTypes = ['multipart/form-data', 'image/png', 'application/pdf', 'text/plain', 'application/octet-stream'];

/** What the refusals of a run taught of each route, in the words of a description. */
export class Lessons {
  readonly #turns = new Map<Route, number>();
  readonly #tried = new Map<Route, Set<string>>();

  /** Adds what a refusal says to what is known of the route: true where there is something new to try. */
  learn({ route, contentType, body }: Plan, { status, json }: Answer): boolean {
    if (!taught.has(status)) return false;
    const before = JSON.stringify(route.described);
    const sent = contentType?.split(';')[0];
    const lessons = status === 500 ? [] : lessonsOf(json, sent);
    for (const lesson of lessons) this.#take(route, lesson);
    const isSaid = JSON.stringify(route.described) !== before;
    const isJson = Object.keys(route.described?.body ?? {}).length > 0;
    if (isJson && !isSaid) this.#turn(route);
    // A body of bytes is refused for other reasons than its names.
    else if (!isJson && (!isSaid || body)) this.#nextType(route, sent, lessons);
    return JSON.stringify(route.described) !== before;
  }

  #take(route: Route, { name, hint, isUnwanted, isPerhaps }: Lesson): void {
    const { path, query, contentTypes, body } = route.described ?? empty;
    const more = (part: Partial<Described>) => (route.described = { ...(route.described ?? empty), ...part });
    const holes = holesIn(route.path);
    if (isUnwanted) {
      more({ body: without(body ?? {}, name) });
    } else if (!hint) {
      return;
    } else if (name === undefined) {
      // A pipe for one part of the path does not say for which.
      const hints = Object.fromEntries(holes.filter((hole) => !(hole in path)).map((hole) => [hole, full(hint)]));
      more({ path: { ...path, ...hints } });
    } else if (holes.includes(name)) {
      more({ path: added(path, name, hint) });
    } else if (!isPerhaps) {
      const isBody = isWriting(route) || contentTypes.includes('application/json');
      more(isBody ? { body: added(body ?? {}, name, hint) } : { query: added(query, name, hint) });
    }
  }

  /** Where a list of values is allowed and the first was no good, the next. */
  #turn(route: Route): void {
    const { body = {}, ...rest } = route.described ?? empty;
    const turns = this.#turns.get(route) ?? 1;
    const most = Math.max(0, ...Object.values(body).map(({ allowed = [] }) => allowed.length));
    if (turns >= most) return;
    this.#turns.set(route, turns + 1);
    const turned = ({ allowed: [first, ...others] = [], ...hint }: Hint) =>
      others.length > 0
        ? { ...hint, allowed: [...others, first] }
        : { ...hint, ...(first !== undefined && { allowed: [first] }) };
    route.described = {
      ...rest,
      body: Object.fromEntries(Object.entries(body).map(([name, hint]) => [name, turned(hint)])),
    };
  }

  /** One type at a time, those that the application named before the usual ones. A description's own types are left. */
  #nextType(route: Route, sent: string | undefined, lessons: readonly Lesson[]): void {
    const { contentTypes, ...rest } = route.described ?? empty;
    const tried = this.#tried.get(route) ?? new Set<string>();
    if (contentTypes.length > 0 && tried.size === 0) return;
    if (sent) tried.add(sent);
    const named = lessons.flatMap(({ contentType }) => contentType ?? []);
    const next = [...named, ...(isWriting(route) ? usualTypes : [])].find((type) => !tried.has(type));
    if (!next) return;
    this.#tried.set(route, tried.add(next));
    const isJson = next === 'application/json';
    route.described = { ...rest, contentTypes: [next], ...(isJson && { body: rest.body ?? {} }) };
  }
}

const empty: Described = { path: {}, query: {}, contentTypes: [] };
const full = (hint: Partial<Hint>): Hint => ({ required: true, ...hint });
const added = (hints: Described['query'], name: string, hint: Partial<Hint>) => ({
  ...hints,
  [name]: { ...hints[name], ...full(hint) },
});
const without = (hints: Described['query'], name: string | undefined) =>
  Object.fromEntries(Object.entries(hints).filter(([each]) => name !== undefined && each !== name));
