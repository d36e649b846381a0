import type { KeyObject } from 'node:crypto';
import { BrokenLines, linesOf } from '../audit/lines.js';
import type { Hash } from '../audit/merkle.js';
import { monthAfter, oneLine, readAnySeal, sealHash } from '../audit/seal.js';
import { isSignedBy, writeNote } from '../audit/signed-note.js';
import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectStore } from '../store/object-store.js';
import { StorageError } from '../storage.error.js';
import { objectsIn } from '../store/objects-in.js';

/** The last archived month of an organisation, as the bucket shows it. */
export interface LastMonth {
  /** `2026-10`. */
  month: string;
  /** Of its seal; absent where it was archived without one. */
  hash?: Hash;
  /** Its seal as one line. */
  seal?: string;
}

/** Every archived month of an organisation, the first one first. */
export async function archivedMonths(store: ObjectStore, org: OrgId): Promise<string[]> {
  const folder = layout.auditArchive(org);
  const months: string[] = [];
  for await (const { key } of objectsIn(store, org, folder)) {
    const [, year, month] = /^(\d{4})\/(\d{2})\.jsonl\.gz$/.exec(key.slice(folder.length)) ?? [];
    if (year !== undefined) months.push(`${year}-${month}`);
  }
  return months;
}

/** @throws {StorageError} `conflict` where it has a seal that none of these keys signed for it */
export async function lastMonth(
  store: ObjectStore,
  org: OrgId,
  months: readonly string[],
  keys: readonly KeyObject[],
): Promise<LastMonth | undefined> {
  const month = months.at(-1);
  if (month === undefined) return undefined;
  const opened = await sealOf(store, org, month);
  if (!opened) return { month };
  const isTheirs = opened.seal.org === org && opened.seal.month === month && isSignedBy(opened.note, keys);
  if (isTheirs) return { month, hash: sealHash(opened.note.text), seal: oneLine(writeNote(opened.note)) };
  throw new StorageError(
    'conflict',
    `The seal of ${month} is not one of this application: its key must be among audit.signers or audit.formerKeys.`,
  );
}

/** In the metadata it is had by HEAD; a month that was put there by other means has it in its last line alone. */
export async function sealOf(store: ObjectStore, org: OrgId, name: string): Promise<ReturnType<typeof readAnySeal>> {
  const [year = '', month = ''] = name.split('-');
  const key = layout.auditMonth(org, { year, month });
  const seal = (await store.head(org, key)).metadata?.['seal'];
  if (seal !== undefined) return readAnySeal(seal);
  let last = '';
  try {
    for await (const lines of linesOf((await store.read(org, key)).body)) last = lines.at(-1)!.toString();
  } catch (error) {
    if (!(error instanceof BrokenLines)) throw error;
    throw new StorageError('conflict', `The month ${name} cannot be read, so none can follow it.`, { cause: error });
  }
  return readAnySeal(last);
}

/**
 * That a month is the next one, so that no chain ever forks and no month is ever left out.
 *
 * @throws {StorageError} `already_exists`, `conflict`
 */
export function requireNext(month: string, months: readonly string[], last: LastMonth | undefined): void {
  if (months.includes(month)) throw new StorageError('already_exists', `The month ${month} is archived already.`);
  if (!last) return;
  if (month < last.month) {
    throw new StorageError('conflict', `${last.month} is archived already: ${month} cannot be put in front of it.`);
  }
  if (last.hash === undefined || monthAfter(last.month) === month) return;
  throw new StorageError(
    'conflict',
    `The last archived month is ${last.month}: append ${monthAfter(last.month)} first, or seal the months without records by sealThrough.`,
  );
}
