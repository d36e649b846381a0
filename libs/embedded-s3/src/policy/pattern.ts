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
    const variable = lookup && text[at] === '$' ? VARIABLE.exec(text) : undefined;
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

/** Whether a text of a policy matches the whole value. */
export function textMatches(text: string, value: string, lookup: Lookup | undefined): boolean {
  const special = text.search(/[*?$]/);
  if (special < 0) return text === value;
  // Most texts speak of something else, which their beginning shows.
  if (!value.startsWith(text.slice(0, special))) return false;
  const pattern = fillIn(text, lookup);
  return pattern !== undefined && matches(pattern, value);
}

/** The text again, wildcards as the characters they are: for operators that compare exactly. */
export const literal = (pattern: Pattern): string =>
  pattern.map((item) => (item === ANY ? '*' : item === ONE ? '?' : (item as string))).join('');

/**
 * Whether the whole value matches. Both may be an attacker's: a session's policy beside headers of 16 KB. Every item is
 * looked at once, and where it stands is found for 32 items at a time.
 */
export function matches(pattern: Pattern, value: string): boolean {
  const characters = [...value];
  const [first = [], ...others] = split(pattern, ANY, Infinity);
  const last = others.pop();
  if (!last) return first.length === characters.length && fits(first, characters, 0);
  if (!fits(first, characters, 0)) return false;
  let at = first.length;
  for (const segment of others) {
    const end = endOfFirst(segment, characters, at);
    if (end === undefined) return false;
    at = end;
  }
  const start = characters.length - last.length;
  return start >= at && fits(last, characters, start);
}

const fits = (segment: Pattern, characters: readonly string[], at: number): boolean =>
  segment.length <= characters.length - at && segment.every((item, i) => item === ONE || item === characters[at + i]);

/**
 * Where a segment without `*` first ends at or behind `from`. Bit i of `open` says that the characters just read are
 * the segment's first i + 1 items: "shift-and", R. Baeza-Yates and G. Gonnet, "A new approach to text searching" (1992).
 */
function endOfFirst(segment: Pattern, characters: readonly string[], from: number): number | undefined {
  if (segment.length === 0) return from;
  if (segment.length > characters.length - from) return undefined;
  const words = Math.ceil(segment.length / 32);
  const places = new Map<Pattern[number], Uint32Array>([[ONE, new Uint32Array(words)]]);
  segment.forEach((item, i) => {
    const of = places.get(item) ?? new Uint32Array(words);
    of[i >>> 5]! |= 1 << (i & 31);
    places.set(item, of);
  });
  const anywhere = places.get(ONE)!;
  const whole = 1 << ((segment.length - 1) & 31);
  const open = new Uint32Array(words);
  for (let at = from; at < characters.length; at++) {
    const here = places.get(characters[at]!) ?? anywhere;
    let carry = 1;
    for (let w = 0; w < words; w++) {
      const before = open[w]!;
      open[w] = ((before << 1) | carry) & (here[w]! | anywhere[w]!);
      carry = before >>> 31;
    }
    if ((open[words - 1]! & whole) !== 0) return at + 1;
  }
  return undefined;
}

/** Splits at the first `limit - 1` separators that the pattern spells out. */
export function split(pattern: Pattern, separator: Pattern[number], limit: number): Pattern[] {
  const parts: Pattern[] = [[]];
  for (const item of pattern) {
    if (item === separator && parts.length < limit) parts.push([]);
    else parts.at(-1)!.push(item);
  }
  return parts;
}
