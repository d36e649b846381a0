/** Whether bytes have the structure of a GIF, as far as they go. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export function isGif(head: Buffer, isWhole: boolean): boolean {
  const text = head.toString('latin1', 0, 8);
  if (!/^GIF8[79]a/.test(text) || isGifScript(text)) return false;
  if (head.length < 14 || head.readUInt16LE(6) === 0 || head.readUInt16LE(8) === 0) return false;
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

/**
 * `GIF89a=…`, `GIF89a/*…` and the like: the size of such a picture (thousands of pixels, never met) reads as the rest of
 * a JavaScript statement, so that the file is a picture and a script at once.
 */
function isGifScript(text: string): boolean {
  return /^GIF8[79]a(?:=[\s -~]|\/[*/]|\s=)/.test(text);
}

/**
 * Whether bytes are a JPEG, as far as they go: a start marker, then whole segments up to the scan. With the whole file at
 * hand it must also end: an image cut short is of no use to a clinic. ITU-T T.81, annex B.
 */
export function isJpeg(head: Buffer, isWhole: boolean): boolean {
  if (head.length < 4 || head.readUInt16BE(0) !== 0xffd8) return false;
  let at = 2;
  while (at + 4 <= head.length) {
    const marker = head.readUInt8(at + 1);
    if (head[at] !== 0xff || marker < 0xc0) return false;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda) return !isWhole || endsWithEoi(head);
    if (marker === 0xd8 || marker === 0xd9) return false;
    at += 2 + head.readUInt16BE(at + 2);
  }
  return !isWhole && at > 2;
}

/** Some cameras pad the file after the end marker. */
function endsWithEoi(whole: Buffer): boolean {
  let end = whole.length;
  while (end > 0 && (whole[end - 1] === 0 || whole[end - 1] === 0xff)) end -= 1;
  return whole.readUInt16BE(end - 2) === 0xffd9;
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
