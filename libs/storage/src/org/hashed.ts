import { createHash } from 'node:crypto';

/** Hashes bytes on their way; `sha256` is for when they have passed. */
export function hashed(bytes: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let size = 0;
  let result: string | undefined;
  return {
    bytes: pass(),
    get size() {
      return size;
    },
    /** Hexadecimal. */
    get sha256() {
      return (result ??= hash.digest('hex'));
    },
  };

  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
}

export async function sha256Of(bytes: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<string> {
  const passed = hashed(bytes);
  for await (const _chunk of passed.bytes) signal?.throwIfAborted();
  return passed.sha256;
}
