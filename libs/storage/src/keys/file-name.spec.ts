import fc from 'fast-check';
import { anyCharacter } from '../../test/any-character.kit.js';
import { runs } from '../../test/long.js';
import { parseFileName } from './file-name.js';
import { isCleanSegment } from './segment.js';

const invalid = expect.objectContaining({ code: 'invalid_file_name' });
const pieces = ['%u002e', '%u002f', '\u200f', '\u200e', '\u2068', '\u00ad', '\u061c', '\u3164', '\u0301', '.', '..', ' ', '/', '\\', '%', '2e', '2f', '5c', '${', '$', '{', ';', '*', '?', ':', '"', '-', 'con', 'nul', 'COM1',
  '.pdf', 'a', 'é', 'e\u0301', '日本', '\u0338', '\u034f', '\ud83d\ude00', '\ufe0f', '\u200d', '\u200b', '\u202e', '\ufeff', '\ue000', '\u0378', '\ufffd', '\uff0e', '\uff05', '\uff04', '\uff5b',
  '\uff1a', '\u2026', '\u2024', '\u3000', '\u00a0', '\u2028']; // prettier-ignore
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom(...pieces), maxLength: 12 }),
  fc.string({ unit: anyCharacter, maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
const attempt = (value: string) => {
  try {
    return parseFileName(value);
  } catch (error) {
    return error as { code: string };
  }
};

describe('a file name that a person chose', () => {
  it.each([
    ['report.pdf', 'report.pdf', 'pdf'],
    ['Scan 3 (final).PDF', 'Scan 3 (final).PDF', 'pdf'],
    ['cafe\u0301.png', 'café.png', 'png'],
    ['日本語.png', '日本語.png', 'png'],
    ['.env.example', '.env.example', 'example'],
    ['.env', '.env', ''],
    ['README', 'README', ''],
    ['a.tar.gz', 'a.tar.gz', 'gz'],
    ['می\u200cخواهم.pdf', 'می\u200cخواهم.pdf', 'pdf'],
    ['50% off.pdf', '50% off.pdf', 'pdf'],
    ['a;b.pdf', 'a;b.pdf', 'pdf'],
    [`O'Brien & Söhne, #1+2=3~{x}.pdf`, `O'Brien & Söhne, #1+2=3~{x}.pdf`, 'pdf'],
  ])('keeps %j', (given, kept, extension) => {
    expect(parseFileName(given)).toEqual({ original: kept, key: kept, extension });
  });

  it.each([
    ['a?b.pdf', 'a-b.pdf', 'pdf'],
    ['7:30 <"a"|*>.pdf', '7-30 --a----.pdf', 'pdf'],
    ['診断\uff1a結果\uff1f.pdf', '診断-結果-.pdf', 'pdf'],
    ['a%20b.pdf', 'a-20b.pdf', 'pdf'],
    ['\uff0541.pdf', '-41.pdf', 'pdf'],
    ['${filename}.pdf', '-{filename}.pdf', 'pdf'],
    ['\uff04{x}.pdf', '-{x}.pdf', 'pdf'],
    ['  a.pdf', '-a.pdf', 'pdf'],
    ['a.pdf ', 'a-.pdf', 'pdf'],
    ['a.pdf...', 'a-.pdf', 'pdf'],
    ['a.', 'a-', ''],
    ['a.p?f', 'a.p-f', 'p-f'],
    ['con', '-con', ''],
    ['NUL.tar.gz', '-NUL.tar.gz', 'gz'],
    ['com\u00b9.txt', '-com\u00b9.txt', 'txt'],
    ['\ue000.pdf', '-.pdf', 'pdf'],
    ['a\ufffdb.pdf', 'a-b.pdf', 'pdf'],
  ])('replaces what systems dislike in the key of %j, and only there', (given, key, extension) => {
    expect(parseFileName(given)).toEqual({ original: given, key, extension });
  });

  it.each([
    ['annexe\u202efdp.exe', 'annexefdp.exe', 'annexefdp.exe', 'exe'],
    ['a\u200bb.pdf', 'ab.pdf', 'ab.pdf', 'pdf'],
    ['a.pdf\u200b', 'a.pdf', 'a.pdf', 'pdf'],
    ['\ufeffa.pdf', 'a.pdf', 'a.pdf', 'pdf'],
    [`${'\ufeff'.repeat(80)}a`, 'a', 'a', ''],
    ['e\u200b\u0301.pdf', 'é.pdf', 'é.pdf', 'pdf'],
    ['\u200fתוצאות.pdf', 'תוצאות.pdf', 'תוצאות.pdf', 'pdf'],
    ['\u200eIMG-7.jpg', 'IMG-7.jpg', 'IMG-7.jpg', 'jpg'],
    ['\u2068Anna\u2069.pdf', 'Anna.pdf', 'Anna.pdf', 'pdf'],
    ['soft\u00adhyphen\u061c\u3164?.pdf', 'softhyphen?.pdf', 'softhyphen-.pdf', 'pdf'],
    ['a?.pdf.\u202e', 'a?.pdf.', 'a--.pdf', 'pdf'],
  ])('shows no invisible character of %j, and keeps none in its key', (given, original, key, extension) => {
    expect(parseFileName(given)).toEqual({ original, key, extension });
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \u3000'],
    ['nothing to see', '\u200b\u202e'],
    ['only joiners', '\u200d'],
    ['a slash', 'a/b.pdf'],
    ['an absolute path', '/etc/passwd'],
    ['a backslash', '..\\x'],
    ['a drive', 'C:\\a.pdf'],
    ['a fullwidth slash', 'a\uff0fb'],
    ['a small backslash', 'a\ufe68b'],
    ['care of', '\u2105.pdf'],
    ['one dot', '.'],
    ['two dots', '..'],
    ['three dots', '...'],
    ['spaced dots', '. .'],
    ['dots and a parameter', '..;jsessionid=1'],
    ['fullwidth dots', '\uff0e\uff0e'],
    ['an ellipsis', '\u2026'],
    ['dots with something invisible between', '.\u200b.'],
    ['dots with a joiner between', '.\u200d.'],
    ['NUL', 'a\0.pdf'],
    ['CR LF', 'a\r\nSet-Cookie: x.pdf'],
    ['tab', 'a\tb.pdf'],
    ['DEL', 'a\x7f.pdf'],
    ['C1', 'a\x85.pdf'],
    ['a lone surrogate', 'a\ud800.pdf'],
    ['encoded dots', '%2e%2e'],
    ['half encoded dots', '.%2E'],
    ['dots encoded twice', '%252e%252e'],
    ['an encoded slash', '..%2f..%2fx.pdf'],
    ['an encoded backslash', 'a%5Cb.pdf'],
    ['a slash encoded three times', 'a%25252fb.pdf'],
    ['an encoded fullwidth slash', 'a%ef%bc%8fb.pdf'],
    ['a slash encoded with fullwidth characters', 'a\uff05\uff12\uff26b.pdf'],
    ['an encoded slash with something invisible inside', 'a%\u200b2fb.pdf'],
    ['an overlong slash', 'a%c0%afb.pdf'],
    ['dots encoded as UTF-16 units', '%u002e%u002E'],
    ['a slash encoded as a UTF-16 unit', 'a%u002fb.pdf'],
    ['a fullwidth slash encoded as a UTF-16 unit', 'a%uFF0Fb.pdf'],
    ['a backslash encoded as a unit, encoded once more', 'a%25u005cb.pdf'],
    ['an encoded NUL', 'a%00.pdf'],
    ['an encoded line feed', 'a%0ab.pdf'],
    ['300 bytes', `${'a'.repeat(296)}.pdf`],
    ['304 bytes, most of them invisible', `${'\u200b'.repeat(100)}.pdf`],
    ['256 bytes in 128 characters', 'é'.repeat(128)],
    ['a device name with no room left', `con.${'a'.repeat(251)}`],
  ])('refuses %s', (_, given) => {
    expect(() => parseFileName(given)).toThrow(invalid);
  });

  it.each([undefined, null, 7, ['a.pdf'], { toString: () => 'a.pdf' }, Object('a.pdf')])('refuses %p', (given) => {
    expect(() => parseFileName(given)).toThrow(invalid);
  });

  it('says what is wrong without repeating what was sent', () => {
    expect(() => parseFileName('x/<script>')).toThrow('The file name must contain no slashes.');
  });

  it('becomes one clean segment that means the same when it is read again, or is refused', () => {
    fc.assert(
      fc.property(name, (given) => {
        const parsed = attempt(given);
        fc.pre(!('code' in parsed));
        expect(isCleanSegment(parsed.key)).toBe(true);
        expect(parseFileName(parsed.key)).toEqual({
          original: parsed.key,
          key: parsed.key,
          extension: parsed.extension,
        });
        expect(parsed.original).toBe(parsed.original.normalize('NFC'));
      }),
      { numRuns: runs(500, 2000) },
    );
  });

  it('is found again under every name that is answered for it', () => {
    fc.assert(
      fc.property(name, (given) => {
        const parsed = attempt(given);
        fc.pre(!('code' in parsed));
        const { original, key } = parsed as { original: string; key: string };
        expect(parseFileName(original)).toEqual(parsed);
        expect(parseFileName(key).key).toBe(key);
      }),
      { numRuns: runs(500, 200_000) },
    );
  });

  it('has no plain extension in its key that it does not show', () => {
    fc.assert(
      fc.property(name, fc.constantFrom(...pieces), (given, end) => {
        const parsed = attempt(`${given}.PDF${end}`);
        fc.pre('key' in parsed && /^[a-z0-9]+$/.test(parsed.extension));
        const shown = (parsed as { original: string }).original.replace(/[\s.\p{C}\p{Zl}\u034f\ufffd]+$/u, '');
        expect(shown.toLowerCase().endsWith(`.${(parsed as { extension: string }).extension}`)).toBe(true);
      }),
      { numRuns: runs(500, 2000) },
    );
  });

  it('is refused with one code only', () => {
    fc.assert(
      fc.property(name, (given) => {
        const outcome = attempt(given);
        expect('key' in outcome || outcome.code === 'invalid_file_name').toBe(true);
      }),
      { numRuns: runs(500, 2000) },
    );
  });

  it('that is a clean segment already is kept as it is', () => {
    fc.assert(
      fc.property(name.filter(isCleanSegment), (given) => {
        const outcome = attempt(given);
        expect('code' in outcome || outcome.key === given).toBe(true);
      }),
    );
  });
});
