import type { Inspection } from '../../direct/inspection.js';

/**
 * The same bytes, shown to whoever inspects them before they go on, with the verdict awaited before their end: a store that
 * is written from this sees no end of a file that was not found good.
 */
export async function* inspectedBytes(
  bytes: AsyncIterable<Uint8Array>,
  look: Inspection,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isDone = false;
  try {
    for await (const chunk of bytes) {
      const taken = look.write(chunk);
      // A turn of the queue for each chunk of each file, where there is nothing to wait for.
      if (taken) await taken;
      yield chunk;
    }
    await look.verdict();
    isDone = true;
  } finally {
    if (!isDone) look.abort();
  }
}
