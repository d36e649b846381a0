import { isPlainText } from './text.js';

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

  it('refuses what is not UTF-8', () => {
    expect(isPlainText(Buffer.from('caf\xe9', 'latin1'), true)).toBe(false);
    expect(isPlainText(Buffer.from('\ufeffday', 'utf16le'), true)).toBe(false);
  });

  it('takes a character that is cut where the head ends, but not where the file ends', () => {
    const cut = Buffer.from('38 °').subarray(0, -1);
    expect(isPlainText(cut, false)).toBe(true);
    expect(isPlainText(cut, true)).toBe(false);
    expect(isPlainText(Buffer.concat([cut, Buffer.from('C')]), false)).toBe(false);
  });
});
