import { decoded } from '../../store/file-metadata.js';
import type { ObjectInfo } from '../../store/object-info.js';

/** Who looked for malware, with what knowledge, and when: kept with the file and told in events. */
export interface ScannedBy {
  /** The engine with its version, such as `clamav/1.4.3`. */
  engine: string;
  /** The version of its database of signatures, where it has one. */
  database?: string;
  at: Date;
}

/** The name in what a gate keeps with a file. */
export const scanName = 'scan';

/** As kept with a file that was found clean: `clamav/1.4.3 27800 2026-11-27T09:00:00.000Z`, `-` for no database. */
export const scanText = ({ engine, database, at }: ScannedBy): string =>
  [engine, database ?? '-', at.toISOString()].map((part) => part.replaceAll(/\s/g, '_')).join(' ');

/** Undefined for a file that no scanner has seen, or whose note is not ours. */
export function scannedByOf({ metadata }: Pick<ObjectInfo, 'metadata'>): ScannedBy | undefined {
  const text = decoded(metadata?.[`gate-${scanName}`]) ?? '';
  const [, engine, database, at] = /^(\S+) (\S+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(text) ?? [];
  if (engine === undefined || at === undefined) return undefined;
  return { engine, ...(database !== '-' && { database }), at: new Date(at) };
}
