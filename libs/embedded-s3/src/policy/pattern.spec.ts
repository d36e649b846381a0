import fc from 'fast-check';
import { fillIn, matches, textMatches, type Pattern } from './pattern.js';

const patternOf = (text: string): Pattern => fillIn(text, undefined)!;

/** The same pattern as a regular expression. */
const regexOf = (text: string): RegExp =>
  new RegExp(
    `^${[...text]
      .map((item) => (item === '*' ? '[^]*' : item === '?' ? '[^]' : item.replace(/[.\\]/, '\\$&')))
      .join('')}$`,
    'u',
  );

describe('matches', () => {
  test.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['**', 'ab', true],
    ['?', '', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*ab*ab', 'xab', false],
    ['*ab*ab', 'abab', true],
    ['*a?c*', 'xxabcx', true],
    ['*a?c*', 'xxac', false],
    [`*${'a'.repeat(31)}b*`, `${'a'.repeat(40)}b`, true],
    [`*${'a'.repeat(32)}b*`, `${'a'.repeat(40)}b`, true],
    [`*${'a'.repeat(63)}b*`, `${'a'.repeat(62)}b`, false],
    [`*${'a'.repeat(64)}?*`, `b${'a'.repeat(65)}`, true],
  ])('%j on %j: %p', (pattern, value, expected) => {
    expect(matches(patternOf(pattern), value)).toBe(expected);
  });

  test('agrees with a regular expression', () => {
    const run = fc.tuple(fc.constantFrom('a', 'b', 'ab', '?', '*', '😀'), fc.integer({ min: 1, max: 40 }));
    const texts = fc.array(run, { maxLength: 6 }).map((runs) => runs.map(([text, n]) => text.repeat(n)).join(''));
    const values = texts.map((text) => text.replaceAll('*', 'b').replaceAll('?', '*'));
    fc.assert(
      fc.property(texts, values, fc.boolean(), (text, other, own) => {
        const pattern = text.replaceAll(/\*+/g, '*');
        const value = own ? text.replaceAll('*', other.slice(0, 8)).replaceAll('?', 'a') : other;
        expect(matches(patternOf(pattern), value.toWellFormed())).toBe(regexOf(pattern).test(value.toWellFormed()));
      }),
      { seed: 20, numRuns: 300 },
    );
  });

  test.each([
    ['the end does not fit', '*', 'b'],
    ['the beginning does not fit', '*b', ''],
    ['with ?', '*b?', '*'],
    ['many times over', '*b*', '*c*'],
  ])('looks at each item of a hostile pattern a few times only: %s', (_, before, after) => {
    let reads = 0;
    const items = patternOf(`${before}${'a'.repeat(2000)}${after}`);
    const counted = new Proxy(items, {
      get(target, name, receiver) {
        reads++;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    expect(matches(counted, 'a'.repeat(16_000))).toBe(false);
    expect(reads).toBeLessThan(4 * items.length + 100);
  });
});

describe('textMatches', () => {
  const piece = fc.constantFrom('a', 'b', '*', '?', '$', '${k}', '${none}', "${none, 'b'}", '${*}', '😀', '\ud83d');
  const texts = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  const lookup = (key: string) => (key === 'k' ? 'a*' : undefined);

  test('is what the pattern of the text says', () => {
    fc.assert(
      fc.property(texts, texts, fc.boolean(), fc.boolean(), (text, other, hasVariables, own) => {
        const variables = hasVariables ? lookup : undefined;
        const value = own ? text.replaceAll('${k}', 'a*').replaceAll('?', 'b') : other;
        const pattern = fillIn(text, variables);
        expect(textMatches(text, value, variables)).toBe(pattern !== undefined && matches(pattern, value));
      }),
      { seed: 20, numRuns: 1_000 },
    );
  });
});
