import { isBmp, isAvi, isDicom, isMpegVideo, isRtf, isTiff } from './formats/clinic.js';
import {
  compoundFinding,
  compoundKind,
  directoryAt,
  isCompoundFile,
  whatHelps,
  type Finding,
} from './formats/compound-file.js';
import { isGif, isJpeg, isPng, isWebp } from './formats/images.js';
import { isAvif, isHeif, isIsoAudio, isIsoVideo, isQuickTime } from './formats/iso-media.js';
import { labelOf } from './labels.js';
import { holdsMarkup } from './formats/markup.js';
import { isOoxml } from './formats/office.js';
import { isPdf } from './formats/pdf.js';
import { mayBeScript } from './formats/script.js';
import { afterTags, isAdts, isAmr, isFlac, isMpegAudio, isWave } from './formats/sound.js';
import { isPlainText, isTaggedText } from './formats/text.js';

/** Whether the first bytes are of a kind. */
export type Check = (head: Buffer, isWhole: boolean) => boolean | Promise<boolean>;

/** By the magic bytes, as `file-type` reads them. */
const magic =
  (...detected: string[]): Check =>
  async (head) =>
    detected.includes((await detect(head)) ?? '');

const ooxml = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

/** With a password such a document is encrypted, and lies in a compound file. */
const isOffice = (type: string, folder: Parameters<typeof isOoxml>[0]): Check => {
  const detected = magic(type, 'application/zip');
  return async (head, isWhole) =>
    isCompoundFile(head) || (isOoxml(folder)(head, isWhole) && (await detected(head, isWhole)));
};

/** Sound behind its tags, which may be longer than what is at hand: then a further look decides. */
const tagged =
  (isSound: (bytes: Buffer) => boolean): Check =>
  (head, isWhole) => {
    const from = afterTags(head);
    return (from > 0 && !isWhole) || isSound(head.subarray(from));
  };

const texts: Record<string, Check> = { 'text/plain': isPlainText, 'text/csv': isPlainText };

const binaries: Record<string, Check> = {
  'image/jpeg': isJpeg,
  'image/png': isPng,
  'image/gif': isGif,
  'image/webp': isWebp,
  'image/avif': isAvif,
  'image/heic': isHeif,
  'image/heif': isHeif,
  'image/tiff': isTiff,
  'image/bmp': isBmp,
  'video/mp4': isIsoVideo,
  'video/x-m4v': isIsoVideo,
  'video/quicktime': isQuickTime,
  'video/webm': magic('video/webm'),
  'video/3gpp': isIsoVideo,
  'video/x-msvideo': isAvi,
  'video/mpeg': isMpegVideo,
  'audio/mp4': isIsoAudio,
  'audio/mpeg': tagged(isMpegAudio),
  'audio/wav': isWave,
  'audio/ogg': magic('audio/ogg', 'audio/ogg; codecs=opus'),
  'audio/aac': tagged(isAdts),
  'audio/webm': magic('video/webm'),
  'audio/flac': tagged(isFlac),
  'audio/amr': isAmr,
  'application/pdf': isPdf,
  [`${ooxml}.wordprocessingml.document`]: isOffice(`${ooxml}.wordprocessingml.document`, 'word/'),
  [`${ooxml}.spreadsheetml.sheet`]: isOffice(`${ooxml}.spreadsheetml.sheet`, 'xl/'),
  [`${ooxml}.presentationml.presentation`]: isOffice(`${ooxml}.presentationml.presentation`, 'ppt/'),
  [`${openDocument}.text`]: magic(`${openDocument}.text`),
  [`${openDocument}.spreadsheet`]: magic(`${openDocument}.spreadsheet`),
  [`${openDocument}.presentation`]: magic(`${openDocument}.presentation`),
  'application/msword': isCompoundFile,
  'application/vnd.ms-excel': isCompoundFile,
  'application/vnd.ms-powerpoint': isCompoundFile,
  'application/dicom': isDicom,
  'application/rtf': isRtf,
};

/** These are text to look at, so that nearly all of them could be read as script; see `isPdf` for what hides one. */
const readable = ['application/pdf', 'application/rtf'];

/** Its first segment may have any size, and one of 65,536 reads as an open comment: that alone is no ground to refuse a photo. */
const hasFreeSizes = ['image/jpeg'];

/** The whole check of a kind: its structure, and that a browser would take it for nothing else. */
export function checkOf(mime: string): Check | undefined {
  if (Object.hasOwn(texts, mime)) return (head, isWhole) => isPlainText(head, isWhole) && !holdsMarkup(head);
  const check = Object.hasOwn(binaries, mime) ? binaries[mime] : undefined;
  if (!check) return undefined;
  return async (head, isWhole) =>
    (await check(head, isWhole)) &&
    !holdsMarkup(head) &&
    (readable.includes(mime) || !mayBeScript(head, isWhole || hasFreeSizes.includes(mime)));
}

/** What a file is that was refused as one kind, for the message. */
export async function whatElse(head: Buffer, refusedAs: string, isWhole: boolean): Promise<Finding> {
  if (await binaries[refusedAs]?.(head, isWhole)) {
    const what = holdsMarkup(head) ? 'it holds tags of HTML or SVG' : 'it could also be run as a script';
    return { what: `${what}, which no such file needs`, help: 'Export it anew from the program that made it.' };
  }
  if (Object.hasOwn(texts, refusedAs) && (isTaggedText(head, isWhole) || holdsMarkup(head)))
    return { what: 'it holds tags of HTML, SVG or XML', help: 'Remove the tags, or send it as a PDF.' };
  if (refusedAs.startsWith('image/') && (await binaries[refusedAs]?.(head, false)))
    return { what: 'it is cut short or damaged', help: whatHelps.again };
  if (/^\s*(?:\xef\xbb\xbf)?\s*<[a-z!?]/i.test(head.toString('latin1', 0, 256)))
    return { what: 'the content is a page or a drawing (HTML, SVG or XML)', help: whatHelps.right };
  for (const [mime, check] of [...Object.entries(binaries), ...Object.entries(texts)]) {
    if (mime === refusedAs || isCompoundFile(head) || !(await check(head, isWhole))) continue;
    return { what: `the content is ${labelOf(mime)}`, help: whatHelps.rename };
  }
  const start = head.toString('latin1', 0, 4);
  if (isCompoundFile(head)) return compoundFinding(compoundKind(head.subarray(directoryAt(head))));
  if (start === 'PK\x03\x04')
    return { what: 'the content is an archive (ZIP) or another document', help: whatHelps.rename };
  if (/^(?:MZ|\x7fELF|#!)/.test(start)) return { what: 'the content is a program', help: whatHelps.right };
  return { what: 'the content is of an unknown kind, or damaged', help: whatHelps.right };
}

async function detect(head: Buffer): Promise<string | undefined> {
  try {
    // Loaded with the first file that needs it: a start should not wait for it.
    const { fileTypeFromBuffer } = await import('file-type');
    return (await fileTypeFromBuffer(head))?.mime;
  } catch {
    return undefined;
  }
}
