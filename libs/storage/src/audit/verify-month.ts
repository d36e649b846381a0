import type { KeyObject } from 'node:crypto';
import { BrokenLines, linesOf } from './lines.js';
import { firstDifference, hashOf, leafHash, MerkleTree } from './merkle.js';
import { readSeal, readSealLine, sealMistakes, type Seal } from './seal.js';
import { isSignedBy } from './signed-note.js';

/** What is wrong, and where. */
export interface AuditFinding {
  /** `2026-10`. */
  month: string;
  /** From 1; absent where it is not about one line. */
  line?: number;
  message: string;
}

export interface VerifiedMonth {
  /** Absent where the month has none that can be read. */
  seal?: Seal;
  /** What is signed: what the next month and an anchored head are compared with. */
  text?: string;
  /** The same with its signatures. */
  note?: string;
  findings: AuditFinding[];
}

export interface Expected {
  org: string;
  month: string;
  publicKeys: readonly KeyObject[];
}

/**
 * Reads one month once and compares its lines with its seal, in flat memory. Trusts the public keys and nothing else.
 * Throws only what `source` throws: then nothing could be checked.
 */
export async function verifyMonth(source: AsyncIterable<Uint8Array>, expected: Expected): Promise<VerifiedMonth> {
  const { month } = expected;
  const tree = new MerkleTree();
  let last: Buffer | undefined;
  let broken: string | undefined;
  try {
    for await (const lines of linesOf(source)) {
      for (const line of lines) {
        if (last) tree.add(leafHash(last));
        last = line;
      }
    }
  } catch (error) {
    if (!(error instanceof BrokenLines)) throw error;
    broken = error.message;
  }
  const lines = tree.size + (last ? 1 : 0);
  if (broken !== undefined) return { findings: [{ month, line: lines + 1, message: `${broken} It breaks off here.` }] };
  const stated = last && readSealLine(last.toString());
  if (!stated) return { findings: [{ month, line: lines, message: 'The last line is no seal: the end is missing.' }] };
  const opened = readSeal(stated.note);
  if (!opened) return { findings: [{ month, line: lines, message: sealMistakes.unreadable }] };
  const { seal, note } = opened;
  return { seal, text: note.text, note: stated.note, findings: [...findingsIn()] };

  function* findingsIn(): Generator<AuditFinding> {
    if (!isSignedBy(note, expected.publicKeys)) {
      yield { month, line: lines, message: sealMistakes.unsigned };
    }
    if (seal.org !== expected.org || seal.month !== month) {
      yield { month, line: lines, message: `The seal is that of organisation ${seal.org}, month ${seal.month}.` };
    }
    if (hashOf(stated!.marks) !== seal.marks) {
      yield { month, line: lines, message: 'The marks beside the seal were altered.' };
      if (tree.size === seal.count && tree.root() === seal.root) return;
    }
    if (tree.size !== seal.count || tree.root() !== seal.root) yield alteration(seal, stated!.marks);
  }

  function alteration(seal: Seal, stated: Buffer): AuditFinding {
    const missing = seal.count - tree.size;
    const what =
      missing > 0 ? `${missing} missing` : missing < 0 ? `${-missing} too many` : 'as many as there should be, altered';
    const summary = `${seal.count} lines were sealed, ${tree.size} are here (${what}).`;
    const at = tree.step === seal.step ? firstDifference(tree.marks(), stated) : undefined;
    if (at === undefined) return { month, message: `Some line was altered. ${summary}` };
    const line = at * seal.step + 1;
    const upTo = seal.step > 1 ? ` or one of the ${seal.step - 1} behind it` : '';
    return { month, line, message: `The first line that is not as sealed is this one${upTo}. ${summary}` };
  }
}
