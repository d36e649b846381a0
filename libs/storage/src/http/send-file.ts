import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FileStream } from '../files/reads/outgoing.js';
import type { ReadOptions } from '../store/object-requests.js';
import { StorageError } from '../storage.error.js';
import { nodeRequest, nodeResponse, type HttpRequest, type HttpResponse } from './platform.js';

/** RFC 9110, section 8.8.3, without what no header of a signed request can carry: bytes above ASCII. */
const entityTag = '(?:W/)?"[\\x21\\x23-\\x7e]*"';
const isStrongTag = (text: string) => /^"[\x21\x23-\x7e]*"$/.test(text);
const entityTags = new RegExp(`^(?:\\*|${entityTag}(?:[ \\t]*,[ \\t]*${entityTag})*)$`);

/** The store signs what it is asked, so what a client made up is looked at first. */
function tagsIn(request: IncomingMessage, name: 'if-match' | 'if-none-match'): string | undefined {
  const text = request.headers[name]?.trim();
  if (!text) return undefined;
  if (text.length <= 4096 && entityTags.test(text)) return text.replace(/\t/g, ' ');
  throw new StorageError(
    'invalid_request',
    `${name} must be "*" or a list of entity tags in ASCII, each in double quotes as the header ETag gave it.`,
  );
}

/**
 * What a request asks of a file: one range, whether it changed, by ETag, and for HEAD everything but the bytes. Several
 * ranges at once are ignored, as RFC 9110 (section 14.2) allows: they serve no client of ours and multiply work.
 *
 * @throws {StorageError} `invalid_request` for a condition that is no list of entity tags
 */
export function readOptionsOf(from: HttpRequest): ReadOptions {
  const request = nodeRequest(from);
  const { range, 'if-range': ifRange } = request.headers;
  const withoutBody = request.method === 'HEAD';
  const single = /^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(range ?? '') && !withoutBody;
  // A date cannot tell two states of one second apart: the whole file is always a right answer to If-Range.
  const isTag = typeof ifRange === 'string' && isStrongTag(ifRange);
  if (typeof ifRange === 'string' && /[^\x20-\x7e]/.test(ifRange)) {
    throw new StorageError('invalid_request', 'if-range must be one entity tag in double quotes, or a date.');
  }
  const ifMatch = tagsIn(request, 'if-match');
  const ifNoneMatch = tagsIn(request, 'if-none-match');
  return {
    ...(single && (ifRange === undefined || isTag) && { range, ...(isTag && { ifRange }) }),
    ...(ifMatch && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
    ...(withoutBody && { withoutBody }),
  };
}

/** Who asks decides what is answered: the organisation is the token's or the session's, not the path's. */
export const variesBy = 'Authorization, Cookie';

export interface SendOptions {
  /** `no-store` keeps no copy at all, on computers that people share. Default: a copy that is asked for again before each use. */
  cacheControl?: 'private, no-cache' | 'no-store' | undefined;
}

/**
 * Streams a file to the client. When the client goes, the store's connection is released. `request` and `response` are those
 * of Express or of Fastify: `@Req() request, @Res() response`.
 */
export async function sendFile(
  request: HttpRequest,
  to: HttpResponse,
  file: FileStream,
  { cacheControl }: SendOptions = {},
): Promise<void> {
  const response = nodeResponse(to);
  response.statusCode = file.contentRange ? 206 : 200;
  response.setHeader('Content-Type', file.contentType);
  response.setHeader('Content-Length', file.length);
  response.setHeader('Content-Disposition', file.contentDisposition);
  response.setHeader('Cache-Control', cacheControl ?? file.cacheControl);
  response.appendHeader('Vary', variesBy);
  response.setHeader('ETag', file.file.etag);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (file.file.lastModified) response.setHeader('Last-Modified', file.file.lastModified.toUTCString());
  if (file.contentRange) response.setHeader('Content-Range', file.contentRange);
  if (file.contentDisposition.startsWith('attachment')) {
    response.setHeader('Content-Security-Policy', `default-src 'none'; sandbox`);
  }
  if (nodeRequest(request).method === 'HEAD') {
    file.body.destroy();
    response.end();
    return;
  }
  // A client that goes, or a store that breaks off, ends both sides: with headers sent there is nothing left to say.
  await pipeline(file.body, response).catch(() => response.destroy());
}
