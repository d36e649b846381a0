import { fromBase64, hashOf, toBase64, type Hash } from './merkle.js';
import { readNote, type Note } from './signed-note.js';

/**
 * The seal of one month of one organisation: how many records it has, the Merkle root of their lines, and the seal of the
 * month before. Its text is a checkpoint of https://c2sp.org/tlog-checkpoint with two extension lines.
 */
export interface Seal {
  /** Names the log and, with a slash and the organisation behind it, the organisation's part of it. */
  origin: string;
  org: string;
  /** `2026-10`. */
  month: string;
  /** Lines before the seal's own. */
  count: number;
  root: Hash;
  /** The hash of the seal of the month before; absent for an organisation's first month. */
  prev?: Hash;
  /** Lines that each mark stands for, and the hash of all marks: see `MerkleTree`. */
  step: number;
  marks: Hash;
}

export function sealText({ origin, org, month, count, root, prev, step, marks }: Seal): string {
  const checkpoint = `${origin}/${org}/${month}\n${count}\n${toBase64(root)}\n`;
  return `${checkpoint}prev ${prev === undefined ? 'none' : toBase64(prev)}\nmarks ${step} ${toBase64(marks)}\n`;
}

const sealPattern =
  /^(?<origin>\S+)\/(?<org>[1-9]\d{0,18})\/(?<month>2\d{3}-(?:0[1-9]|1[0-2]))\n(?<count>0|[1-9]\d{0,15})\n(?<root>\S{44})\nprev (?<prev>none|\S{44})\nmarks (?<step>[1-9]\d{0,15}) (?<marks>\S{44})\n$/;

/** What can be wrong with a seal, whatever it seals. */
export const sealMistakes = {
  unreadable: 'The seal cannot be read.',
  unsigned: 'The seal is not signed by a key that was given.',
} as const;

/** What a note says, where it is a seal. */
export function readSeal(note: string): { seal: Seal; note: Note } | undefined {
  const opened = readNote(note);
  const parts = opened && sealPattern.exec(opened.text)?.groups;
  if (!parts) return undefined;
  const root = fromBase64(parts['root']!);
  const prev = parts['prev'] === 'none' ? undefined : fromBase64(parts['prev']!);
  const marks = fromBase64(parts['marks']!);
  if (!root || !marks || (parts['prev'] !== 'none' && !prev)) return undefined;
  const seal: Seal = {
    origin: parts['origin']!,
    org: parts['org']!,
    month: parts['month']!,
    count: Number(parts['count']),
    root,
    ...(prev && { prev }),
    step: Number(parts['step']),
    marks,
  };
  return sealText(seal) === opened.text ? { seal, note: opened } : undefined;
}

/** What the next month names a seal by: the hash of its text. Signatures are not part of it, so a key can be exchanged. */
export const sealHash = (text: string): Hash => hashOf(text);

/** The last line of a month. */
export const sealLine = (note: string, marks: Buffer): string =>
  JSON.stringify({ seal: note, marks: marks.toString('base64') });

/** What a line holds, where it is a seal's. */
export function readSealLine(line: string): { note: string; marks: Buffer } | undefined {
  if (!line.startsWith('{"seal":"')) return undefined;
  try {
    const { seal, marks, ...rest } = JSON.parse(line) as { seal?: unknown; marks?: unknown };
    if (typeof seal !== 'string' || typeof marks !== 'string' || Object.keys(rest).length > 0) return undefined;
    const bytes = Buffer.from(marks, 'base64');
    return sealLine(seal, bytes) === line ? { note: seal, marks: bytes } : undefined;
  } catch {
    return undefined;
  }
}

/** A note as one line of ASCII: in an object's metadata, and for whoever keeps it elsewhere. */
export const oneLine = (note: string): string => Buffer.from(note).toString('base64');

/** The seal that a text is: a note, the same as one line, or the last line of a month. */
export const readAnySeal = (text: string): ReturnType<typeof readSeal> =>
  readSeal(readSealLine(text.trim())?.note ?? text) ?? readSeal(Buffer.from(text, 'base64').toString());

export function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

/** Every month from one to another, both included. */
export function* monthsBetween(from: string, to: string): Generator<string> {
  for (let month = from; month <= to; month = monthAfter(month)) yield month;
}
