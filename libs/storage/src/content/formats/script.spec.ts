import { Script } from 'node:vm';
import { mayBeScript } from './script.js';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('a binary file that is a script too', () => {
  it.each<[string, string]>([
    ['an assignment', "GIF89a='\x01\x02';alert(1)"],
    ['a comment', 'GIF89a/*\0\x01*/=1;alert(1)'],
    ['a label', 'GIF89a:/*\0\x01*/;alert(1)//\0'],
    ['blank lines', 'GIF89a\n\n=1/*\0\x01*/;alert(1)'],
    ['a template', 'GIF89a`\0\x01`;function GIF89a(){alert(1)}'],
    ['a regular expression', 'GIF89a=/\0\x01/;alert(1)'],
    ['a regular expression with a class', 'GIF89a=/[/\0]/;alert(1)'],
    ['a RIFF', 'RIFF=1/*WEBPVP8 \0\x01*/;alert(1)'],
    ['a JPEG', '\xff\xd8\xff\xe0/*JFIF\0\x01*/=1;alert(1);/*\0*/'],
    ['a first line of its own', '#!AMR\0\nalert(1)'],
    ['the end of a comment of HTML', '-->\0\nalert(1)'],
  ])('is seen: %s', (_, text) => {
    expect(() => new Script(text)).not.toThrow();
    expect(mayBeScript(latin1(text), true)).toBe(true);
  });

  it.each<[string, string, boolean]>([
    ['a GIF 61 pixels wide', 'GIF89a=\0\x01\0', true],
    ['a GIF 34 pixels wide', 'GIF89a"\0"\0', true],
    ['a GIF 96 pixels wide, with another such byte', 'GIF89a`\0\x01`\0;', true],
    ['the beginning of a GIF 96 pixels wide', 'GIF89a`\0\x01\0', false],
    ['a GIF 39 pixels wide', "GIF89a'\0\x01\0", false],
    ['a string over two lines', 'GIF89a="\n"', true],
    ['a comment without its end', 'GIF89a/*\0', true],
  ])('is not: %s', (_, text, isWhole) => {
    expect(mayBeScript(latin1(text), isWhole)).toBe(false);
  });

  it.each(['GIF89a/*\0', 'GIF89a\n"\0', '/a\0'])('may close behind what is at hand: %j', (text) => {
    expect(mayBeScript(latin1(text), false)).toBe(true);
    expect(mayBeScript(latin1(text), true)).toBe(false);
  });
});
