import { StorageError, type StorageErrorCode } from '../storage.error.js';
import { allAreas, areas, folderIn, type AreaName } from './areas.js';
import { isCanonicalOrgId, requireOrg, type OrgId } from './org-id.js';
import { isCleanPath, isCleanUnicode, isPlainSegment, maxKeyBytes, maxPlainLength } from './segment.js';

declare const brand: unique symbol;

/** A full S3 key that belongs to one organisation. */
export type ObjectKey = string & { readonly [brand]: 'ObjectKey' };

/** What to list: a folder of one organisation, with its slash at the end, so that `1/` never takes in `11/`. */
export type KeyPrefix = string & { readonly [brand]: 'KeyPrefix' };

/**
 * The key of one object of an organisation: `{org}/{path}`. The path starts with an area of the layout, or with
 * `custom/{name}/` for a consumer's own kind of file. It is normalised to NFC and otherwise refused, never repaired.
 *
 * @throws {StorageError} `invalid_org`, `invalid_key`
 */
export function orgScopedKey(org: OrgId, path: string): ObjectKey {
  return mint(org, 'own', path) ?? refuse('invalid_key', 'This is not a path that a file can have.');
}

/**
 * Whether a key is one that this module could have made for this organisation. The whole key is checked again, not only
 * how it starts. False, never an error, for anything else.
 */
export function belongsToOrg(key: string, org: OrgId): key is ObjectKey {
  return stands(key, org, 'key');
}

/**
 * The same for what a list of one folder shows. Most of it is the folder and a plain name, which takes one look where the
 * folder can hold such names at all.
 */
export function belongsToFolder(org: OrgId, folder: KeyPrefix): (key: string) => key is ObjectKey {
  // The longest one there is, in bytes too.
  const holdsPlainNames = prefixBelongsToOrg(folder, org) && belongsToOrg(folder + 'é'.repeat(maxPlainLength), org);
  return (key): key is ObjectKey =>
    (holdsPlainNames && key.startsWith(folder) && isPlainSegment(key.slice(folder.length))) || belongsToOrg(key, org);
}

/** The same for a prefix to list: a folder in an organisation, or the whole of it (`1/`). */
export function prefixBelongsToOrg(prefix: string, org: OrgId): boolean {
  return stands(prefix, org, 'folder');
}

/**
 * A template for the key of one kind of object: `` inOrg(org)`uploads/forms/${formId}/${fileName}` ``. Every hole must be
 * one clean segment, so that no id and no name can change the shape of the key. A hole that is the whole last segment of
 * an organisation's own key is a file name.
 *
 * @throws {StorageError} `invalid_org`, `invalid_place`, `invalid_file_name`
 */
export function inOrg(org: OrgId, area: AreaName = 'own') {
  return (text: TemplateStringsArray, ...holes: string[]): ObjectKey => {
    const nameAt = area === 'own' && text.at(-1) === '' && text.at(-2)?.endsWith('/') ? holes.length - 1 : -1;
    return mint(org, area, fill(text, holes, nameAt)) ?? refuseHole(false);
  };
}

/**
 * A template for a folder to list: `` prefixInOrg(org)`uploads/forms/${formId}/` ``, with its slash at the end.
 *
 * @throws {StorageError} `invalid_org`, `invalid_place`
 */
export function prefixInOrg(org: OrgId, area: AreaName = 'own') {
  return (text: TemplateStringsArray, ...holes: string[]): KeyPrefix => {
    requireOrg(org);
    const prefix = folderIn(areas[area], org) + fill(text, holes, -1);
    return prefixBelongsToOrg(prefix, org) ? (prefix as KeyPrefix) : refuseHole(false);
  };
}

/**
 * Everything that an organisation has in the bucket: its folder in each area.
 *
 * @throws {StorageError} `invalid_org`
 */
export function areaPrefixes(org: OrgId): KeyPrefix[] {
  requireOrg(org);
  return allAreas.map((area) => folderIn(area, org) as KeyPrefix);
}

function mint(org: OrgId, area: AreaName, path: string): ObjectKey | undefined {
  requireOrg(org);
  if (typeof path !== 'string') return undefined;
  const folder = folderIn(areas[area], org);
  const key = folder + path;
  if (belongsToOrg(key, org)) return key;
  const normalised = folder + path.normalize('NFC');
  return belongsToOrg(normalised, org) ? normalised : undefined;
}

function stands(text: string, org: OrgId, as: 'key' | 'folder'): boolean {
  if (typeof text !== 'string' || !isCanonicalOrgId(org) || Buffer.byteLength(text) > maxKeyBytes) return false;
  for (const area of allAreas) {
    const folder = folderIn(area, org);
    if (!text.startsWith(folder)) continue;
    const path = text.slice(folder.length);
    if (as === 'folder' && path === '') return true;
    return area[as].test(path) && isCleanPath(as === 'folder' ? path.slice(0, -1) : path);
  }
  return false;
}

function fill(text: TemplateStringsArray, holes: string[], nameAt: number): string {
  let path = text[0] ?? '';
  holes.forEach((hole, i) => {
    path += (segmentOf(hole) ?? refuseHole(i === nameAt)) + text[i + 1];
  });
  return path;
}

function segmentOf(hole: unknown): string | undefined {
  if (typeof hole !== 'string') return undefined;
  if (isPlainSegment(hole)) return hole;
  const segment = hole.normalize('NFC');
  return isCleanUnicode(segment) ? segment : undefined;
}

function refuseHole(isFileName: boolean): never {
  if (isFileName) return refuse('invalid_file_name', 'This file name cannot be used.');
  return refuse(
    'invalid_place',
    'An id must be plain text that can stand between two slashes: not empty, without slashes, wildcards and control characters.',
  );
}

function refuse(code: StorageErrorCode, message: string): never {
  throw new StorageError(code, message);
}
