import type { AcceptedType } from '../../content/accepted-types.js';
import { sniffBytes, verifyContent, verifyFurther } from '../../content/detect.js';
import { furtherLook } from '../../content/further-look.js';
import { largerThan, StorageError } from '../../storage.error.js';

export interface ByteRules {
  type: AcceptedType;
  /** The byte after this one stops the stream. */
  maxBytes: number;
  /** Where declared: neither more nor less may come. */
  size?: number;
}

/**
 * The same bytes, checked while they flow: nothing comes out before the first ones have shown the type, and nothing past
 * the limit. Where a kind needs a look at another place too, it ends in that look, before the last bytes are stored.
 */
export async function* verifiedBytes(
  source: AsyncIterable<Uint8Array>,
  { type, maxBytes, size }: ByteRules,
): AsyncGenerator<Uint8Array, void, undefined> {
  const head: Uint8Array[] = [];
  let headLength = 0;
  let total = 0;
  let later: Later | undefined;
  let verified = false;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > maxBytes) throw largerThan(maxBytes);
    if (verified) {
      later?.add(chunk);
      yield chunk;
      continue;
    }
    head.push(chunk);
    headLength += chunk.length;
    if (headLength <= sniffBytes) continue;
    const start = head.length === 1 ? chunk : Buffer.concat(head);
    const first = Buffer.from(start.subarray(0, sniffBytes));
    await verifyContent(first, type, false);
    verified = true;
    later = laterOf(first, type);
    later?.add(start);
    yield start;
  }
  if (size !== undefined && total !== size) {
    throw new StorageError('size_mismatch', `${size} bytes were declared, ${total} came.`);
  }
  if (later) verifyFurther(later.bytes(), type, later.head);
  if (verified) return;
  if (total === 0) throw new StorageError('file_empty', 'The file is empty.');
  const whole = Buffer.concat(head);
  await verifyContent(whole, type, true);
  yield whole;
}

/** The bytes of one bounded place, gathered while they pass. */
interface Later {
  head: Buffer;
  add: (chunk: Uint8Array) => void;
  bytes: () => Buffer;
}

function laterOf(head: Buffer, type: AcceptedType): Later | undefined {
  const look = furtherLook(head, type);
  if (!look) return undefined;
  // Copies: whoever sends may use its buffers again.
  const kept = Buffer.alloc('last' in look ? look.last : look.length);
  let passed = 0;
  if ('last' in look) {
    const add = (chunk: Uint8Array) => {
      const end = chunk.subarray(-kept.length);
      const at = (passed + chunk.length - end.length) % kept.length;
      const first = end.subarray(0, kept.length - at);
      kept.set(first, at);
      kept.set(end.subarray(first.length), 0);
      passed += chunk.length;
    };
    const bytes = () => {
      const at = passed % kept.length;
      return passed < kept.length ? kept.subarray(0, passed) : Buffer.concat([kept.subarray(at), kept.subarray(0, at)]);
    };
    return { head, add, bytes };
  }
  const add = (chunk: Uint8Array) => {
    const from = Math.max(look.from - passed, 0);
    const at = Math.max(passed - look.from, 0);
    if (from < chunk.length && at < kept.length) kept.set(chunk.subarray(from, from + kept.length - at), at);
    passed += chunk.length;
  };
  return { head, add, bytes: () => kept.subarray(0, Math.max(0, passed - look.from)) };
}
