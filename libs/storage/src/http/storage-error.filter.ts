import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StorageError } from '../storage.error.js';
import { answerOf } from './error-answer.js';
import { dropRest } from './receive-file.js';
import { logText } from './log-text.js';
import { nodeRequest, nodeResponse, type HttpRequest, type HttpResponse } from './platform.js';
import { variesBy } from './send-file.js';

/**
 * Answers a `StorageError` as `{statusCode, code, message}`. Faults of the store or of the configuration are logged with
 * their cause and answered without detail; whether another organisation has a file never shows.
 */
@Catch(StorageError)
export class StorageErrorFilter implements ExceptionFilter<StorageError> {
  readonly #logger = new Logger(StorageErrorFilter.name);

  catch(error: StorageError, host: ArgumentsHost): void {
    const request = nodeRequest(host.switchToHttp().getRequest<HttpRequest>());
    const response = nodeResponse(host.switchToHttp().getResponse<HttpResponse>());
    const answer = answerOf(error);
    const { statusCode } = answer;
    // A full organisation is no fault of ours, and says so with each upload.
    if (statusCode >= 500 && error.code !== 'quota_exceeded')
      this.#logger.error(`${nameOf(response)}${logText(error)}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const body = statusCode === 304 ? '' : JSON.stringify(answer);
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

/** What the answer says of its request, so that a client's report leads to the line: the application sets the header. */
function nameOf(response: ServerResponse): string {
  const id = response.getHeader('X-Request-Id');
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? `[${id}] ` : '';
}

/** RFC 9110, section 15.4.5: what a 200 would have said. Where the store names no tag it is the one the request named. */
function sayUnchanged(request: IncomingMessage, response: ServerResponse, { etag }: StorageError): void {
  const named = request.headers['if-none-match'] ?? '';
  const tag = etag ?? (/^(W\/)?"[^"]*"$/.test(named) ? named : undefined);
  if (tag !== undefined) response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', 'private, no-cache');
  response.appendHeader('Vary', variesBy);
}
