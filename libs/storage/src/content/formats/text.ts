/** The encodings that a file itself names, by its first bytes. */
const marks = [
  ['utf-8', '\xef\xbb\xbf'],
  ['utf-16le', '\xff\xfe'],
  ['utf-16be', '\xfe\xff'],
] as const;

/** The encoding that a text's byte order mark names; none where it has none, which may be UTF-8 or a code page. */
export function charsetOf(head: Uint8Array): (typeof marks)[number][0] | undefined {
  const start = Buffer.from(head.subarray(0, 3)).toString('latin1');
  return marks.find(([, mark]) => start.startsWith(mark))?.[0];
}

/**
 * Whether bytes are plain text: without the controls that only binary files have, and not the beginning of something that
 * a program would run or render. UTF-16 has its byte order mark; what is neither that nor UTF-8 is in one of the code pages
 * that Excel and Notepad write, of which nothing but the controls can be told. A character cut off where the head ends is no
 * fault.
 */
export function isPlainText(head: Buffer, isWhole: boolean): boolean {
  const text = decode(head, isWhole);
  return text !== undefined && !binaryControls.test(text) && !otherFormats.test(text) && !markup.test(text);
}

/** Whether a text is refused for its tags alone: then a message can say so. */
export function isTaggedText(head: Buffer, isWhole: boolean): boolean {
  const text = decode(head, isWhole);
  return text !== undefined && !binaryControls.test(text) && markup.test(text);
}

/** All but tab, line feed, vertical tab, form feed and carriage return. */
// oxlint-disable-next-line no-control-regex
const binaryControls = /[\0-\x08\x0e-\x1f]/;

/** Formats that are text to look at: PDF, PostScript, RTF, a picture or a program in disguise. */
const otherFormats = /^\s*(?:%PDF-|%!PS|\{\\rtf|GIF8[79]a|#!|ÿØÿ)/;

/** A document that starts with a tag, or holds one that a browser takes for HTML or SVG when it guesses. */
const markup = /^\s*<[a-z!?/]|<(?:!doctype|html|head|body|script|iframe|svg|\?xml)[\s/>]/i;

function decode(head: Buffer, isWhole: boolean): string | undefined {
  const charset = charsetOf(head) ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(head, { stream: !isWhole });
  } catch {
    // Every byte is a character here, so the controls and the tags of any code page that extends ASCII show.
    return charset === 'utf-8' ? head.toString('latin1') : undefined;
  }
}
