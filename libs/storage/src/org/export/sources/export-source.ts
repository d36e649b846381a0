/** Where an export lies that is read: a folder, a ZIP archive or a place in a bucket. */
export interface ExportSource {
  /** Of everything in it. */
  names(): AsyncIterable<string> | Iterable<string>;
  /** `path` must be one that an export can have. */
  open(path: string): Promise<{ size: number; bytes: AsyncIterable<Uint8Array> } | undefined>;
  close(): Promise<void>;
}

const mostText = 1024 * 1024;

/** A short text of an export; undefined where there is none, or a longer one. */
export async function textIn(source: ExportSource, path: string): Promise<string | undefined> {
  const found = await source.open(path);
  if (!found) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of found.bytes) {
    if (found.size > mostText) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export async function* bytesIn(source: ExportSource, path: string): AsyncGenerator<Uint8Array> {
  const found = await source.open(path);
  if (found) yield* found.bytes;
}
