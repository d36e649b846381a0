/**
 * The kinds of the ISO base media file format (MP4, QuickTime, 3GPP, HEIF, AVIF) are told apart by the brands of their
 * first box. https://mp4ra.org/registered-types/brands
 */
const heifBrands = ['mif1', 'msf1', 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];
const avifBrands = ['avif', 'avis'];
const audioBrands = ['M4A ', 'M4B ', 'F4A ', 'F4B '];
const otherBrands = ['crx ', 'jxl ', 'jp2 ', 'jpm ', 'jpx ', 'mjp2', 'mj2s'];

/** The major brand and the compatible ones, in this order; none where the bytes do not start with a `ftyp` box. */
function brandsOf(head: Buffer): string[] {
  if (head.length < 16 || head.toString('latin1', 4, 8) !== 'ftyp') return [];
  const size = head.readUInt32BE(0);
  if (size < 16 || size % 4 !== 0) return [];
  const box = head.toString('latin1', 8, Math.min(size, head.length));
  const [major = '', , ...compatible] = box.match(/[^]{4}/g) ?? [];
  return [major, ...compatible];
}

export function isAvif(head: Buffer): boolean {
  const [major = '', ...others] = brandsOf(head);
  return (
    avifBrands.includes(major) || (heifBrands.includes(major) && others.some((brand) => avifBrands.includes(brand)))
  );
}

export function isHeif(head: Buffer): boolean {
  const [major = ''] = brandsOf(head);
  return heifBrands.includes(major);
}

/** MP4, M4V and 3GPP name the same structure, and phones mix up their extensions. */
export function isIsoVideo(head: Buffer): boolean {
  const [major] = brandsOf(head);
  return major !== undefined && ![...heifBrands, ...avifBrands, ...audioBrands, ...otherBrands].includes(major);
}

/** A QuickTime film from before 2001 has no `ftyp` box. */
export function isQuickTime(head: Buffer): boolean {
  return isIsoVideo(head) || /^[^]{4}(?:moov|mdat|wide|free|skip|pnot)/.test(head.toString('latin1', 0, 8));
}

/** Recorders give their sound the general brands, so a file is refused only where its head shows a video track. */
export function isIsoAudio(head: Buffer): boolean {
  const [major = ''] = brandsOf(head);
  return (
    audioBrands.includes(major) ||
    (isIsoVideo(head) && major !== 'qt  ' && !/hdlr[^]{8}vide/.test(head.toString('latin1')))
  );
}
