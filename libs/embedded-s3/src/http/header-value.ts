import { S3Error } from '../errors/s3-error.js';

/** As the value would have arrived in a header: its UTF-8 bytes as latin1, without control characters. */
export function asHeaderValue(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) throw new S3Error('InvalidArgument');
  return Buffer.from(text, 'utf8').toString('latin1');
}
