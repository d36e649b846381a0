import type { AcceptedType } from './accepted-types.js';
import {
  compoundKind,
  directoryAt,
  directoryBytes as compoundBytes,
  compoundFinding,
  isCompoundFile,
  whatHelps,
  type CompoundKind,
  type Finding,
} from './formats/compound-file.js';
import { directoryBytes, faultInParts, type ZipFault } from './formats/office.js';
import { afterTags, isAdts, isFlac, isMpegAudio } from './formats/sound.js';

/**
 * A second place to look at, bounded, where the first bytes do not tell: the list of an office file's parts at its end, the
 * directory of a compound file, the sound behind long tags.
 */
export type FurtherLook = ({ from: number; length: number } | { last: number }) & {
  /** What speaks against the file in the bytes of that place. */
  faultIn: (bytes: Buffer) => Finding | undefined;
};

/** What a second look is needed at, for a file that starts like this and passed as this kind. */
export function furtherLook(start: Uint8Array, { mime }: AcceptedType): FurtherLook | undefined {
  const head = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (isCompoundFile(head)) {
    const faultIn = (bytes: Buffer) => (bytes.length < 128 ? zipFaults.cut : compoundFault(compoundKind(bytes), mime));
    return { from: directoryAt(head), length: compoundBytes, faultIn };
  }
  if (/openxmlformats|opendocument/.test(mime)) {
    const faultIn = (bytes: Buffer) => {
      const fault = faultInParts(bytes, ownFolder(mime));
      return fault && zipFaults[fault];
    };
    return { last: directoryBytes, faultIn };
  }
  const isSound = { 'audio/mpeg': isMpegAudio, 'audio/aac': isAdts, 'audio/flac': isFlac }[mime];
  const from = afterTags(head);
  if (!isSound || from === 0) return undefined;
  const faultIn = (bytes: Buffer) => {
    // A second tag, or its padding, may be longer than this look: then that is all that is seen.
    const sound = bytes.subarray(afterTags(bytes));
    const isBehind = bytes.length > 0 && sound.subarray(0, -3).every((byte) => byte === 0);
    return isBehind || isSound(sound) ? undefined : { what: 'other content follows its tags', help: whatHelps.right };
  };
  return { from, length: 4100, faultIn };
}

const ownFolder = (mime: string): string | undefined =>
  ({ wordprocessingml: 'word', spreadsheetml: 'xl', presentationml: 'ppt' })[mime.split('.').at(-2) ?? ''];

const zipFaults: Record<ZipFault, Finding> = {
  cut: { what: 'it has no list of its parts at its end, so it is cut short or damaged', help: whatHelps.again },
  macro: { what: 'it holds macros', help: 'Save it without macros, or as a PDF.' },
  program: { what: 'it holds a program or a page', help: 'Remove what is embedded, or save it as a PDF.' },
  crowded: { what: 'it has too many parts to be looked at', help: 'Save it as a PDF.' },
  other: { what: 'its parts are those of another kind', help: whatHelps.rename },
};

const oldOffice: Record<string, CompoundKind> = {
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
};

/** A new document is a compound file only where it has a password; what is in an old one its directory may not show. */
function compoundFault(found: CompoundKind, mime: string): Finding | undefined {
  if (found === (oldOffice[mime] ?? 'encrypted')) return undefined;
  if (found === 'unknown')
    return oldOffice[mime] ? undefined : { what: 'it is no document with a password', help: whatHelps.right };
  return compoundFinding(found);
}
