import { createHash } from 'node:crypto';
import { areasOfFiles } from '../../keys/areas.js';

const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i;
/** Of one name: what is left of 255 is for its mark and for whoever copies it. */
const mostBytes = 200;
/** Of a whole path, in the units that Windows counts: with the folder that it is unpacked into, 260 is the most there. */
const mostLength = 200;

/**
 * Names that every system can have, Windows too: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 * What is not safe, differs from an earlier name by case alone, or would lie in what is a file there, gets a part of its
 * key's hash. What is too long with all its folders lies in a folder for such.
 */
export class ExportPaths {
  /** By their hashes: names of a hundred thousand files take some megabytes. */
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  of(folder: string, key: string, below: string): string {
    const segments = below.split('/');
    const safe = segments.map(safeSegment);
    const path = [folder, ...safe].join('/');
    const isExact = safe.every((segment, i) => segment === segments[i]);
    const marked = isExact && !this.#isTaken(path) ? path : withHash(path, key);
    const isFree = marked.length <= mostLength && !this.#isTaken(marked);
    const chosen = isFree ? marked : withHash(`${folder}/long/${shortened(safe.at(-1) ?? '', mostBytes / 2)}`, key);
    this.take(chosen);
    return chosen;
  }

  take(path: string): void {
    this.#files.add(idOf(path));
    for (const folder of foldersOver(path)) this.#folders.add(idOf(folder));
  }

  /** As a file or a folder, or a file is in its way. */
  #isTaken(path: string): boolean {
    const id = idOf(path);
    return (
      this.#files.has(id) || this.#folders.has(id) || foldersOver(path).some((each) => this.#files.has(idOf(each)))
    );
  }
}

/** Whether a path is one that an export can have: it leads nowhere else, whatever system it is read on. */
export function isExportPath(path: string): boolean {
  const [root, ...segments] = path.split('/');
  const isKnown = root === 'files' || areasOfFiles.some((area) => area.root === `${root}/`);
  const isSafe = (text: string) => clean(text) === text && Buffer.byteLength(text) <= 255;
  return isKnown && path.isWellFormed() && path.length <= 1_024 && segments.length > 0 && segments.every(isSafe);
}

const foldersOver = (path: string): string[] => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/** So short that it is a text of its own, and holds no longer one. Two that meet cost a mark in a name. */
const idOf = (path: string): string =>
  createHash('sha256').update(path.normalize('NFC').toLowerCase()).digest('base64').slice(0, 12);

function safeSegment(segment: string): string {
  const named = clean(segment);
  return Buffer.byteLength(named) <= mostBytes ? named : shortened(named, mostBytes - 20);
}

function clean(segment: string): string {
  // oxlint-disable-next-line no-control-regex
  const allowed = segment.replace(/[<>:"\\|?*\u0000-\u001f\u007f]/g, '-').replace(/[. ]+$/, '-');
  return allowed === '' || reserved.test(allowed) ? `_${allowed}` : allowed;
}

function shortened(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  const extension = /\.[a-z0-9]{1,10}$/i.exec(name)?.[0] ?? '';
  let kept = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    if (Buffer.byteLength(kept + character + extension) > bytes) break;
    kept += character;
  }
  return kept + extension;
}

function withHash(path: string, key: string): string {
  const mark = `~${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  const end = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return dot > end ? path.slice(0, dot) + mark + path.slice(dot) : path + mark;
}
