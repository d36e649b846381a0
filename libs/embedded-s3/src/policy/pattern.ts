const ANY = Symbol('*');
const ONE = Symbol('?');

/** A policy's text with its variables filled in: characters, and the wildcards the author wrote. */
export type Pattern = (string | typeof ANY | typeof ONE)[];

/** The first value of a condition key, or undefined when the request has none. */
export type Lookup = (key: string) => string | undefined;

const VARIABLE = /\$\{([^{}]*)\}/y;

/**
 * Reads a text of a policy into a pattern. A variable's value is taken literally: its `*` and `?` are no wildcards.
 *
 * Undefined when a variable has neither value nor default, since such a text matches nothing.
 * Source: IAM User Guide, "IAM policy elements: Variables and tags".
 */
export function fillIn(text: string, lookup: Lookup | undefined): Pattern | undefined {
  const pattern: Pattern = [];
  for (let at = 0; at < text.length;) {
    VARIABLE.lastIndex = at;
    const variable = lookup && VARIABLE.exec(text);
    if (lookup && variable) {
      const value = valueOf(variable[1]!, lookup);
      if (value === undefined) return undefined;
      pattern.push(...value);
      at += variable[0].length;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at)!);
    pattern.push(character === '*' ? ANY : character === '?' ? ONE : character);
    at += character.length;
  }
  return pattern;
}

function valueOf(name: string, lookup: Lookup): string | undefined {
  if (name === '*' || name === '?' || name === '$') return name;
  const comma = name.indexOf(',');
  if (comma < 0) return lookup(name.trim());
  const fallback = name.slice(comma + 1).trim();
  const quoted = fallback.length > 1 && fallback.startsWith("'") && fallback.endsWith("'");
  return lookup(name.slice(0, comma).trim()) ?? (quoted ? fallback.slice(1, -1) : undefined);
}

/** The text again, wildcards as the characters they are: for operators that compare exactly. */
export const literal = (pattern: Pattern): string =>
  pattern.map((item) => (item === ANY ? '*' : item === ONE ? '?' : (item as string))).join('');

/** Whether the whole value matches; time grows with pattern × value at worst, so hostile patterns cannot stall. */
export function matches(pattern: Pattern, value: string): boolean {
  const characters = [...value];
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < characters.length) {
    const item = pattern[next];
    if (item === ANY) {
      star = next++;
      resume = at;
    } else if (item !== undefined && (item === ONE || item === characters[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[next] === ANY) next++;
  return next === pattern.length;
}

export const lowerCase = (pattern: Pattern): Pattern =>
  pattern.map((item) => (typeof item === 'string' ? item.toLowerCase() : item));

/** Splits at the first `limit - 1` separators that the pattern spells out. */
export function split(pattern: Pattern, separator: string, limit: number): Pattern[] {
  const parts: Pattern[] = [[]];
  for (const item of pattern) {
    if (item === separator && parts.length < limit) parts.push([]);
    else parts.at(-1)!.push(item);
  }
  return parts;
}
