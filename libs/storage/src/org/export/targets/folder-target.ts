import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '../../../storage.error.js';
import type { ExportedFile } from '../exported-files.js';
import { hashed } from '../../hashed.js';
import {
  entryOf,
  manifestName,
  parsed,
  summaryName,
  summaryOf,
  summaryText,
  sumsName,
  type ExportBegun,
  type ExportSummary,
  type ManifestEntry,
} from '../manifest.js';
import type { ExportTarget } from './export-target.js';
import { ManifestFile } from './manifest-file.js';

/** Files of an organisation are for who exports them, not for everybody on the machine. */
const [forOwner, folderForOwner] = [{ mode: 0o600 }, { mode: 0o700, recursive: true }];

/** A folder, made if there is none. Its manifest grows with each file, so an interrupted export goes on behind its last line. */
export class FolderTarget implements ExportTarget {
  readonly #manifest: ManifestFile;
  readonly #summary: string;
  /** What comes, until it is whole. One name for all: what a process that died left there is written over, and goes at the end. */
  readonly #part: string;
  #isOurs = false;

  constructor(private readonly folder: string) {
    this.#manifest = new ManifestFile(join(folder, manifestName));
    this.#summary = join(folder, summaryName);
    this.#part = join(folder, '.part');
  }

  async begin(begun: ExportBegun): Promise<ExportBegun> {
    await mkdir(this.folder, folderForOwner);
    if (!existsSync(this.#summary)) {
      if ((await readdir(this.folder)).length > 0) throw otherExport('folder');
      await writeFile(this.#summary, JSON.stringify(begun), { ...forOwner, flag: 'wx' });
    }
    const standing = sameExport(await readFile(this.#summary, 'utf8'), begun, 'folder');
    this.#isOurs = true;
    // It may have died between the two.
    await writeFile(this.#manifest.path, '', { ...forOwner, flag: 'a' });
    return standing;
  }

  kept(): AsyncIterable<ManifestEntry> {
    return this.#manifest.mended();
  }

  async add({ path, key, open }: ExportedFile): Promise<ManifestEntry | undefined> {
    const found = await open();
    if (!found) return undefined;
    const { bytes, ...info } = found;
    const passed = hashed(bytes);
    const to = join(this.folder, path);
    await mkdir(dirname(to), folderForOwner);
    await pipeline(passed.bytes, createWriteStream(this.#part, forOwner));
    await rename(this.#part, to);
    const entry = entryOf({ path, key, sha256: passed.sha256 }, { ...info, size: passed.size });
    await this.#manifest.append(entry);
    return entry;
  }

  async finish(begun: ExportBegun, total: { files: number; bytes: number }): Promise<ExportSummary> {
    await this.#manifest.writeSums(join(this.folder, sumsName));
    const summary = summaryOf(begun, { ...total, manifestSha256: await this.#manifest.sha256() });
    await writeFile(this.#part, summaryText(summary), forOwner);
    await rename(this.#part, this.#summary);
    return summary;
  }

  async close(): Promise<void> {
    if (this.#isOurs) await rm(this.#part, { force: true });
  }
}

/** What stands there already is the beginning of this export. @throws {StorageError} `conflict` */
export function sameExport(text: string, begun: ExportBegun, what: string): ExportBegun {
  const standing = parsed(text) as Partial<ExportSummary> | undefined;
  const isOurs = standing?.organisation === begun.organisation && standing.bucket === begun.bucket;
  if (!isOurs || standing.finishedAt !== undefined) throw otherExport(what);
  return { ...begun, ...(standing.startedAt !== undefined && { startedAt: standing.startedAt }) };
}

export const otherExport = (what: string) =>
  new StorageError(
    'conflict',
    `The ${what} has another export, a finished one, or something else: give a new or empty one.`,
  );
