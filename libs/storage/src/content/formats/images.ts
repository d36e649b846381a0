/* oxlint-disable no-control-regex -- what files start with is bytes, not text */
/** Whether bytes have the structure of a GIF, as far as they go. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export function isGif(head: Buffer, isWhole: boolean): boolean {
  if (!/^GIF8[79]a/.test(head.toString('latin1', 0, 6))) return false;
  if (head.length < 14 || head.readUInt16LE(8) === 0) return false;
  const width = head.readUInt16LE(6);
  if (width === 0 || width >= readableWidth) return false;
  const flags = head.readUInt8(10);
  let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0);
  while (at < head.length) {
    const introducer = head[at];
    if (introducer === 0x2c) return true;
    if (introducer !== 0x21 || ![0x01, 0xf9, 0xfe, 0xff, undefined].includes(head[at + 1])) return false;
    at += 2;
    while (at < head.length && head[at] !== 0) at += 1 + head.readUInt8(at);
    at += 1;
  }
  return !isWhole;
}

/** From here on a width (never met) reads as characters that go on in a JavaScript statement: `GIF89a=1`, `GIF89a/*`, `GIF89a:/`. */
const readableWidth = 0x2000;

/**
 * Whether bytes are a JPEG, as far as they go: a start marker, then segments up to the scan. Between them some cameras leave
 * bytes that decoders skip; the tables must then still be there. With the whole file at hand it must also end: an image cut
 * short is of no use to a clinic. ITU-T T.81, annex B.
 */
export function isJpeg(head: Buffer, isWhole: boolean): boolean {
  if (head.length < 4 || head.readUInt16BE(0) !== 0xffd8) return false;
  const seen = new Set<number>();
  let skipped = false;
  let at = 2;
  while (at + 4 <= head.length) {
    const marker = head.readUInt8(at + 1);
    if (head[at] !== 0xff || marker < 0xc0) {
      const next = at > 2 ? nextMarker(head, at) : -1;
      if (next < 0 || next - at > mostJunk) return false;
      skipped = true;
      at = next;
    } else if (marker === 0xff) {
      at += 1;
    } else if (marker === 0xda) {
      return (
        (!skipped || (seen.has(quantization) && frames.some((frame) => seen.has(frame)))) && ends(head, at, isWhole)
      );
    } else if (marker === 0xd8 || marker === 0xd9) {
      return false;
    } else {
      seen.add(marker);
      at += 2 + head.readUInt16BE(at + 2);
    }
  }
  return !isWhole && at > 2;
}

const quantization = 0xdb;
const frames = [0xc0, 0xc1, 0xc2];
const mostJunk = 1024;

/** Of a segment that has a length. */
function nextMarker(head: Buffer, from: number): number {
  for (let at = head.indexOf(0xff, from); at >= 0; at = head.indexOf(0xff, at + 1)) {
    const marker = head[at + 1] ?? 0;
    if (marker >= 0xc0 && marker < 0xff && !(marker >= 0xd0 && marker <= 0xd9)) return at;
  }
  return -1;
}

/**
 * Whether the picture whose scan starts here ends in a whole file. Cameras and programs pad it, or add records of their own
 * behind its end; text with tags, a program, an archive or a document is none of these.
 */
function ends(head: Buffer, scan: number, isWhole: boolean): boolean {
  if (!isWhole) return true;
  const end = head.indexOf('ffd9', scan, 'hex');
  if (end < 0) return false;
  const trailer = head.toString('latin1', end + 2).replace(/^[\0\xff\s]+/, '');
  return !/<[a-z!?/%]|%PDF-|PK\x03\x04/i.test(trailer) && !/^(?:MZ|\x7fELF|#!|Rar!|7z\xbc\xaf|GIF8)/.test(trailer);
}

/** Whether bytes are a PNG: its signature, a possible header, and with the whole file at hand its end. https://www.w3.org/TR/png-3/ */
export function isPng(head: Buffer, isWhole: boolean): boolean {
  if (head.length < 33 || head.toString('hex', 0, 16) !== '89504e470d0a1a0a0000000d49484452') return false;
  const [width, height] = [head.readUInt32BE(16), head.readUInt32BE(20)];
  const [depth, colour] = [head.readUInt8(24), head.readUInt8(25)];
  const sane = (side: number) => side > 0 && side < 2 ** 31;
  return (
    sane(width) &&
    sane(height) &&
    [1, 2, 4, 8, 16].includes(depth) &&
    [0, 2, 3, 4, 6].includes(colour) &&
    (!isWhole || head.includes('IEND'))
  );
}

/** Whether bytes are a WebP: one of its three kinds of picture comes first. https://www.rfc-editor.org/rfc/rfc9649 */
export function isWebp(head: Buffer): boolean {
  return /^RIFF[^]{4}WEBPVP8[ LX]/.test(head.toString('latin1', 0, 16));
}
