import type { AcceptedType } from '../content/accepted-types.js';
import { sniffBytes, verifyContent } from '../content/detect.js';
import { StorageError } from '../storage.error.js';

export interface ByteRules {
  type: AcceptedType;
  /** The byte after this one stops the stream. */
  maxBytes: number;
  /** Where declared: neither more nor less may come. */
  size?: number;
}

/**
 * The same bytes, checked while they flow: nothing comes out before the first ones have shown the type, and nothing past
 * the limit.
 */
export async function* verifiedBytes(
  source: AsyncIterable<Uint8Array>,
  { type, maxBytes, size }: ByteRules,
): AsyncGenerator<Uint8Array, void, undefined> {
  const head: Uint8Array[] = [];
  let headLength = 0;
  let total = 0;
  let verified = false;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > maxBytes) throw new StorageError('file_too_large', `The file is larger than ${maxBytes} bytes.`);
    if (verified) {
      yield chunk;
      continue;
    }
    head.push(chunk);
    headLength += chunk.length;
    if (headLength <= sniffBytes) continue;
    const start = head.length === 1 ? chunk : Buffer.concat(head);
    await verifyContent(start.subarray(0, sniffBytes), type, false);
    verified = true;
    yield start;
  }
  if (size !== undefined && total !== size) {
    throw new StorageError('size_mismatch', `${size} bytes were declared, ${total} came.`);
  }
  if (verified) return;
  if (total === 0) throw new StorageError('file_empty', 'The file is empty.');
  const whole = Buffer.concat(head);
  await verifyContent(whole, type, true);
  yield whole;
}
