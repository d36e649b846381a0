import { encodeExtended } from 'content-disposition';
import type { AcceptedType } from './accepted-types.js';

/** Printable ASCII that stands between quotes as it is. */
const plain = /^[ !#$&-.0-[\]-~]*$/;

/**
 * A `Content-Disposition` header (RFC 6266) that downloads the file under its original name, or shows it in place where
 * that was asked for and its type is one that cannot run script.
 *
 * The name goes out twice: plain, for old clients, with `-` for what would need escaping, and exactly, as `filename*`
 * (RFC 8187). Control, bidi and format characters go out in neither.
 */
export function contentDisposition(
  type: AcceptedType | undefined,
  fileName: string,
  wanted: 'inline' | 'attachment',
): string {
  const shown = type?.inline && wanted === 'inline' ? 'inline' : 'attachment';
  if (plain.test(fileName)) return `${shown}; filename="${fileName}"`;
  const name = fileName.toWellFormed().replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
  const fallback = name.replace(/[^\x20-\x7e]|["\\/]|%(?=[0-9a-f]{2})/gi, '-');
  const exactly = fallback === name ? '' : `; filename*=${encodeExtended(name)}`;
  return `${shown}; filename="${fallback}"${exactly}`;
}
