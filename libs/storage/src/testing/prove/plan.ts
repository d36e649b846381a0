import { fileOf, formOf, typeFor } from './files.js';
import { isGiven, type Known } from './known.js';
import { namesOrg, type Person } from './options.js';
import { holesIn, nameOf, type Described, type Hint, type Route } from './routes/route.js';

/** A request before its last values are put in. */
export interface Plan {
  route: Route;
  params: Record<string, string>;
  query: Record<string, string>;
  contentType?: string;
  body?: Buffer;
  json?: Record<string, unknown>;
  /** Properties of the body whose values another answer gave: tickets and the like, good for once. */
  learned: string[];
  /** Only good while nothing was sent for the ticket. */
  isUnsent?: boolean;
}

export interface Planner {
  person: Person;
  known: Known;
  samples: Readonly<Record<string, unknown>>;
  /** A number that was not used yet. */
  next(): number;
}

const writes = new Set(['POST', 'PUT', 'PATCH']);
export const isWriting = ({ method }: Route) => writes.has(method);

/** Requests that may fill a route, best first. Empty where a value is missing. */
export function plansFor(route: Route, planner: Planner): Plan[] {
  const choices = holesIn(route.path).map((hole) => [hole, valuesOf(route, hole, planner).slice(0, 4)] as const);
  if (choices.some(([, values]) => values.length === 0)) return [];
  const most = Math.max(1, ...choices.map(([, values]) => values.length));
  const chosen = Array.from({ length: most }, (_, at) =>
    Object.fromEntries(choices.map(([hole, values]) => [hole, values[Math.min(at, values.length - 1)]!])),
  );
  const query = Object.fromEntries(
    Object.entries(route.described?.query ?? {})
      .filter(([name, { required }]) => required || name in planner.samples)
      .map(([name, hint]) => [name, String(planner.samples[name] ?? made(name, hint, planner, true))]),
  );
  return chosen.flatMap((params) => {
    if (!isWriting(route) && !route.described?.body) return [{ route, params, query, learned: [] }];
    // Free texts with a mark first; where that is refused, as the description has them.
    const plain = [true, false].map((isMarked) => withBody({ route, params, query, learned: [] }, planner, isMarked));
    return [...plain, ...withGiven({ route, params, query, learned: [] }, planner)];
  });
}

function valuesOf({ path, method, described }: Route, hole: string, planner: Planner): string[] {
  const { samples, person, known, next } = planner;
  const hint = described?.path[hole];
  if (namesOrg(hole) && person.organisation?.id !== undefined) return [person.organisation.id];
  if (hole in samples) return [String(samples[hole])];
  if (hint?.allowed) return hint.allowed.map(String);
  const learned = known.values(hole, path);
  const example = hint?.example === undefined ? undefined : String(hint.example);
  const isFileName = /\.\w{2,5}$/.test(example ?? '') || /file_?name/i.test(hole);
  if (isFileName && method === 'PUT') return [`${person.marks.name}${next()}-${example ?? 'file.png'}`];
  if (learned.length > 0) return learned;
  if (example !== undefined) return isFileName ? [] : [example];
  // Whoever writes may choose; whoever reads must know.
  if (method === 'PUT' || method === 'POST') {
    if (hint?.format === 'uuid') return [`00000000-0000-4000-8000-${String(next()).padStart(12, '0')}`];
    const isNumber = hint?.type === 'number' || /id$|number|year|month/i.test(hole);
    return [isNumber ? '7' : `${person.marks.name}${next()}`];
  }
  return [];
}

/** Where nothing says what a body is: what the route above has given. */
function withGiven(plan: Plan, { known, samples }: Planner): Plan[] {
  const json = known.givenAbove(plan.route.path);
  const learned = Object.keys(json);
  if (hasNames(plan.route.described?.body) || nameOf(plan.route) in samples || learned.length === 0) return [];
  return [{ ...plan, json, learned, contentType: 'application/json' }];
}

function withBody(plan: Plan, planner: Planner, isMarked: boolean): Plan {
  const { route } = plan;
  const { person, samples } = planner;
  const offered = route.described?.contentTypes ?? [];
  const sample = samples[nameOf(route)];
  const isJson = sample !== undefined || offered.length === 0 || offered.includes('application/json');
  if (isJson) {
    const { json, learned } = sample !== undefined ? sampled(sample, planner) : described(route, planner, isMarked);
    return { ...plan, json, learned, contentType: 'application/json' };
  }
  const fileName = Object.values(plan.params).find((value) => /\.\w{2,5}$/.test(value));
  if (offered.includes('multipart/form-data')) {
    const form = formOf(fileOf('image/png', person.marks), `${person.marks.name}${planner.next()}.png`, 'image/png');
    return { ...plan, ...form };
  }
  const contentType = typeFor(offered, fileName) ?? 'application/octet-stream';
  return { ...plan, contentType, body: fileOf(contentType, person.marks) };
}

/** The given body, with what was learned and who it is in its holes. */
function sampled(
  sample: unknown,
  { known, person, next }: Planner,
): Pick<Plan, 'learned'> & { json: Record<string, unknown> } {
  const learned: string[] = [];
  const fill = (name: string, text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, hole: string) => {
      if (hole === 'mark') return `${person.marks.text}${next()}`;
      if (hole === 'markedName') return `${person.marks.name}${next()}`;
      learned.push(name);
      return known.named(hole) ?? whole;
    });
  const entries = Object.entries(sample as object).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'string' ? fill(name, value) : value,
  ]);
  return { json: Object.fromEntries(entries), learned };
}

const hasNames = (body: Described['body']): body is NonNullable<typeof body> => Object.keys(body ?? {}).length > 0;

/** Names that texts often have, for routes of which nothing is known: whoever does not want them says so or drops them. */
const usualTexts = { text: { required: true }, name: { required: true }, title: { required: true } };

function described({ described }: Route, planner: Planner, isMarked: boolean) {
  const learned: string[] = [];
  const json: Record<string, unknown> = {};
  const hints = Object.entries<Hint>(hasNames(described?.body) ? described.body : isMarked ? usualTexts : {});
  for (const [name, hint] of hints) {
    if (!hint.required && hint.allowed?.length !== 1 && !(name in planner.samples)) continue;
    const value = planner.samples[name] ?? made(name, hint, planner, isMarked);
    const known = planner.known.named(name);
    const isLearned = value === undefined && known !== undefined;
    if (isLearned) learned.push(name);
    json[name] = isLearned ? known : value;
  }
  const type = String(json['contentType'] ?? described?.body?.['contentType']?.allowed?.[0] ?? 'image/png');
  if ('size' in json) json['size'] = fileOf(type, planner.person.marks).length;
  return { json, learned };
}

const closed = /type|mime|format|lang|locale|date|time|mail|phone|url|method|sha|hash|currency|country|code|role|id$/i;

/** A value by what is said of it; undefined where only something learned can be good. */
function made(name: string, hint: Hint, { person, next, known }: Planner, isMarked: boolean): unknown {
  if (hint.allowed) return hint.allowed[0];
  if (namesOrg(name) && person.organisation?.id !== undefined) return person.organisation.id;
  if (hint.type === 'integer' || hint.type === 'number') return hint.example ?? hint.minimum ?? 1;
  if (hint.type === 'boolean') return hint.example ?? false;
  if (hint.type === 'array') return hint.example ?? [];
  const example = typeof hint.example === 'string' ? hint.example : undefined;
  if (/\.\w{2,5}$/.test(example ?? '') || /file_?name/i.test(name))
    return `${person.marks.name}${next()}-${example ?? 'file.png'}`;
  const value = known.named(name);
  if (/token|ticket|secret/i.test(name) || (example === undefined && value !== undefined && isGiven(name, value)))
    return example;
  if (example === undefined && /content_?type|mime/i.test(name)) return 'image/png';
  if (example === undefined && (hint.format === 'email' || /mail/i.test(name)))
    return `${person.marks.text}@example.com`;
  if (example === undefined && hint.format === 'uuid')
    return `00000000-0000-4000-8000-${String(next()).padStart(12, '0')}`;
  if (example === undefined && hint.format === 'uri') return `https://example.com/${person.marks.text}`;
  if (closed.test(name) || hint.format) return example ?? (hint.format === 'date-time' ? '2026-01-01T00:00:00Z' : '1');
  return isMarked || example === undefined ? `${person.marks.text}${next()}` : example;
}
