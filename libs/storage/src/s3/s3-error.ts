import { StorageError } from '../storage.error.js';
import { etagIn, sizeIn } from './answer-headers.js';

interface SdkError {
  name?: string;
  Code?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

/**
 * What the store or the network answered, in this module's words. An error is known by its name and status together:
 * a HEAD answer has no body, so its name is only `NotFound` or `Unknown`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function storageErrorOf(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const { name = '', Code, code, $metadata } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const s3Code = Code ?? name;
  const as = (...[kind, message]: [StorageError['code'], string]) => new StorageError(kind, message, { cause: error });

  if (name === 'AbortError') return as('cancelled', 'The transfer was cancelled.');
  if (s3Code === 'NoSuchBucket')
    return as('misconfigured', 'The bucket does not exist. Check the options bucket and region.');
  if (s3Code === 'AccessControlListNotSupported') {
    return as('misconfigured', `The bucket accepts no ACL. Set the option acl to 'none'.`);
  }
  if (status === 404 || s3Code === 'NoSuchKey' || s3Code === 'NoSuchUpload')
    return as('not_found', 'There is no such file.');
  if (status === 412 || s3Code === 'ConditionalRequestConflict') {
    return as('precondition_failed', 'The file is not in the state that the request asked for.');
  }
  if (status === 304) {
    return new StorageError('not_modified', 'The file is unchanged.', { cause: error, etag: etagIn(error) });
  }
  if (status === 416) {
    const size = sizeIn(error);
    const end = size === undefined ? 'the end of the file' : `the end of the file, which has ${size} bytes`;
    return new StorageError('range_not_satisfiable', `The range lies beyond ${end}.`, { cause: error, size });
  }
  if (status === 301 || status === 307)
    return as('misconfigured', 'The bucket is in another region. Check the option region.');
  if (status === 501) return as('not_supported', 'The store does not support this request.');
  if (status === 401 || status === 403) {
    return as(
      'store_refused',
      'The store refused the request. Check the credentials, their policy and the bucket policy.',
    );
  }
  if (status === 400) return as('store_refused', `The store rejected the request (${s3Code || 'BadRequest'}).`);
  if (name === 'CredentialsProviderError') return as('misconfigured', 'No credentials for the store were found.');
  if (status === undefined && code === undefined && name !== 'TimeoutError') {
    return as('store_unavailable', 'The call to the store failed.');
  }
  return as('store_unavailable', 'The store does not answer. Try again later.');
}

/** The cursor is the one part of a list request that a client makes up. */
export const cursorOr = (error: unknown): unknown =>
  (error as { name?: string }).name === 'InvalidArgument'
    ? new StorageError('invalid_request', 'The cursor is not one that a list gave.', { cause: error })
    : error;

/** Says a failed condition in the words of whoever asked for absence. */
export const takenOr = (error: unknown, ifAbsent: boolean): unknown =>
  ifAbsent && error instanceof StorageError && error.code === 'precondition_failed'
    ? new StorageError('already_exists', 'There is already a file with this name.', { cause: error })
    : error;
