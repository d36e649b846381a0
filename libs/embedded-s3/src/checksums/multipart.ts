import { S3Error } from '../errors/s3-error.js';
import type { Checksum } from '../store/records.js';
import { digestOf, isCrc, readAlgorithm, type ChecksumAlgorithm } from './algorithms.js';
import { combineCrc } from './crc.js';

type ChecksumType = Checksum['type'];

/**
 * Reads `x-amz-checksum-algorithm` and `x-amz-checksum-type` of CreateMultipartUpload; undefined when it asks for none.
 * Source: S3 User Guide, "Full object and composite checksum types".
 *
 * @throws S3Error InvalidRequest
 */
export function multipartChecksum(
  algorithmHeader: string | undefined,
  typeHeader: string | undefined,
): { algorithm: ChecksumAlgorithm; type: ChecksumType } | undefined {
  if (algorithmHeader === undefined) {
    if (typeHeader !== undefined)
      throw new S3Error(
        'InvalidRequest',
        'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      );
    return undefined;
  }
  const algorithm = readAlgorithm(algorithmHeader, 'x-amz-checksum-algorithm');
  const type = typeHeader?.toUpperCase() ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (type !== 'FULL_OBJECT' && type !== 'COMPOSITE')
    throw new S3Error('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.');
  if (type === 'FULL_OBJECT' ? !isCrc(algorithm) : algorithm === 'CRC64NVME')
    throw new S3Error(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return { algorithm, type };
}

/** The checksum of an object from those of its parts, in order: combined without reading a byte again. */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly { value: string; size: number }[],
): Checksum {
  const values = parts.map(({ value }): Buffer => Buffer.from(value, 'base64'));
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) {
    const whole = values.reduce((before, value, i) => combineCrc(algorithm, before, value, parts[i]!.size));
    return { algorithm, type, value: whole.toString('base64') };
  }
  const digest = digestOf(algorithm);
  for (const value of values) digest.update(value);
  return { algorithm, type: 'COMPOSITE', value: `${digest.digest().toString('base64')}-${parts.length}` };
}
