/** S3's limit on a whole key, in bytes of UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const maxKeyBytes = 1024;
/** The limit of the file systems that a key may be copied to, in bytes of UTF-8. */
export const maxSegmentBytes = 255;
export const maxSegments = 32;

/**
 * Controls, bidi and format characters, fillers, lone surrogates, private use, unassigned, and U+FFFD, which is what a wrong decoding leaves.
 * Persian and the Indic scripts need the joiners, emoji need the variation selectors.
 */
export const unprintable = /(?![\u200c\u200d\p{VS}])[\p{C}\p{Zl}\p{Zp}\p{DI}\ufffd]/u;

/** Wildcards of IAM, what Windows forbids in a name, and what breaks headers and URLs when somebody forgets to encode. */
export const special = /[\\<>"|?*:]/;

/** A percent-encoded byte, or a UTF-16 unit as `escape()` of JavaScript and old servers write it: S3 would keep it literally until somebody decodes it once more. */
export const percentEncoded = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i;

/** IAM policy variables and the `${filename}` of a POST policy. */
export const placeholder = '${';

/** https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions */
const windowsDevice = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)\s*(?:[.]|$)/i;

/** Blank, `.`, `..`, `...`, `. .`, `..;x`, and what becomes one of them when joiners are dropped or look-alikes folded. */
export function isDotsOrBlank(text: string): boolean {
  const bare = text.normalize('NFKC').replace(/[\u200c\u200d\p{VS}]/gu, '');
  return /^\s*(?:\.[.\s]*(?:;|$)|$)/.test(bare);
}

export function isWindowsDevice(text: string): boolean {
  return windowsDevice.test(text.normalize('NFKC'));
}

/**
 * Words of ASCII and of Latin-1's letters, with single dots or spaces between them, and no device of Windows; 32 of these
 * at most, joined by slashes.
 */
const noDevice = '(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$))';
const word = String.raw`[\w()+,\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff-]+`;
const plainSegment = `${noDevice}${word}(?:[. ]${word})*`;
const plainPath = new RegExp(`^${plainSegment}(?:/${plainSegment}){0,${maxSegments - 1}}$`, 'i');

/** Of a plain text: none of its characters has more than two bytes. */
export const maxPlainLength = Math.floor(maxSegmentBytes / 2);

/**
 * Most paths are plain, and are known to be clean at a glance: there is nothing in them to normalise or to fold. True only
 * where the whole test, which is some ten times slower, would agree.
 */
export const isPlainPath = (text: string): boolean => text.length <= maxPlainLength && plainPath.test(text);

export const isPlainSegment = (text: string): boolean => !text.includes('/') && isPlainPath(text);

/**
 * Whether a text can stand between two slashes of a key exactly as it is: no reader of the key (a URL parser, a file
 * system, IAM, a header) will see another segment in it, now or after a further normalisation.
 */
export function isCleanSegment(text: unknown): text is string {
  return typeof text === 'string' && (isPlainSegment(text) || isCleanUnicode(text));
}

/** The whole test: true for whatever `isPlainSegment` is true for. */
export function isCleanUnicode(text: string): boolean {
  if (text !== text.normalize('NFC')) return false;
  const folded = text.normalize('NFKC');
  return (
    Buffer.byteLength(text) <= maxSegmentBytes &&
    !unprintable.test(text) &&
    !/^\s|[\s.]$/.test(text) &&
    !isDotsOrBlank(text) &&
    !isWindowsDevice(text) &&
    !folded.includes('/') &&
    !special.test(folded) &&
    !percentEncoded.test(folded) &&
    !folded.includes(placeholder)
  );
}

/** Whether a text is clean segments joined by single slashes. */
export function isCleanPath(text: string): boolean {
  if (isPlainPath(text)) return true;
  const segments = text.split('/');
  return segments.length <= maxSegments && segments.every(isCleanSegment);
}
