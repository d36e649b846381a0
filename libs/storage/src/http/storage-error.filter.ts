import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StorageError, type StorageErrorCode } from '../storage.error.js';
import { dropRest } from './receive-file.js';
import { causeOf } from './log-text.js';
import { variesBy } from './send-file.js';

/** Everything that a caller can mend is 4xx; the store's and the configuration's faults are 5xx. */
const statusOf: Record<StorageErrorCode, number> = {
  invalid_org: 403,
  invalid_key: 400,
  invalid_place: 400,
  invalid_file_name: 400,
  invalid_request: 400,
  type_not_accepted: 415,
  content_mismatch: 422,
  file_too_large: 413,
  file_empty: 400,
  size_mismatch: 422,
  hash_mismatch: 422,
  already_exists: 409,
  conflict: 409,
  not_found: 404,
  invalid_token: 400,
  range_not_satisfiable: 416,
  not_modified: 304,
  precondition_failed: 412,
  cancelled: 400,
  store_refused: 502,
  store_unavailable: 503,
  misconfigured: 500,
  not_supported: 501,
  malware_found: 422,
  scan_unavailable: 503,
  scan_pending: 409,
  too_many_requests: 429,
};

const storeTrouble = 'The file store does not answer as it should. Try again later.';

/**
 * Answers a `StorageError` as `{statusCode, code, message}`. Faults of the store or of the configuration are logged with
 * their cause and answered without detail; whether another organisation has a file never shows.
 */
@Catch(StorageError)
export class StorageErrorFilter implements ExceptionFilter<StorageError> {
  readonly #logger = new Logger(StorageErrorFilter.name);

  catch(error: StorageError, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<IncomingMessage>();
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const statusCode = statusOf[error.code];
    if (statusCode >= 500) this.#logger.error(`${error.code}: ${error.message}${causeOf(error)}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const message = statusCode >= 500 && error.code !== 'not_supported' ? storeTrouble : error.message;
    const body = statusCode === 304 ? '' : JSON.stringify({ statusCode, code: error.code, message });
    response.statusCode = statusCode;
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    if (statusCode === 304) sayUnchanged(request, response, error);
    else response.setHeader('Cache-Control', 'no-store');
    if (statusCode === 416 && error.size !== undefined) response.setHeader('Content-Range', `bytes */${error.size}`);
    if (body) response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(body);
    dropRest(request);
  }
}

/** RFC 9110, section 15.4.5: what a 200 would have said. Where the store names no tag it is the one the request named. */
function sayUnchanged(request: IncomingMessage, response: ServerResponse, { etag }: StorageError): void {
  const named = request.headers['if-none-match'] ?? '';
  const tag = etag ?? (/^(W\/)?"[^"]*"$/.test(named) ? named : undefined);
  if (tag !== undefined) response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', 'private, no-cache');
  response.appendHeader('Vary', variesBy);
}
