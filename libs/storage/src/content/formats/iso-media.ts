/**
 * The kinds of the ISO base media file format (MP4, QuickTime, 3GPP, HEIF, AVIF) are told apart by the brands of their
 * first box. https://mp4ra.org/registered-types/brands
 */
const heifBrands = ['mif1', 'msf1', 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];
const avifBrands = ['avif', 'avis'];
const audioBrands = ['M4A ', 'M4B ', 'F4A ', 'F4B '];
const otherBrands = ['mif3', 'crx ', 'jxl ', 'jp2 ', 'jpm ', 'jpx ', 'mjp2', 'mj2s'];

/** The major brand and the compatible ones, in this order; none where the bytes do not start with a sane `ftyp` box. */
function brandsOf(head: Buffer): string[] {
  if (head.length < 16 || head.toString('latin1', 4, 8) !== 'ftyp') return [];
  const size = head.readUInt32BE(0);
  if (size < 16 || size > 4096 || size % 4 !== 0 || !isBoxType(head, size + 4)) return [];
  const box = head.toString('latin1', 8, Math.min(size, head.length));
  const [major = '', minor = '', ...compatible] = box.match(/[^]{4}/g) ?? [];
  // The small form of a still picture keeps its one brand where others have a version. ISO/IEC 23008-12, `mif3`
  return major === 'mif3' ? [major, minor, ...compatible] : [major, ...compatible];
}

/** What follows a box is a box again, where the head shows it. */
const isBoxType = (head: Buffer, at: number): boolean =>
  at + 4 > head.length || /^[\w\xa9 -]{4}$/.test(head.toString('latin1', at, at + 4));

export function isAvif(head: Buffer): boolean {
  const [major = '', ...others] = brandsOf(head);
  return (
    avifBrands.includes(major) ||
    ([...heifBrands, 'mif3'].includes(major) && others.some((brand) => avifBrands.includes(brand)))
  );
}

export function isHeif(head: Buffer): boolean {
  const [major = '', ...others] = brandsOf(head);
  return heifBrands.includes(major) || (major === 'mif3' && others.some((brand) => heifBrands.includes(brand)));
}

/** MP4, M4V and 3GPP name the same structure, and phones mix up their extensions. */
export function isIsoVideo(head: Buffer): boolean {
  const [major] = brandsOf(head);
  return major !== undefined && ![...heifBrands, ...avifBrands, ...audioBrands, ...otherBrands].includes(major);
}

/** A QuickTime film from before 2001 has no `ftyp` box. Its first box is no larger than a film can be, nor than the whole file. */
export function isQuickTime(head: Buffer, isWhole: boolean): boolean {
  if (isIsoVideo(head)) return true;
  if (head.length < 16 || !/^(?:moov|mdat|wide|free|skip|pnot)$/.test(head.toString('latin1', 4, 8))) return false;
  const size = head.readUInt32BE(0);
  if (size === 0 || size === 1) return head.toString('latin1', 4, 8) === 'mdat';
  return size >= 8 && size < largestBox && (!isWhole || (size <= head.length && isBoxType(head, size + 4)));
}

/** Above any file that is taken, and below what four printable characters read as. */
const largestBox = 0x2000_0000;

/** Recorders give their sound the general brands, so a file is refused only where its head shows a video track. */
export function isIsoAudio(head: Buffer): boolean {
  const [major = ''] = brandsOf(head);
  return (
    audioBrands.includes(major) ||
    (isIsoVideo(head) && major !== 'qt  ' && !/hdlr[^]{8}vide/.test(head.toString('latin1')))
  );
}
