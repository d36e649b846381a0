import { S3Error } from '../errors/s3-error.js';

/** First and last byte, both included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * A `Range` header of one range of bytes. What is none (other units, several ranges) is no range, as RFC 9110 has it.
 * @throws S3Error InvalidRange
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match) return undefined;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const from = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) {
    const details = { RangeRequested: header ?? '', ActualObjectSize: String(size) };
    throw new S3Error('InvalidRange', undefined, details, { 'content-range': `bytes */${size}` });
  }
  return { from, to };
}
