/**
 * Whether the first bytes of a file that is no text hold what a browser would take for a page or a drawing with script.
 * Metadata such as XMP or a property list is XML too, but holds none of these tags. UTF-16 has NULs between the letters.
 */
export function holdsMarkup(head: Buffer): boolean {
  const bytes = head.toString('latin1');
  return startsAsPage.test(bytes) || activeTags.test(bytes.includes('\0') ? bytes.replaceAll('\0', '') : bytes);
}

/** No kind but text starts with a tag, behind a byte order mark or not. */
const startsAsPage = /^(?:(?:\xff\xfe|\xfe\xff)[\s\0]*|(?:\xef\xbb\xbf)?\s*)<[\0]?[a-z!?/]/i;

const activeTags = /<(?:script|html|iframe|svg)(?:[\s/>]|$)|<!doctype\s*html/i;
