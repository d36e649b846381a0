/* oxlint-disable no-control-regex -- what files start with is bytes, not text */
import { startsAsOther } from './pdf.js';

/** Where the first ID3v2 tags end: several may follow each other, and any may be longer than the bytes at hand. https://id3.org/id3v2.4.0-structure */
export function afterTags(head: Buffer): number {
  let at = 0;
  while (at + 10 <= head.length && /^ID3[\x02-\x04]/.test(head.toString('latin1', at, at + 4))) {
    const size = head.subarray(at + 6, at + 10);
    if (size.some((byte) => byte > 0x7f)) return at;
    at += 10 + size.reduce((sum, byte) => sum * 128 + byte, 0) + (head.readUInt8(at + 5) & 0x10 ? 10 : 0);
  }
  return at;
}

const bitrates: Record<string, readonly number[]> = {
  '3.1': [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '3.2': [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '2.1': [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2.2': [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const rates = [44_100, 48_000, 32_000];

/** Bytes of the MPEG frame (layers II and III) that starts here; 0 where none does. ISO/IEC 11172-3, 2.4.2.3 */
function mpegFrame(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length || bytes[at] !== 0xff) return 0;
  const [second, third] = [bytes.readUInt8(at + 1), bytes.readUInt8(at + 2)];
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  const bitrate = bitrates[`${version === 3 ? 3 : 2}.${layer}`]?.[(third >> 4) - 1];
  const rate = rates[(third >> 2) & 3];
  if (second < 0xe0 || version === 1 || !bitrate || !rate) return 0;
  const samples = layer === 1 && version !== 3 ? 72 : 144;
  return (
    Math.floor((samples * bitrate * 1000) / (rate / 2 ** (version === 3 ? 0 : version === 2 ? 1 : 2))) +
    ((third >> 1) & 1)
  );
}

/**
 * Two frames in a row, after zeros or a little else, as recorders and old taggers leave it. Where the first bytes that are
 * no zeros are a frame, it may also reach the end of what is at hand.
 */
export function isMpegAudio(bytes: Buffer): boolean {
  if (startsAsOther(bytes.toString('latin1', 0, 16))) return false;
  const start = bytes.findIndex((byte) => byte !== 0);
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const end = at + mpegFrame(bytes, at);
    if (end > at && (mpegFrame(bytes, end) > 0 || end === bytes.length || (at === start && end > bytes.length)))
      return true;
  }
  return false;
}

/** ADTS: two frames in a row. ISO/IEC 13818-7, 6.2 */
export function isAdts(bytes: Buffer): boolean {
  const frame = (at: number) =>
    at + 7 <= bytes.length && (bytes.readUInt16BE(at) & 0xfff6) === 0xfff0 && ((bytes.readUInt8(at + 2) >> 2) & 15) < 13
      ? ((bytes.readUInt8(at + 3) & 3) << 11) | (bytes.readUInt8(at + 4) << 3) | (bytes.readUInt8(at + 5) >> 5)
      : 0;
  const length = frame(0);
  return length >= 7 && (at7(bytes, length) || frame(length) >= 7);
}

const at7 = (bytes: Buffer, length: number): boolean => length + 7 > bytes.length;

/** The stream's description comes first. https://www.rfc-editor.org/rfc/rfc9639#section-8.2 */
export const isFlac = (bytes: Buffer): boolean => /^fLaC[\0\x80]\0\0\x22/.test(bytes.toString('latin1', 0, 8));

/** WAV, and its forms for more than 4 GiB, in which the size stands in a chunk of its own. EBU Tech 3306 */
export const isWave = (bytes: Buffer): boolean =>
  /^(?:RIFF[^]{4}|(?:RF64|BW64)\xff{4})WAVE[\w ]{4}/.test(bytes.toString('latin1', 0, 16));

/** https://www.rfc-editor.org/rfc/rfc4867#section-5 */
export const isAmr = (bytes: Buffer): boolean =>
  bytes.length > 16 && /^#!AMR(?:-WB)?(?:_MC1\.0)?\n/.test(bytes.toString('latin1', 0, 16));
