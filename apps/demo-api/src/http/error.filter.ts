import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { dropRest, redacted } from 'nest-tenant-storage';
import type { ErrorAnswer } from './answers.js';

const codes: Record<number, string> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** Answers everything but a `StorageError` in the same shape: `{statusCode, code, message}`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const answer = answerTo(error);
    if (answer.statusCode === 500) this.#logger.error(`${idOf(response)}${logTextOf(error)}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (answer.statusCode === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    answerWith(response, answer);
    dropRest(host.switchToHttp().getRequest<Request>());
  }
}

const idOf = (response: Response): string => `[${String(response.getHeader('X-Request-Id'))}] `;

export function answerWith(response: Response, answer: ErrorAnswer): void {
  response.setHeader('Cache-Control', 'no-store');
  response.status(answer.statusCode).json(answer);
}

function answerTo(error: unknown): ErrorAnswer {
  if (error instanceof HttpException) return answerOf(error.getStatus(), messageOf(error));
  const { status, message, expose } = (error ?? {}) as { status?: number; message?: string; expose?: boolean };
  // Express and its parsers mark what the client did wrong.
  if (status !== undefined && status >= 400 && status < 500) {
    return answerOf(status, expose && message ? message : 'The request is malformed.');
  }
  return answerOf(500, 'Something went wrong on our side.');
}

function answerOf(statusCode: number, message: string): ErrorAnswer {
  return { statusCode, code: codes[statusCode] ?? (statusCode < 500 ? 'invalid_request' : 'internal_error'), message };
}

/** Validation gives a list of messages, health checks give a report. */
function messageOf(error: HttpException): string {
  const body = error.getResponse();
  if (typeof body === 'string') return body;
  const { message, details } = body as { message?: string | string[]; details?: object };
  if (error.getStatus() === 503 && details) return 'Not ready: the bucket cannot be reached.';
  return Array.isArray(message) ? message.join('; ') : (message ?? error.message);
}

function logTextOf(error: unknown): string {
  return error instanceof Error ? redacted(error.stack ?? error.message) : 'Something that is not an error was thrown.';
}
