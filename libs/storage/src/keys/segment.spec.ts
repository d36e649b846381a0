import fc from 'fast-check';
import { runs } from '../../test/long.js';
import { isCleanPath, isCleanSegment, isCleanUnicode, isPlainPath, isPlainSegment, maxSegments } from './segment.js';

/** Texts that are often plain, and often nearly so. */
const nearlyPlain = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('a', 'Z', '9', '_', '-', '.', ' ', '/', '(', ')', '+', ',', '\n', '%', '2e', ';', '$', '{', '~', 'ſ', 'é', 'Ö', 'ÿ', 'Ÿ', 'ß', '×', 'ª', 'µ', '\u030a', '\u0085', '\u00a0', 'con', 'aux', 'lpt1', 'COM0'), maxLength: 6 }), // prettier-ignore
  fc.integer({ min: 250, max: 260 }).map((length) => 'a'.repeat(length)),
);

test('the quick test takes nothing that the whole test refuses', () => {
  let plain = 0;
  fc.assert(
    fc.property(nearlyPlain, (text) => {
      if (!isPlainPath(text)) return;
      plain += 1;
      const segments = text.split('/');
      expect(segments.length).toBeLessThanOrEqual(maxSegments);
      expect(segments.filter((segment) => !isCleanUnicode(segment))).toEqual([]);
      expect(isPlainSegment(text)).toBe(!text.includes('/'));
    }),
    { numRuns: runs(4000, 20_000) },
  );
  expect(plain).toBeGreaterThan(runs(200, 1000));
});

test.each([
  'scan-1.pdf',
  'Report (copy) 2.final.docx',
  '7',
  'field_3',
  'Röntgen ÀÿßØ.pdf',
  'a'.repeat(127),
  'é'.repeat(127),
])('%s is plain', (text) => {
  expect(isPlainSegment(text)).toBe(true);
});

test.each([
  '',
  '.',
  '..',
  'a.',
  ' a',
  'a..b',
  'a\n',
  'con',
  'NUL.txt',
  'lpt1 .x',
  'a%2e',
  'e\u0301',
  'a×b',
  'a'.repeat(128),
  'é'.repeat(128),
])('%j is left to the whole test', (text) => {
  expect(isPlainSegment(text)).toBe(false);
  expect(isCleanSegment(text)).toBe(['a..b', 'a×b', 'a'.repeat(128)].includes(text));
});

test.each(['%u002e%u002e', 'a%u002Fb', 'a%uff0fb', '\uff05u002e', '%2e%2e'])(
  '%j is refused: a reader may decode it',
  (text) => {
    expect(isCleanSegment(text)).toBe(false);
  },
);

test.each(['a/b.pdf', `${'a/'.repeat(31)}b`])('%s is a plain path', (text) => {
  expect(isPlainPath(text)).toBe(true);
});

test.each(['/a', 'a/', 'a//b', 'a./b', 'a/ b', 'a/../b', 'a/con', 'aux/b', 'a/lpt1.x/b', `${'a/'.repeat(32)}b`])(
  '%s is left to the whole test',
  (text) => {
    expect(isPlainPath(text)).toBe(false);
    expect(isCleanPath(text)).toBe(false);
  },
);
