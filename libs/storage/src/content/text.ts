/**
 * Whether bytes are plain text: UTF-8, without the controls that only binary files have, and not the beginning of
 * something that a program would run or render. UTF-16 is refused with its NULs; a character cut off where the head ends is
 * not.
 */
export function isPlainText(head: Buffer, isWhole: boolean): boolean {
  const text = decode(head, isWhole);
  return text !== undefined && !binaryControls.test(text) && !otherFormats.test(text) && !markup.test(text);
}

/** All but tab, line feed, vertical tab, form feed and carriage return. */
// oxlint-disable-next-line no-control-regex
const binaryControls = /[\0-\x08\x0e-\x1f]/;

/** Formats that are text to look at: PDF, PostScript, RTF, a GIF or a program in disguise. */
const otherFormats = /^\s*(?:%PDF-|%!PS|\{\\rtf|GIF8[79]a|#!)/;

/** A document that starts with a tag, or holds one that a browser takes for HTML or SVG when it guesses. */
const markup = /^\s*<[a-z!?/]|<(?:!doctype|html|head|body|script|iframe|svg|\?xml)[\s/>]/i;

function decode(head: Buffer, isWhole: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole });
  } catch {
    return undefined;
  }
}
