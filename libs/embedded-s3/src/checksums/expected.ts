import { S3Error } from '../errors/s3-error.js';
import { checkDigest, checksumAlgorithms, headerOf, readAlgorithm, type ChecksumAlgorithm } from './algorithms.js';

type Headers = Readonly<Record<string, string | undefined>>;

/** What the sender of a body says about it. */
export interface ExpectedChecksums {
  algorithm?: ChecksumAlgorithm;
  /** base64; absent when it follows in the trailer */
  value?: string;
  /** Content-MD5, base64 */
  md5?: string;
}

/**
 * Reads the checksums a request announces, before its body is read. Names of headers are in lower case.
 * Source: S3 User Guide, "Checking object integrity".
 *
 * @throws S3Error InvalidRequest, InvalidDigest
 */
export function expectedChecksums(headers: Headers): ExpectedChecksums {
  const inHeaders = checksumAlgorithms.filter((algorithm) => headers[headerOf(algorithm)] !== undefined);
  const inTrailer = (headers['x-amz-trailer'] ?? '').split(',').flatMap(trailingAlgorithm);
  if (inHeaders.length + inTrailer.length > 1)
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  const algorithm = inHeaders[0] ?? inTrailer[0];
  checkNamed(headers['x-amz-sdk-checksum-algorithm'], algorithm);
  const value = inHeaders[0] && checkDigest(inHeaders[0], headers[headerOf(inHeaders[0])] ?? '');
  return { algorithm, value, md5: readMd5(headers['content-md5']) };
}

/** Whether the sender says what the body must be: an MD5, or a checksum in a header or in the trailer. */
export function isChecksummed(headers: Headers): boolean {
  const { algorithm, md5 } = expectedChecksums(headers);
  return algorithm !== undefined || md5 !== undefined;
}

function trailingAlgorithm(name: string): ChecksumAlgorithm[] {
  const trimmed = name.trim().toLowerCase();
  if (trimmed === '') return [];
  const algorithm = checksumAlgorithms.find((known) => headerOf(known) === trimmed);
  if (!algorithm)
    throw new S3Error('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported');
  return [algorithm];
}

function checkNamed(named: string | undefined, given: ChecksumAlgorithm | undefined): void {
  if (named === undefined) return;
  const algorithm = readAlgorithm(named, 'x-amz-sdk-checksum-algorithm');
  if (!given)
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  if (algorithm !== given)
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
}

function readMd5(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== value)
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  return value;
}
