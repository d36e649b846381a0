import type { Hash } from './merkle.js';
import { monthsBetween, oneLine, readAnySeal, sealHash } from './seal.js';
import { verifyMonth, type AuditFinding, type Expected } from './verify-month.js';

export interface Range extends Omit<Expected, 'month'> {
  /** The first and the last month, `2026-01`. */
  from: string;
  to: string;
  /** A seal's line that was kept elsewhere: what came up to it must still be there. */
  head?: string;
}

export interface ChainReport {
  findings: AuditFinding[];
  /** The months that were read, with the number of their records where their seal could be read. */
  months: { month: string; records?: number }[];
  /** The last seal as one line, where it can be read. */
  head?: string;
}

/** Gives a month's bytes; undefined where there is none. */
export type OpenMonth = (month: string) => Promise<AsyncIterable<Uint8Array> | undefined>;

/**
 * Verifies every month of a range and that each names the one before. Throws only what `open` and its bytes throw: then
 * something could not be checked, which is neither intact nor altered.
 */
export async function verifyChain(open: OpenMonth, range: Range): Promise<ChainReport> {
  const report: ChainReport = { findings: [], months: [] };
  const head = range.head === undefined ? undefined : headOf(range.head);
  let before: Hash | undefined;
  let isHeadSeen = head === undefined;
  for (const month of monthsBetween(range.from, range.to)) {
    const bytes = await open(month);
    if (!bytes) {
      report.findings.push({ month, message: 'The month is missing.' });
      before = undefined;
      continue;
    }
    const { seal, text, note, findings } = await verifyMonth(bytes, { ...range, month });
    report.findings.push(...findings);
    report.months.push({ month, ...(seal && { records: seal.count }) });
    if (seal && month !== range.from) {
      if (!seal.prev) report.findings.push({ month, message: 'The seal says that no month came before it.' });
      else if (before && seal.prev !== before) {
        report.findings.push({ month, message: 'The seal names another month before it than the one that is there.' });
      }
    }
    before = text === undefined ? undefined : sealHash(text);
    if (note !== undefined) report.head = oneLine(note);
    if (head && text === head.text) isHeadSeen = true;
  }
  if (!isHeadSeen && head) {
    report.findings.push({ month: head.month, message: 'The month of the given head is not there as it was sealed.' });
  }
  return report;
}

function headOf(line: string): { month: string; text: string } {
  const opened = readAnySeal(line);
  if (!opened) throw new TypeError('--head is not the line of a seal.');
  return { month: opened.seal.month, text: opened.note.text };
}
