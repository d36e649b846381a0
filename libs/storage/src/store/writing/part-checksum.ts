import type { StorageSettings } from '../../options/storage.settings.js';

/**
 * Which checksum the bytes of a write carry. Amazon S3 demands one of every write into a bucket with default retention, and
 * completes an upload whose parts had one only if the creation named the algorithm and the completion each part's value.
 * SHA-256 costs nothing here: the signature covers it already. Otherwise it is the SDK's own where the option asks for it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export type PartChecksum = 'SHA256' | 'CRC32';

export function partChecksum({ store, checksums }: StorageSettings): PartChecksum | undefined {
  if (store.checksums) return 'SHA256';
  return checksums === 'when-supported' ? 'CRC32' : undefined;
}

/** As this module has it, of one as headers do. */
export const inHex = (sha256: string): string => Buffer.from(sha256, 'base64').toString('hex');

/** As headers have it, of a hexadecimal one. */
export const inBase64 = (sha256: string): string => Buffer.from(sha256, 'hex').toString('base64');
