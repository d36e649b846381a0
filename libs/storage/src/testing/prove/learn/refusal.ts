import type { Hint } from '../routes/route.js';

/** What a refusal says of a request that would have been taken. */
export interface Lesson {
  /** The property, query or part of the path; undefined where the sentence names none. */
  name?: string;
  hint?: Partial<Hint>;
  isUnwanted?: boolean;
  /** A word that may be a name: to be believed only of what the path names. */
  isPerhaps?: boolean;
  /** A content type that is named in place of the one that was sent. */
  contentType?: string;
}

const mime = /\b(?:application|image|text|multipart|audio|video)\/[\w.+-]*\w/g;
const begins = /^"?(?:(?:body|query|querystring|params)[/.])?([a-z_]\w*)"?:? (.*)$/;

/**
 * Reads the sentences of a refusal, as class-validator, Zod, Ajv (Fastify) and Nest's own pipes write them, and lists of values
 * and content types as anybody may. A sentence that is none of these teaches nothing.
 */
export function lessonsOf(json: unknown, sentType: string | undefined): Lesson[] {
  return sentencesIn(json).flatMap((sentence) => {
    const types = [...sentence.matchAll(mime)].map(([type]) => type).filter((type) => !sentType?.startsWith(type));
    return [...lessonsIn(sentence), ...types.map((contentType) => ({ contentType }))];
  });
}

function lessonsIn(sentence: string): Lesson[] {
  const [, unwanted] = /^property (\w+) should not exist/.exec(sentence) ?? [];
  if (unwanted) return [{ name: unwanted, isUnwanted: true }];
  if (/^unrecognized key/i.test(sentence.replace(/^\w+ (?=unrec)/i, '')))
    return [...sentence.matchAll(/["'](\w+)["']/g)].map(([, name]) => ({ name, isUnwanted: true }));
  if (/must NOT have additional properties/.test(sentence)) return [{ isUnwanted: true }];
  const [, missing] = /must have required property '(\w+)'/.exec(sentence) ?? [];
  if (missing) return [{ name: missing, hint: {} }];
  const allowed = valuesIn(sentence);
  const [, name, said = ''] = begins.exec(sentence) ?? [];
  if (name && /must|should|cannot|required|expected|invalid/i.test(said)) {
    return [{ name, hint: { ...hintOf(said), ...(allowed && { allowed }) } }];
  }
  if (allowed) return words(sentence).map((word) => ({ name: word, hint: { allowed }, isPerhaps: true }));
  const [, kind] = /validation failed \((\w+)/i.exec(sentence) ?? [];
  return kind ? [{ hint: hintOf(kind) }] : [];
}

/** Of `The audience is one of a, b.` what may be a name; whoever knows the names picks. */
const words = (sentence: string) => sentence.split(/one of/)[0]!.match(/[A-Za-z_]\w+/g) ?? [];

function valuesIn(sentence: string): string[] | undefined {
  const [, list] = /one of(?: the following values)?:? ([^.;]+)/i.exec(sentence) ?? [];
  const values = list?.split(/,? or |, |\|/).map((value) => value.trim().replace(/^["'`]|["'`]$/g, ''));
  return values && values.length > 1 && values.every((value) => /^[\w./+-]+$/.test(value)) ? values : undefined;
}

function hintOf(said: string): Partial<Hint> {
  const [, least] = /(?:not be less than|must be >=|>=|greater than or equal to) ?(-?\d+)/.exec(said) ?? [];
  const type = typeOf(said);
  const format = formatOf(said);
  return { ...(type && { type }), ...(format && { format }), ...(least && { minimum: Number(least) }) };
}

function typeOf(said: string): string | undefined {
  if (/integer|number|numeric/i.test(said)) return 'number';
  return ['boolean', 'array', 'object', 'string'].find((type) =>
    new RegExp(`\\b(be|be an?|expected) ${type}`, 'i').test(said),
  );
}

function formatOf(said: string): string | undefined {
  if (/uuid/i.test(said)) return 'uuid';
  if (/iso ?8601|date/i.test(said)) return 'date-time';
  if (/e-?mail/i.test(said)) return 'email';
  return /\bur[il]\b/i.test(said) ? 'uri' : undefined;
}

const texts = new Set(['message', 'error', 'detail', 'title', 'description', 'reason']);

/** Every sentence of an answer; what an issue says begins with the name of its property. */
function sentencesIn(json: unknown, key = '', depth = 0): string[] {
  if (typeof json === 'string') return texts.has(key) || key === '' ? json.split(/; |\n/) : [];
  if (Array.isArray(json))
    return json.flatMap((each: unknown) => sentencesIn(each, typeof each === 'string' ? '' : key, depth + 1));
  if (typeof json !== 'object' || json === null || depth > 5) return [];
  const { path, property, field, instancePath, message, constraints } = json as Record<string, unknown>;
  const place = path ?? property ?? field ?? instancePath;
  const name = (Array.isArray(place) ? place.map(String) : String(place ?? '').split(/[/.]/)).filter(Boolean).at(-1);
  const said = [message, ...Object.values(Object(constraints) as object)].filter((text) => typeof text === 'string');
  if (name && said.length > 0) return said.map((text) => (text.startsWith(name) ? text : `${name} ${text}`));
  return Object.entries(json).flatMap(([at, value]) => sentencesIn(value, at, depth + 1));
}
