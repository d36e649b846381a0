import { charsetOf, isPlainText } from './text.js';

describe('plain text', () => {
  it.each([
    ['no line end', 'a'],
    ['tabs and both line ends', 'day\tpain\r\n1\t7\n'],
    ['a byte order mark', '\ufeffday;pain'],
    ['every script', 'Ștefan 日本 हिन्दी 😀'],
    ['less-than signs', '1 < 2, <5 °C, a<b, x << y'],
    ['what bitmaps and mail also start with', 'BMI;height\n22;180'],
    ['a mail address in angle brackets', 'To: Ana <ana@example.org>'],
  ])('takes %s', (_, text) => {
    expect(isPlainText(Buffer.from(text), true)).toBe(true);
  });

  it.each([
    ['NUL', 'a\0b'],
    ['an escape sequence', '\u001b[31mred'],
    ['HTML', '<!doctype html><p>'],
    ['HTML after white space', '\n\t <HTML>'],
    ['HTML after a byte order mark', '\ufeff<html>'],
    ['a fragment of HTML', '<img src=x onerror=alert(1)>'],
    ['a comment before HTML', '<!-- --><b>'],
    ['a script later on', 'day;pain\n1;<script>alert(1)</script>'],
    ['SVG later on', 'x\n<svg onload=alert(1)>'],
    ['XML', '<?xml version="1.0"?><a/>'],
    ['PDF', '%PDF-1.7\n'],
    ['RTF', '{\\rtf1 x}'],
    ['PostScript', '%!PS-Adobe-3.0'],
    ['a GIF that is script', 'GIF89a=1;'],
    ['a shell script', '#!/bin/sh\nrm -rf /'],
  ])('refuses %s', (_, text) => {
    expect(isPlainText(Buffer.from(text), true)).toBe(false);
  });

  const big = (text: string) => Buffer.from(text, 'utf16le').swap16();
  it.each<[string, Buffer]>([
    ['Windows-1252, as Excel saves CSV', Buffer.from('4e616d653b576572740a4dfc6c6c65723b3130209620323020800a', 'hex')],
    ['Shift_JIS', Buffer.from('93fa967b8cea2c836583588367', 'hex')],
    ['KOI8-R', Buffer.from('f0d2c9d7c5d40d0a', 'hex')],
    ['code page 866', Buffer.from('8fe0a8a2a5e20d0a', 'hex')],
    ['GBK', Buffer.from('d6d0b9fa3b31', 'hex')],
    ['UTF-16, as Excel saves "Unicode Text"', Buffer.from('\ufeffName\tWert\r\nMüller\t10', 'utf16le')],
    ['UTF-16 with its large end first', big('\ufeffName\tWert\r\n日本\t😀')],
  ])('takes %s', (_, bytes) => {
    expect(isPlainText(bytes, true)).toBe(true);
    expect(isPlainText(bytes, false)).toBe(true);
  });

  it.each<[string, Buffer]>([
    ['UTF-16 without its mark', Buffer.from('day;pain', 'utf16le')],
    ['HTML in UTF-16', Buffer.from('\ufeff <html><script>', 'utf16le')],
    ['a script later on in UTF-16', big('\ufeffday;pain\n1;<script>x</script>')],
    ['a control in UTF-16', Buffer.from('\ufeffa\u0000b', 'utf16le')],
    ['UTF-16 cut in a character', Buffer.from('\ufeffday', 'utf16le').subarray(0, -1)],
    ['UTF-32', Buffer.from('fffe00006100000062000000', 'hex')],
    ['HTML in a code page', Buffer.from('M\xfcller <script >', 'latin1')],
    ['a control in a code page', Buffer.from('M\xfcller\x02', 'latin1')],
    ['an escape of ISO-2022-JP', Buffer.from('\x1b$B$"\x1b(B', 'latin1')],
    ['a JPEG', Buffer.from('\xff\xd8\xff\xe0AAAA', 'latin1')],
  ])('refuses %s', (_, bytes) => {
    expect(isPlainText(bytes, true)).toBe(false);
  });

  it('tells the encoding that a mark names, and no other', () => {
    const starts = ['efbbbf61', 'fffe6100', 'feff0061', '61', 'fc', ''];
    expect(starts.map((hex) => charsetOf(Buffer.from(hex, 'hex')))).toEqual([
      'utf-8',
      'utf-16le',
      'utf-16be',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('takes a character that is cut where the head ends', () => {
    expect(isPlainText(Buffer.from('38 °').subarray(0, -1), false)).toBe(true);
    expect(isPlainText(Buffer.from('\ufeff38 °', 'utf16le').subarray(0, -1), false)).toBe(true);
  });
});
