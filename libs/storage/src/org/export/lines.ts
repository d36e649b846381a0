import { StringDecoder } from 'node:string_decoder';
import { StorageError } from '../../storage.error.js';

/** A line of a manifest is not longer: a key, a name and metadata have their bounds. */
const longest = 64 * 1024;

/** The lines of a text, without their ends, in memory of a few. @throws {StorageError} `invalid_request` for one that is too long */
export async function* linesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > longest) throw new StorageError('invalid_request', 'A line of the manifest is too long.');
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
