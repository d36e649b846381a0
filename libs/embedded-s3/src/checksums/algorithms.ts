import { createHash } from 'node:crypto';
import { S3Error } from '../errors/s3-error.js';
import type { Checksum } from '../store/records.js';
import { crc, type Digest } from './crc.js';

export type ChecksumAlgorithm = Checksum['algorithm'];

/** Bytes of a digest. */
const LENGTH: Record<ChecksumAlgorithm, number> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

export const checksumAlgorithms = Object.keys(LENGTH) as ChecksumAlgorithm[];

/** `x-amz-checksum-crc32` */
export const headerOf = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** `ChecksumCRC32`: the element that carries it in XML */
export const elementOf = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`;

export const isCrc = (algorithm: ChecksumAlgorithm): algorithm is 'CRC32' | 'CRC32C' | 'CRC64NVME' =>
  algorithm.startsWith('CRC');

export function digestOf(algorithm: ChecksumAlgorithm): Digest {
  return isCrc(algorithm) ? crc(algorithm) : createHash(algorithm.toLowerCase());
}

/** The algorithm a header names. @throws S3Error InvalidRequest */
export function readAlgorithm(name: string, header: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find((known) => known === name.toUpperCase());
  if (!algorithm) throw new S3Error('InvalidRequest', `Value for ${header} header is invalid.`);
  return algorithm;
}

/** Checks that a header's value could be a digest. @throws S3Error InvalidRequest */
export function checkDigest(algorithm: ChecksumAlgorithm, value: string): string {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== LENGTH[algorithm] || bytes.toString('base64') !== value)
    throw new S3Error('InvalidRequest', `Value for ${headerOf(algorithm)} header is invalid.`);
  return value;
}
