import { StorageError, type StorageErrorCode } from '../storage.error.js';
import { isCanonicalOrgId, parseOrgId, type OrgId } from './org-id.js';
import { isCleanPath, isCleanUnicode, isPlainSegment, maxKeyBytes, maxPlainLength } from './segment.js';

declare const brand: unique symbol;

/** A full S3 key that belongs to one organisation. */
export type ObjectKey = string & { readonly [brand]: 'ObjectKey' };

/** What to list: a folder of one organisation, with its slash at the end, so that `1/` never takes in `11/`. */
export type KeyPrefix = string & { readonly [brand]: 'KeyPrefix' };

/** The three places of the bucket where an organisation owns something, and what may stand there. */
const roots = {
  own: {
    folder: (org: string) => `${org}/`,
    key: /^(?:(?:uploads|signatures|documents|templates)\/.|custom\/[^/]+\/.)/u,
    prefix: /^(?:uploads|signatures|documents|templates|custom)\/(?:[^]*\/)?$/,
  },
  'audit-archive': {
    folder: (org: string) => `audit-archive/${org}/`,
    key: /^2[0-9]{3}\/(?:0[1-9]|1[0-2])\.jsonl\.gz$/,
    prefix: /^2[0-9]{3}\/$/,
  },
  incoming: { folder: (org: string) => `incoming/${org}/`, key: /^[^/]+$/, prefix: /^$/ },
};

type Root = keyof typeof roots;
const allRoots = Object.values(roots);

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
  return stands(prefix, org, 'prefix');
}

/**
 * A template for the key of one kind of object: `` inOrg(org)`uploads/forms/${formId}/${fileName}` ``. Every hole must be
 * one clean segment, so that no id and no name can change the shape of the key. A hole that is the whole last segment of
 * an organisation's own key is a file name.
 *
 * @throws {StorageError} `invalid_org`, `invalid_place`, `invalid_file_name`
 */
export function inOrg(org: OrgId, root: Root = 'own') {
  return (text: TemplateStringsArray, ...holes: string[]): ObjectKey => {
    const nameAt = root === 'own' && text.at(-1) === '' && text.at(-2)?.endsWith('/') ? holes.length - 1 : -1;
    return mint(org, root, fill(text, holes, nameAt)) ?? refuseHole(false);
  };
}

/**
 * A template for a folder to list: `` prefixInOrg(org)`uploads/forms/${formId}/` ``, with its slash at the end.
 *
 * @throws {StorageError} `invalid_org`, `invalid_place`
 */
export function prefixInOrg(org: OrgId) {
  return (text: TemplateStringsArray, ...holes: string[]): KeyPrefix => {
    const prefix = roots.own.folder(parseOrgId(org)) + fill(text, holes, -1);
    return prefixBelongsToOrg(prefix, org) ? (prefix as KeyPrefix) : refuseHole(false);
  };
}

function mint(org: OrgId, root: Root, path: string): ObjectKey | undefined {
  if (typeof path !== 'string') return undefined;
  const folder = roots[root].folder(parseOrgId(org));
  const key = folder + path;
  if (belongsToOrg(key, org)) return key;
  const normalised = folder + path.normalize('NFC');
  return belongsToOrg(normalised, org) ? normalised : undefined;
}

function stands(text: string, org: OrgId, as: 'key' | 'prefix'): boolean {
  if (typeof text !== 'string' || !isCanonicalOrgId(org) || Buffer.byteLength(text) > maxKeyBytes) return false;
  for (const root of allRoots) {
    const folder = root.folder(org);
    if (!text.startsWith(folder)) continue;
    const path = text.slice(folder.length);
    if (as === 'prefix' && path === '') return true;
    return root[as].test(path) && isCleanPath(as === 'prefix' ? path.slice(0, -1) : path);
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
  return refuse('invalid_place', 'The id of a place must be plain text without slashes.');
}

function refuse(code: StorageErrorCode, message: string): never {
  throw new StorageError(code, message);
}
