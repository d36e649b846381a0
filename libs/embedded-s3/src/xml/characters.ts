import { S3Error } from '../errors/s3-error.js';

export const [TAB, NEWLINE, RETURN, SPACE, BANG, SLASH, COLON, LESS, GREATER] = [
  9, 10, 13, 32, 33, 47, 58, 60, 62,
] as const;

const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
/** A key has 1,024 bytes, and nothing that a document says is longer. */
const MAX_REFERENCES = 1024;
const NUMBER = /^#(?:\d{1,7}|x[\da-fA-F]{1,6})$/;

/** Of a request's document; S3 says no more. */
export const malformed = (): S3Error => new S3Error('MalformedXML');

/** A text with its references replaced. Source: XML 1.0, section 4.1. @throws S3Error MalformedXML */
export function dereference(text: string): string {
  let [read, done, count] = ['', 0, 0];
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', done)) {
    const end = text.indexOf(';', at);
    if (end < 0 || ++count > MAX_REFERENCES) throw malformed();
    read += text.slice(done, at) + character(text.slice(at + 1, end));
    done = end + 1;
  }
  return done === 0 ? text : read + text.slice(done);
}

function character(reference: string): string {
  const named = NAMED.get(reference);
  if (named !== undefined) return named;
  if (!NUMBER.test(reference)) throw malformed();
  const code = Number(reference[1] === 'x' ? `0${reference.slice(1)}` : reference.slice(1));
  if (!isLegal(code)) throw malformed();
  return String.fromCodePoint(code);
}

const isLegal = (code: number): boolean =>
  code < 0x20
    ? code === 9 || code === 10 || code === 13
    : code < 0xd800 || (code > 0xdfff && code <= 0x10ffff && code !== 0xfffe && code !== 0xffff);

/** `A-Z a-z _`: all names that S3 knows. */
export const isNameStart = (code: number): boolean => {
  const lower = code | 0x20;
  return (lower >= 97 && lower <= 122) || code === 95;
};

/** … and `0-9 - .` further on. */
export const isNameCharacter = (code: number): boolean =>
  isNameStart(code) || (code >= 48 && code <= 57) || code === 45 || code === 46;
