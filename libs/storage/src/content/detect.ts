import { StorageError } from '../storage.error.js';
import { gzipLines, type AcceptedType } from './accepted-types.js';
import { furtherLook } from './further-look.js';
import { checkOf, whatElse } from './kind-checks.js';
import { labelOf } from './labels.js';
import { charsetOf } from './formats/text.js';

/** How many first bytes decide what a file is. For some kinds one more place is looked at: see {@link furtherLook}. */
export const sniffBytes = 4100;

/**
 * Makes sure that a file is what it was declared to be, by its first {@link sniffBytes} bytes.
 *
 * @param isWhole whether `head` is the whole file: then a picture must also have its end, and nothing is left to look at.
 * @throws {StorageError} `content_mismatch`, which says what was found, what was expected and what helps
 */
export async function verifyContent(head: Uint8Array, type: AcceptedType, isWhole: boolean): Promise<void> {
  if (type === gzipLines && head[0] === 0x1f && head[1] === 0x8b) return;
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, sniffBytes));
  const whole = isWhole && head.byteLength <= sniffBytes;
  if (!(await checkOf(type.mime)?.(bytes, whole))) throw mismatch(type, await whatElse(bytes, type.mime, whole));
  if (!whole) return;
  const look = furtherLook(bytes, type);
  if (look) verifyFurther('last' in look ? bytes : bytes.subarray(look.from, look.from + look.length), type, bytes);
}

/**
 * The second look, at the bytes that {@link furtherLook} asked for.
 *
 * @throws {StorageError} `content_mismatch`
 */
export function verifyFurther(bytes: Buffer, type: AcceptedType, head: Uint8Array): void {
  const fault = furtherLook(head, type)?.faultIn(bytes);
  if (fault) throw mismatch(type, fault);
}

/** The type to store and serve: the canonical one, with the encoding where a text names it. */
export function storedType(head: Uint8Array, { mime }: AcceptedType): string {
  const charset = mime.startsWith('text/') ? charsetOf(head) : undefined;
  return charset ? `${mime}; charset=${charset}` : mime;
}

/** Nothing of what was sent is repeated. */
function mismatch({ mime }: AcceptedType, found: { what: string; help: string }): StorageError {
  const message = `The content of the file is not ${mime}: ${labelOf(mime)} was expected, but ${found.what}. ${found.help}`;
  return new StorageError('content_mismatch', message);
}
