import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

/** The longest line that is read: more is no record. */
const mostLineBytes = 16 * 1024 * 1024;

/** Why lines end before their end: the gzip is broken, or a line is longer than any record. */
export class BrokenLines extends Error {}

/**
 * The lines of gzip JSON lines, without their newlines, as bytes: they are what was hashed, and decoding them could change
 * them. Many at once: to wait for each one alone takes longer than to hash it.
 *
 * @throws {BrokenLines} for bytes that are no such file; what the source itself throws comes out as it is
 */
export async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer[]> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  let sourceFailure: { error: unknown } | undefined;
  async function* guarded() {
    try {
      yield* source;
    } catch (error) {
      sourceFailure = { error };
      throw error;
    }
  }
  const read = pipeline(Readable.from(guarded()), gunzip);
  read.catch(() => {});
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      const lines: Buffer[] = [];
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
        const part = chunk.subarray(from, end);
        lines.push(rest.length === 0 ? part : Buffer.concat([...rest, part]));
        [rest, restBytes, from] = [[], 0, end + 1];
      }
      if (from < chunk.length) {
        rest.push(chunk.subarray(from));
        restBytes += chunk.length - from;
        if (restBytes > mostLineBytes) throw new BrokenLines('A line is longer than any record.');
      }
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    if (sourceFailure) throw sourceFailure.error;
    throw error instanceof BrokenLines ? error : new BrokenLines('It is no readable gzip.', { cause: error });
  } finally {
    gunzip.destroy();
  }
  if (rest.length > 0) throw new BrokenLines('The last line has no end.');
}
