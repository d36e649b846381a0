import { existsSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { StorageError } from '../../../storage.error.js';
import type { ExportedFile } from '../exported-files.js';
import { hashed } from '../../hashed.js';
import {
  entryOf,
  manifestName,
  summaryName,
  summaryOf,
  summaryText,
  sumsName,
  type ExportBegun,
  type ExportSummary,
  type ManifestEntry,
} from '../manifest.js';
import { ZipWriter } from '../zip/zip-writer.js';
import type { ExportTarget } from './export-target.js';
import { ManifestFile } from './manifest-file.js';

/**
 * A ZIP archive. It has its name when it is whole; an interrupted one begins anew, for an archive cannot be gone on with. The
 * manifest lies behind the files, so that whatever was cut off shows.
 */
export class ZipTarget implements ExportTarget {
  readonly #part: string;
  readonly #sums: string;
  readonly #manifest: ManifestFile;
  #zip: ZipWriter | undefined;

  constructor(private readonly path: string) {
    this.#part = `${path}.part`;
    this.#sums = `${this.#part}.sums`;
    this.#manifest = new ManifestFile(`${this.#part}.manifest`);
  }

  async begin(begun: ExportBegun): Promise<ExportBegun> {
    if (existsSync(this.path)) throw new StorageError('conflict', 'The ZIP file is there: it is never written over.');
    this.#zip = await ZipWriter.create(this.#part).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      const why = 'another export writes it, or one ended without a word. If none runs, remove it';
      throw new StorageError('conflict', `There is a file ${this.#part}: ${why}.`, { cause: error });
    });
    await writeFile(this.#manifest.path, '', { mode: 0o600 });
    return begun;
  }

  async *kept(): AsyncGenerator<ManifestEntry> {}

  async add({ path, key, open }: ExportedFile): Promise<ManifestEntry | undefined> {
    const found = await open();
    if (!found) return undefined;
    const { bytes, ...info } = found;
    const passed = hashed(bytes);
    await this.#add(path, info.size, passed.bytes, info.lastModified);
    const entry = entryOf({ path, key, sha256: passed.sha256 }, info);
    await this.#manifest.append(entry);
    return entry;
  }

  async finish(begun: ExportBegun, total: { files: number; bytes: number }): Promise<ExportSummary> {
    const now = new Date();
    const { size } = await stat(this.#manifest.path);
    await this.#add(manifestName, size, this.#manifest.bytes(), now);
    await this.#add(sumsName, await this.#manifest.writeSums(this.#sums), new ManifestFile(this.#sums).bytes(), now);
    const summary = summaryOf(begun, { ...total, manifestSha256: await this.#manifest.sha256() });
    const text = Buffer.from(summaryText(summary));
    await this.#add(summaryName, text.length, Readable.from([text]), now);
    await this.#zip?.finish();
    await rename(this.#part, this.path);
    return summary;
  }

  async close(): Promise<void> {
    // What another export writes is left alone.
    if (!this.#zip) return;
    await this.#zip.close();
    for (const path of [this.#part, this.#sums, this.#manifest.path]) await rm(path, { force: true });
  }

  async #add(name: string, size: number, bytes: AsyncIterable<Uint8Array>, at: Date | undefined): Promise<void> {
    await this.#zip?.add({ name, size, ...(at && { at }) }, bytes);
  }
}
