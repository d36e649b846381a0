import { StorageError } from '../storage.error.js';
import type { AcceptedType } from './accepted-types.js';
import { isGif, isJpeg, isPng, isWebp } from './images.js';
import { isAvif, isHeif, isIsoAudio, isIsoVideo, isQuickTime } from './iso-media.js';
import { isOoxml } from './office.js';
import { isPlainText } from './text.js';

/** How many first bytes decide what a file is. Nothing beyond them is ever parsed. */
export const sniffBytes = 4100;

type Check = (head: Buffer, isWhole: boolean) => boolean | Promise<boolean>;

/** By the magic bytes, as `file-type` reads them. */
const magic =
  (...detected: string[]): Check =>
  async (head) =>
    detected.includes((await detect(head)) ?? '');

/** Both a picture or document and a page of HTML. Metadata such as XMP is XML, but holds none of these tags. */
const alsoHtml = /<(?:script|html|!doctype)[\s/>]/i;

const withoutHtml =
  (check: Check): Check =>
  async (head, isWhole) =>
    !alsoHtml.test(head.toString('latin1')) && (await check(head, isWhole));

const isPdf: Check = (head) => head.toString('latin1', 0, 5) === '%PDF-';
const isCompoundFile = magic('application/x-cfb');
const ooxml = 'application/vnd.openxmlformats-officedocument';

const isOffice = (type: string, folder: Parameters<typeof isOoxml>[0]): Check => {
  const detected = magic(type, 'application/zip');
  return async (head, isWhole) => isOoxml(folder)(head, isWhole) && (await detected(head, isWhole));
};

const checks: Record<string, Check> = {
  'image/jpeg': withoutHtml(isJpeg),
  'image/png': withoutHtml(isPng),
  'image/gif': withoutHtml(isGif),
  'image/webp': withoutHtml(isWebp),
  'image/avif': withoutHtml(isAvif),
  'image/heic': withoutHtml(isHeif),
  'image/heif': withoutHtml(isHeif),
  'video/mp4': isIsoVideo,
  'video/x-m4v': isIsoVideo,
  'video/quicktime': isQuickTime,
  'video/webm': magic('video/webm'),
  'video/3gpp': isIsoVideo,
  'audio/mpeg': magic('audio/mpeg'),
  'audio/mp4': isIsoAudio,
  'audio/wav': magic('audio/wav'),
  'audio/ogg': magic('audio/ogg', 'audio/ogg; codecs=opus'),
  'audio/aac': magic('audio/aac'),
  'audio/webm': magic('video/webm'),
  'audio/flac': magic('audio/flac', 'audio/x-flac'),
  'application/pdf': withoutHtml(isPdf),
  [`${ooxml}.wordprocessingml.document`]: isOffice(`${ooxml}.wordprocessingml.document`, 'word/'),
  [`${ooxml}.spreadsheetml.sheet`]: isOffice(`${ooxml}.spreadsheetml.sheet`, 'xl/'),
  [`${ooxml}.presentationml.presentation`]: isOffice(`${ooxml}.presentationml.presentation`, 'ppt/'),
  'application/vnd.oasis.opendocument.text': magic('application/vnd.oasis.opendocument.text'),
  'application/vnd.oasis.opendocument.spreadsheet': magic('application/vnd.oasis.opendocument.spreadsheet'),
  'application/msword': isCompoundFile,
  'application/vnd.ms-excel': isCompoundFile,
  'application/vnd.ms-powerpoint': isCompoundFile,
  'text/plain': isPlainText,
  'text/csv': isPlainText,
};

/**
 * Makes sure that a file is what it was declared to be, by its first {@link sniffBytes} bytes.
 *
 * @param isWhole whether `head` is the whole file: then an image must also have its end.
 * @throws {StorageError} `content_mismatch`
 */
export async function verifyContent(head: Uint8Array, type: AcceptedType, isWhole: boolean): Promise<void> {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, sniffBytes));
  const check = Object.hasOwn(checks, type.mime) ? checks[type.mime] : undefined;
  if (await check?.(bytes, isWhole && head.byteLength <= sniffBytes)) return;
  throw new StorageError('content_mismatch', `The content of the file is not ${type.mime}.`);
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
