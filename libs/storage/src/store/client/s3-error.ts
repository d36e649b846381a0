import {
  nameTaken,
  noSuchCursor,
  noSuchFile,
  notInThatState,
  StorageError,
  transferCancelled,
} from '../../storage.error.js';
import { etagIn, sizeIn } from './answer-headers.js';

interface SdkError {
  name?: string;
  message?: string;
  Code?: string;
  code?: string;
  /** The bucket's own region, in the refusal of a signature for another one. */
  Region?: string;
  hostname?: string;
  $fault?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

/** All that S3 says with 404 to a call of ours; `NotFound` is what the SDK makes of an answer to HEAD. */
const codesOf404 = new Set(['NoSuchKey', 'NoSuchUpload', 'NoSuchVersion', 'NotFound']);
const archived = 'InvalidObjectState';
const writeConflicts = new Set(['ConditionalRequestConflict', 'OperationAborted']);

/**
 * What the store or the network answered, in this module's words; anything else, such as a mistake in a program, as it is.
 * An error is known by its name and status together: a HEAD answer has no body, so its name is only `NotFound` or `Unknown`.
 * `endpoint` is where the call went, for the log: who asks is told no message of a 5xx.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function storageErrorOf(error: unknown, endpoint?: string): unknown {
  if (error instanceof StorageError) return error;
  const { name = '', message = '', Code, code, $metadata, Region, $response, hostname } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const s3Code = Code ?? name;
  const as = (...[kind, said]: [StorageError['code'], string]) => new StorageError(kind, said, { cause: error });

  if (name === 'AbortError') return transferCancelled(error);
  if (s3Code === 'NoSuchBucket')
    return as('misconfigured', 'The bucket does not exist. Check the options bucket and region.');
  if (s3Code === 'AccessControlListNotSupported') {
    return as('misconfigured', `The bucket accepts no ACL. Set the option acl to 'none'.`);
  }
  if (s3Code === 'InvalidRequest' && message.includes('missing Object Lock')) {
    return as(
      'misconfigured',
      'The bucket has no Object Lock, which audit.retention needs: it is chosen when a bucket is made.',
    );
  }
  if (s3Code === 'InvalidRequest' && message.includes('Object Lock')) {
    return as(
      'misconfigured',
      `A bucket with Object Lock takes no write without a checksum. Set checksums: 'when-supported'.`,
    );
  }
  if (s3Code === archived) {
    return inArchive(error);
  }
  const isPage = /html/.test($response?.headers?.['content-type'] ?? '');
  if (codesOf404.has(s3Code) && !isPage) return noSuchFile(error);
  if (status === 404) {
    return as('misconfigured', `The endpoint answered 404 in words that are not those of S3. Check it.`);
  }
  if (isWriteConflict(error)) return as('store_unavailable', 'Another write of the same file is under way. Try again.');
  if (status === 412) {
    return notInThatState(error);
  }
  if (status === 304) {
    return new StorageError('not_modified', 'The file is unchanged.', { cause: error, etag: etagIn(error) });
  }
  if (status === 416) return beyondEnd(error, sizeIn(error));
  if (status === 301 || status === 307 || s3Code === 'AuthorizationHeaderMalformed') {
    const region = Region ?? $response?.headers?.['x-amz-bucket-region'];
    const where = region ? `in the region ${region}` : 'in another region';
    return as('misconfigured', `The bucket is ${where}. Check the option region.`);
  }
  if (status === 501) return as('not_supported', 'The store does not support this request.');
  if (status === 401 || status === 403) {
    return as(
      'store_refused',
      'The store refused the request. Check the credentials, their policy and the bucket policy.',
    );
  }
  if (status === 400) return as('store_refused', `The store rejected the request (${s3Code || 'BadRequest'}).`);
  if (name === 'CredentialsProviderError') return as('misconfigured', noCredentials);
  if (name === 'EndpointError')
    return as('misconfigured', 'The options lead to no endpoint. Check region and endpoint.');
  if (status !== undefined) return as('store_unavailable', 'The store does not answer. Try again later.');
  if (name === 'TimeoutError' || (code !== undefined && networkCodes.test(code))) {
    const at = hostname ?? endpoint;
    const where = at ? ` at ${at}` : '';
    return as('store_unavailable', `The store${where} does not answer${cureOf(code)}. Try again later.`);
  }
  return error;
}

const noCredentials =
  'No credentials for the store were found: give the option credentials, or what the AWS SDK looks for ' +
  '(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, the role of the container or machine).';

/** For whoever reads the log: what most often is behind a failed connection. */
function cureOf(code = ''): string {
  if (code === 'ENOTFOUND') return ': no such host is known. Check the options endpoint and region';
  if (code === 'ECONNREFUSED') return ': nothing listens there. Does it run, and is the port of endpoint right?';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return ' in TLS. Is its endpoint http:// rather than https://?';
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return ' with a certificate that is trusted here. Give Node the authority with NODE_EXTRA_CA_CERTS';
  }
  return '';
}

/** Node's codes for sockets, names and TLS; its `ERR_…` for everything else are mistakes in a program. */
const networkCodes =
  /^(E(?!RR_)[A-Z0-9_]+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|HPE_\w+|ERR_(TLS|SSL|STREAM_PREMATURE_CLOSE)\w*)$/;

/** An answer that says success and is not one: a gateway's page, or an error with the status 200. */
export const noObject = (): StorageError =>
  new StorageError('store_unavailable', 'The store answered with something that is no object.');

/**
 * Two conditional writes of one key met. It says nothing of the condition: the same request is to be sent again.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function isWriteConflict(error: unknown): boolean {
  return writeConflicts.has(codeOf(error));
}

function codeOf(error: unknown): string {
  const { name = '', Code = name } = (error ?? {}) as SdkError;
  return Code;
}

export const inArchive = (cause?: unknown): StorageError =>
  new StorageError(
    'conflict',
    'The file is in an archive tier of the store: it has to be restored before it can be read.',
    { cause },
  );

/** Of an object that has to be restored before it can be read: a state that rules of the bucket made, no client. */
export const isArchived = (error: unknown): boolean =>
  error instanceof StorageError && codeOf(error.cause) === archived;

/** The cursor is the one part of a list request that a client makes up. */
export const cursorOr = (error: unknown): unknown =>
  (error as { name?: string }).name === 'InvalidArgument' ? noSuchCursor(error) : error;

/** Says a failed condition in the words of whoever asked for absence. */
export const takenOr = (error: unknown, ifAbsent: boolean): unknown =>
  ifAbsent && error instanceof StorageError && error.code === 'precondition_failed' ? nameTaken(error) : error;

export function beyondEnd(cause: unknown, size?: number): StorageError {
  const end = size === undefined ? 'the end of the file' : `the end of the file, which has ${size} bytes`;
  return new StorageError('range_not_satisfiable', `The range lies beyond ${end}.`, { cause, size });
}
