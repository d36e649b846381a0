import { areas, areasOfFiles, folderIn, type AreaName } from '../keys/areas.js';
import { belongsToOrg, prefixBelongsToOrg, type KeyPrefix, type ObjectKey } from '../keys/object-key.js';
import { parseOrgId, type OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';

export interface Folder {
  area: AreaName;
  /** A key in place of a folder is that one object. */
  prefix: KeyPrefix | ObjectKey;
}

/** A whole one. */
export interface AreaFolder extends Folder {
  prefix: KeyPrefix;
}

/** The folders of an organisation, one in each area of the bucket. */
export function foldersOf(org: OrgId): AreaFolder[] {
  const proven = parseOrgId(org);
  return (Object.keys(areas) as AreaName[]).map((area) => ({
    area,
    prefix: folderIn(areas[area], proven) as KeyPrefix,
  }));
}

/** Those of them in which files lie that stay. */
export const fileFoldersOf = (org: OrgId): AreaFolder[] =>
  foldersOf(org).filter(({ area }) => areasOfFiles.includes(areas[area]));

/** A folder below any of them, with its slash at the end, or one object. @throws {StorageError} `invalid_key` */
export function folderOf(org: OrgId, prefix: string): Folder {
  const folder = foldersOf(org).find((each) => prefix.startsWith(each.prefix));
  const isTheirs = prefixBelongsToOrg(prefix, org) || belongsToOrg(prefix, org);
  if (folder && isTheirs) return { area: folder.area, prefix: prefix as KeyPrefix | ObjectKey };
  throw new StorageError(
    'invalid_key',
    'This is neither a folder of the organisation, with a slash at its end, nor a file of it.',
  );
}
