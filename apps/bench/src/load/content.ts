import { randomBytes } from 'node:crypto';

/** A PDF by its first bytes, and bytes that no search for a boundary can skip through. */
const block = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(256 * 1024)]).subarray(0, 256 * 1024);

export const contentType = 'application/pdf';

/** The content of a file of this size. */
export function* content(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= block.length) yield left < block.length ? block.subarray(0, left) : block;
}
