import { StorageError } from '../storage.error.js';
import {
  isCleanSegment,
  isDotsOrBlank,
  isPlainSegment,
  isWindowsDevice,
  maxSegmentBytes,
  percentEncoded,
  placeholder,
  special,
  unprintable,
} from './segment.js';

/** A name that a person gave to a file, in the three forms in which the module uses it. */
export interface FileName {
  /** As it was given, in NFC and without bidi and other invisible characters: for metadata and for the download. */
  readonly original: string;
  /** One clean segment of a key: what `original` becomes, and what parsing either of the two gives again. */
  readonly key: string;
  /** The extension of both, lower case, without the dot; empty where there is none (`README`, `.env`). */
  readonly extension: string;
}

/** Format characters that can hide or reorder the rest of a name; private use and unassigned ones only look odd. */
const invisible = /(?![\u200c\u200d\p{VS}])[\p{Cf}\p{Zl}\p{Zp}\p{DI}]/gu;

/** UTF-8 that spells an ASCII character with two bytes (`%c0%af`): invalid, and a slash to a careless decoder. */
const overlong = /%c[01]%[89ab][0-9a-f]/i;

/**
 * Reads a file name that a person or a client chose. Names that could be taken for a path or could break a header are
 * refused, also percent-encoded once or many times; other characters that S3, Windows or IAM dislike become `-` in the
 * key.
 *
 * @throws {StorageError} `invalid_file_name`
 */
export function parseFileName(value: unknown): FileName {
  if (typeof value !== 'string' || !value.isWellFormed()) refuse('be text');
  if (isPlainSegment(value)) return { original: value, key: value, extension: extensionOf(value) };
  const name = value.normalize('NFC');
  if (Buffer.byteLength(name) > maxSegmentBytes) refuse(`be at most ${maxSegmentBytes} bytes long`);
  const original = name.replace(invisible, '').normalize('NFC');
  const decoded = decodeAll(original);
  if (/[/\\]/.test(decoded) || overlong.test(original)) refuse('contain no slashes');
  if (/\p{Cc}/u.test(decoded)) refuse('contain no control characters');
  if (isDotsOrBlank(decoded)) refuse('not be empty or only dots');
  const key = clean(original);
  if (!isCleanSegment(key)) refuse(`be at most ${maxSegmentBytes} bytes long`);
  return { original, key, extension: extensionOf(key) };
}

/** The extension of a file name: what follows its last dot, unless the dot is also its first character. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}

/** What the name becomes for a reader who decodes percents, folds look-alikes and drops what is invisible, for as long as that changes anything. */
function decodeAll(name: string): string {
  const next = name
    .replace(/%u([0-9a-f]{4})/gi, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)))
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
    .normalize('NFKC')
    .replace(invisible, '');
  return next === name ? name : decodeAll(next);
}

/** The stem and the extension are cleaned apart, so that a dot or space at the end does not cost the extension: `a.pdf.` is `a-.pdf`. */
function clean(name: string): string {
  const chars = Array.from(name);
  const body = chars
    .slice(0, chars.findLastIndex((char) => !/[\s.]/.test(char) && !unprintable.test(char)) + 1)
    .join('');
  const dot = body.lastIndexOf('.') > 0 ? body.lastIndexOf('.') : body.length;
  const stem = dashed(body.slice(0, dot)).replace(/^\s+/, '-') + (body === name ? '' : '-');
  const key = stem + dashed(body.slice(dot));
  return isWindowsDevice(key) ? `-${key}` : key;
}

function dashed(text: string): string {
  const folded = text.normalize('NFKC');
  const unwanted = [unprintable, special];
  if (percentEncoded.test(folded)) unwanted.push(/%/);
  if (folded.includes(placeholder)) unwanted.push(/\$/);
  const clean = (char: string) => !unwanted.some((pattern) => pattern.test(char.normalize('NFKC')));
  return Array.from(text, (char) => (clean(char) ? char : '-')).join('');
}

function refuse(rule: string): never {
  throw new StorageError('invalid_file_name', `The file name must ${rule}.`);
}
