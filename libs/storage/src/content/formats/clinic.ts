/* oxlint-disable no-control-regex -- what files start with is bytes, not text */
/** Kinds of the option `accept`: what scanners, old cameras and the devices of a clinic write. */

/** https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf, section 2: the first directory lies behind the header. */
export function isTiff(head: Buffer): boolean {
  if (head.length < 16) return false;
  const start = head.toString('latin1', 0, 4);
  if (start !== 'II*\0' && start !== 'MM\0*') return false;
  const at = start === 'II*\0' ? head.readUInt32LE(4) : head.readUInt32BE(4);
  // Raw pictures of cameras are TIFF inside, and say so here.
  return at >= 8 && !/^CR\x02/.test(head.toString('latin1', 8, 11));
}

/** The size of its header is one of those that were ever used, and its two reserved words are zero. */
export function isBmp(head: Buffer): boolean {
  return (
    head.length >= 26 &&
    head.toString('latin1', 0, 2) === 'BM' &&
    head.readUInt32LE(6) === 0 &&
    [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14))
  );
}

/**
 * DICOM, part 10: `DICM` after a preamble, then the group 0002. The preamble is empty or the header of a TIFF, the one use
 * that the standard names; a program can stand there too (CVE-2019-11687), so nothing else may.
 */
export function isDicom(head: Buffer): boolean {
  if (head.length < 140 || head.toString('latin1', 128, 134) !== 'DICM\x02\0') return false;
  return head.subarray(0, 128).every((byte) => byte === 0) || /^(?:II\*\0|MM\0\*)/.test(head.toString('latin1', 0, 4));
}

/** With the objects of other programs that it may hold it is refused where they show. */
export function isRtf(head: Buffer): boolean {
  const text = head.toString('latin1');
  return (
    /^\{\\rtf1?[\\\s{]/.test(text) && !text.includes('\0') && !/\\obj(?:data|ect|update)|\\\*\\template/i.test(text)
  );
}

export const isAvi = (head: Buffer): boolean => /^RIFF[^]{4}AVI LIST/.test(head.toString('latin1', 0, 16));

/** A program stream, or a bare stream of pictures. ISO/IEC 13818-1, 2.5.3.4 and 13818-2, 6.2.2.1 */
export const isMpegVideo = (head: Buffer): boolean =>
  head.length > 16 && /^\0\0\x01(?:\xba[\x21\x44-\x7f]|\xb3[^\0])/.test(head.toString('latin1', 0, 5));
