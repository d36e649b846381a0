/* oxlint-disable no-control-regex -- what files start with is bytes, not text */
/** Readers look for the header this far. ISO 32000-1, H.3.4.1 */
const furthest = 1024;

/**
 * Whether bytes are a PDF: its header within the first 1,024, behind a byte order mark or the lines of a printer. What comes
 * before it is not the beginning of another kind of file, and opens nothing that would hide the PDF from a script engine.
 */
export function isPdf(head: Buffer): boolean {
  const at = head.indexOf('%PDF-');
  if (at < 0 || at > furthest) return false;
  const before = head.toString('latin1', 0, at);
  return !startsAsOther(before) && !/\/\*|`|<!--/.test(before);
}

/** What other kinds of file, programs and archives start with. */
export const startsAsOther = (bytes: string): boolean => otherKinds.test(bytes);

const otherKinds =
  /^(?:MZ|PK|\x7fELF|#!|Rar!|7z|GIF8|\x89PNG|\xff\xd8\xff|BM|RIFF|ID3|OggS|fLaC|II\*|MM\0|\{\\rtf|%!PS|\xd0\xcf\x11\xe0|\xca\xfe\xba\xbe|\x1f\x8b|BZh|\x1aE\xdf\xa3)|^[^]{4}(?:ftyp|moov|mdat|wide|free|skip|pnot)/;
