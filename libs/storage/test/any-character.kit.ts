import fc from 'fast-check';

const [beforeHalves, halves] = [0xd800, 0x800];

/**
 * Any character that UTF-8 has: the unit `binary` of fast-check, which makes a table of all million of them before its first
 * text.
 */
export const anyCharacter = fc.nat(0x10_ffff - halves).map(
  (n) => String.fromCodePoint(n < beforeHalves ? n : n + halves),
  (text) => {
    const [character = '', ...more] = String(text);
    const code = character.codePointAt(0) ?? NaN;
    if (more.length > 0 || !character.isWellFormed()) throw new Error('This is not one character.');
    return code < beforeHalves ? code : code - halves;
  },
);
