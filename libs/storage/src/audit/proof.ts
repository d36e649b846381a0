import type { KeyObject } from 'node:crypto';
import { linesOf } from './lines.js';
import { InclusionProof, rootFrom } from './inclusion-proof.js';
import { leafHash, leafHashOf, toBase64 } from './merkle.js';
import { readSeal, readSealLine, sealMistakes } from './seal.js';
import { isSignedBy } from './signed-note.js';

/** One record with what proves that it is in a sealed month, and nothing of the other records but hashes. */
export interface RecordProof {
  /** The exact line. */
  record: string;
  /** From 1. */
  line: number;
  /** Base64, the lowest first: RFC 6962, section 2.1.1. */
  hashes: string[];
  /** The signed note that seals the month. */
  seal: string;
}

/** Makes the proof of one line; reads the month twice, in flat memory. Undefined where the month has no such line or no seal. */
export async function proveRecord(
  open: () => Promise<AsyncIterable<Uint8Array>>,
  line: number,
): Promise<RecordProof | undefined> {
  let last = '';
  for await (const lines of linesOf(await open())) last = lines.at(-1)!.toString();
  const note = readSealLine(last)?.note;
  const count = note === undefined ? undefined : readSeal(note)?.seal.count;
  if (note === undefined || count === undefined || !Number.isInteger(line) || line < 1 || line > count)
    return undefined;
  const proof = new InclusionProof(line - 1, count);
  let [record, at] = ['', 0];
  for await (const lines of linesOf(await open())) {
    for (const bytes of lines.slice(0, count - at)) {
      at += 1;
      if (at === line) record = bytes.toString();
      proof.add(leafHash(bytes));
    }
  }
  return { record, line, hashes: proof.hashes().map(toBase64), seal: note };
}

/** What is wrong with a proof; undefined where it proves its record. */
export function proofMistake(
  { record, line, hashes, seal: sealNote }: RecordProof,
  publicKeys: readonly KeyObject[],
): string | undefined {
  const opened = readSeal(sealNote);
  if (!opened) return sealMistakes.unreadable;
  if (!isSignedBy(opened.note, publicKeys)) return sealMistakes.unsigned;
  const { count, root } = opened.seal;
  const path = hashes.map((hash) => Buffer.from(hash, 'base64').toString('latin1'));
  const reached = rootFrom(leafHashOf(record), line - 1, count, path);
  return reached === root ? undefined : 'The record is not in the sealed month.';
}
