import { text } from 'node:stream/consumers';
import type { KeyPrefix, ObjectKey } from '../../../keys/object-key.js';
import type { OrgId } from '../../../keys/org-id.js';
import { StorageError } from '../../../storage.error.js';
import { copyAcross, mostLooks } from '../../../store/copy-across.js';
import { inHex } from '../../../store/writing/part-checksum.js';
import { objectsIn } from '../../../store/objects-in.js';
import type { ExportPlace } from '../export-place.js';
import type { ExportedFile } from '../exported-files.js';
import { sha256At } from '../../sha256-at.js';
import { hashed } from '../../hashed.js';
import { linesIn } from '../lines.js';
import {
  entryOf,
  lineOf,
  manifestName,
  readEntry,
  summaryName,
  summaryOf,
  summaryText,
  sumOf,
  sumsName,
  type ExportBegun,
  type ExportSummary,
  type ManifestEntry,
} from '../manifest.js';
import type { ExportTarget } from './export-target.js';
import { otherExport, sameExport } from './folder-target.js';

interface Options {
  org: OrgId;
  /** The bucket that is exported, where the store of this one can copy from it. */
  copiesFrom?: string | undefined;
  /** Lines of the manifest that are kept together: so many files at most are copied again after a death. */
  linesAtOnce?: number;
  signal?: AbortSignal | undefined;
}

/**
 * A place in another bucket. While the export runs, pieces of its manifest lie beside the files, by which it goes on. Where
 * both buckets are of one store the bytes are copied there; where that is refused, they come through this process.
 */
export class BucketTarget implements ExportTarget {
  readonly #folder: KeyPrefix;
  readonly #org: OrgId;
  #copiesFrom: string | undefined;
  #lines: string[] = [];
  #pieces = 0;

  constructor(
    private readonly place: ExportPlace,
    private readonly options: Options,
  ) {
    this.#folder = `${place.prefix}.progress/` as KeyPrefix;
    this.#org = options.org;
    this.#copiesFrom = options.copiesFrom;
  }

  async begin(begun: ExportBegun): Promise<ExportBegun> {
    const { store, prefix, key } = this.place;
    const standing = await store.read(this.#org, key(summaryName)).catch((error: StorageError) => {
      if (error.code !== 'not_found') throw error;
    });
    if (standing) return sameExport(await text(standing.body), begun, 'place');
    const { objects } = await store.list(this.#org, prefix, { limit: 1 });
    if (objects.length > 0) throw otherExport('place');
    await this.#put(key(summaryName), [JSON.stringify(begun)], 'application/json', true);
    return begun;
  }

  async *kept(): AsyncGenerator<ManifestEntry> {
    for await (const line of linesIn(this.#manifest())) {
      yield readEntry(line);
    }
    for await (const _piece of objectsIn(this.place.store, this.#org, this.#folder)) this.#pieces++;
  }

  async add(file: ExportedFile): Promise<ManifestEntry | undefined> {
    const entry = (await this.#copied(file)) ?? (await this.#streamed(file));
    if (!entry) return undefined;
    this.#lines.push(lineOf(entry));
    if (this.#lines.length >= (this.options.linesAtOnce ?? 500)) await this.#keep();
    return entry;
  }

  async finish(begun: ExportBegun, total: { files: number; bytes: number }): Promise<ExportSummary> {
    await this.#keep();
    const { key, store } = this.place;
    const manifest = hashed(this.#manifest());
    await this.#put(key(manifestName), manifest.bytes, 'application/x-ndjson');
    await this.#put(key(sumsName), this.#sums(), 'text/plain');
    // The last one first: what is left, should this end here, is the beginning of the manifest.
    for (; this.#pieces > 0; this.#pieces--) await store.delete(this.#org, this.#piece());
    const summary = summaryOf(begun, { ...total, manifestSha256: manifest.sha256 });
    await this.#put(key(summaryName), [summaryText(summary)], 'application/json');
    return summary;
  }

  async close(): Promise<void> {
    // What cannot be kept now is copied again.
    await this.#keep().catch(() => {});
    this.place.close();
  }

  async #copied({ path, key, stat }: ExportedFile): Promise<ManifestEntry | undefined> {
    const { client, settings, store } = this.place;
    const { signal } = this.options;
    const to = this.place.key(path);
    for (let looks = 1; this.#copiesFrom !== undefined; looks += 1) {
      const info = await stat();
      if (!info) return undefined;
      const from = { bucket: this.#copiesFrom, key, info };
      try {
        const copied = await copyAcross(client, settings, this.#org, { from, to, signal });
        const sha256 = await sha256At(store, this.#org, to, copied, signal);
        if (info.sha256 !== undefined && inHex(info.sha256) !== sha256)
          throw new StorageError('conflict', `The store has not copied the bytes of ${path} that it has a hash of.`);
        return entryOf({ path, key, sha256 }, info);
      } catch (error) {
        const { code } = error as StorageError;
        if (code === 'store_refused' || code === 'not_supported') this.#copiesFrom = undefined;
        // Another file has taken its place, or none: it is looked at again.
        else if ((code !== 'precondition_failed' && code !== 'not_found') || looks === mostLooks) throw error;
      }
    }
    return undefined;
  }

  async #streamed({ path, key, open }: ExportedFile): Promise<ManifestEntry | undefined> {
    const found = this.#copiesFrom === undefined ? await open() : undefined;
    if (!found) return undefined;
    const { bytes, ...info } = found;
    const passed = hashed(bytes);
    const { contentType = defaultType, metadata = {}, size } = info;
    const attributes = { contentType, metadata, size, ...(this.options.signal && { signal: this.options.signal }) };
    await this.place.store.put(this.#org, this.place.key(path), passed.bytes, attributes);
    return entryOf({ path, key, sha256: passed.sha256 }, info);
  }

  async #keep(): Promise<void> {
    if (this.#lines.length === 0) return;
    this.#pieces++;
    await this.#put(this.#piece(), this.#lines, 'application/x-ndjson');
    this.#lines = [];
  }

  /** The last one that there is. */
  #piece(): ObjectKey {
    return this.place.key(`.progress/${String(this.#pieces).padStart(8, '0')}.jsonl`);
  }

  async *#manifest(): AsyncGenerator<Uint8Array> {
    const { store } = this.place;
    for await (const piece of objectsIn(store, this.#org, this.#folder)) {
      yield* (await store.readAtOnce(this.#org, piece.key as ObjectKey)).body as AsyncIterable<Uint8Array>;
    }
  }

  async *#sums(): AsyncGenerator<string> {
    for await (const line of linesIn(this.#manifest())) yield sumOf(readEntry(line));
  }

  async #put(
    key: ObjectKey,
    chunks: Iterable<string> | AsyncIterable<string | Uint8Array>,
    type: string,
    first = false,
  ) {
    await this.place.store.put(this.#org, key, inBytes(chunks), { contentType: type, metadata: {}, ifAbsent: first });
  }
}

/** What S3 says of an object whose type nobody gave. */
const defaultType = 'binary/octet-stream';

async function* inBytes(chunks: Iterable<string> | AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
