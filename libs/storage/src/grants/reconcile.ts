import { grantOfWrite, grantPattern, type Grant } from '../store/signing/grant.js';
import { isRead, loggedRequest, malformed } from './access-log.js';
import { GrantTable } from './grant-table.js';

export interface Reconciliation {
  /** Lines read. */
  lines: { logs: number; grants: number };
  /** Lines that are in no known format: what they tell is in no number here. */
  unreadable: { logs: number; grants: number };
  /** Grants in the journal or the events. */
  issued: number;
  /** Of these, used by a request that was served. */
  used: number;
  /** Of these, used more than once. */
  usedAgain: number;
  /** Direct uploads that were sent and of which the journal has records without a grant. */
  uploads: number;
  unused: Listed;
  /** Requests that were served in the name of a grant that nobody recorded. Each was signed with credentials of ours all the same. */
  unknown: Listed;
  /** Reads that were served without a grant, by whoever signed them, and how. */
  readsWithoutGrant: { count: number; by: { requester: string; signed: 'url' | 'header' | 'not'; count: number }[] };
  /** Reads in the headers' name of a role that was said to be the application's: they went through it. */
  readsByApplication: number;
  /** Requests in the name of a grant, known or not, that were refused: an expired URL, a changed one. */
  refused: number;
}

interface Listed {
  count: number;
  /** The first of them. */
  grants: Grant[];
}

/** The grants of each kind, and the requesters, that are named; all are counted. */
export const mostNamed = 1_000;

interface Sources {
  logs: AsyncIterable<string>;
  /** JSON lines of events or of the journal: those with `grant` or `grantId`, with `upload`, and others. */
  grants: AsyncIterable<string>;
  /** Whether a requester is a role that the application itself runs on or assumes. */
  isApplication(requester: string): boolean;
}

/** Compares what was granted with what S3 says was done. Logs may be of any length: what is kept is some bytes a grant. */
export async function reconcile({ logs, grants, isApplication }: Sources): Promise<Reconciliation> {
  const table = new GrantTable();
  const uploads = new GrantTable();
  const report: Reconciliation = {
    lines: { logs: 0, grants: 0 },
    unreadable: { logs: 0, grants: 0 },
    issued: 0,
    used: 0,
    usedAgain: 0,
    uploads: 0,
    unused: { count: 0, grants: [] },
    unknown: { count: 0, grants: [] },
    readsWithoutGrant: { count: 0, by: [] },
    readsByApplication: 0,
    refused: 0,
  };
  for await (const line of grants) {
    report.lines.grants += 1;
    const recorded = recordedIn(line);
    if (!recorded) report.unreadable.grants += 1;
    else if (recorded.grant !== undefined) table.add(recorded.grant);
    else if (recorded.upload !== undefined) uploads.add(recorded.upload);
  }
  for await (const line of logs) {
    report.lines.logs += 1;
    const request = loggedRequest(line);
    if (!request) report.unreadable.logs += 1;
    else if (!request.isServed) report.refused += request.grant === undefined ? 0 : 1;
    else if (request.grant !== undefined) countUse(request.grant, [table, uploads], report);
    else if (isRead(request.operation)) countRead(request, isApplication(request.requester), report);
  }
  report.issued = table.size;
  for (const [, uses] of uploads.entries()) report.uploads += uses > 0 ? 1 : 0;
  for (const [grant, uses] of table.entries()) {
    if (uses > 0) report.used += 1;
    if (uses > 1) report.usedAgain += 1;
    if (uses === 0) name(report.unused, grant);
  }
  return report;
}

/** Nothing in it for a record of something else; undefined for what is none. */
function recordedIn(line: string): { grant?: Grant; upload?: Grant } | undefined {
  try {
    const record = JSON.parse(line) as Record<string, unknown>;
    const { grant = record['grantId'], upload } = record;
    if (typeof upload === 'string' && /^[0-9a-f]{32}$/.test(upload) && grant === undefined) {
      return { upload: grantOfWrite(upload) };
    }
    if (grant === undefined) return {};
    return typeof grant === 'string' && grantPattern.test(grant) ? { grant } : undefined;
  } catch {
    return undefined;
  }
}

function countUse(grant: Grant, tables: readonly GrantTable[], { unknown }: Reconciliation): void {
  if (grant === malformed || !tables.some((table) => table.count(grant))) name(unknown, grant);
}

function countRead(
  { requester, isByUrl }: { requester: string; isByUrl: boolean },
  isApplication: boolean,
  report: Reconciliation,
): void {
  if (isApplication && !isByUrl) {
    report.readsByApplication += 1;
    return;
  }
  const { by } = report.readsWithoutGrant;
  report.readsWithoutGrant.count += 1;
  const signed = isByUrl ? 'url' : requester === '-' ? 'not' : 'header';
  const known = by.find((each) => each.requester === requester && each.signed === signed);
  if (known) known.count += 1;
  else if (by.length < mostNamed) by.push({ requester, signed, count: 1 });
}

function name(listed: Listed, grant: Grant): void {
  listed.count += 1;
  if (listed.grants.length < mostNamed) listed.grants.push(grant);
}
