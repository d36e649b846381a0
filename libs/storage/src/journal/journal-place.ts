import { createHmac } from 'node:crypto';
import type { Place } from '../keys/place.js';
import type { JournalRecord } from './journal-record.js';

/** A place without the name of its file, and what stands for that name: the same name in another place is another one. */
export function placeIn(
  org: string,
  kind: string,
  { fileName, ...place }: Place,
  secret: string | undefined,
): Pick<JournalRecord, 'place' | 'file'> {
  if (fileName === undefined || secret === undefined) return { place };
  const named = JSON.stringify([org, kind, place, fileName]);
  return { place, file: createHmac('sha256', secret).update(named).digest('base64url') };
}
