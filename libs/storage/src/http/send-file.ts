import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FileStream } from '../domains/file-access.js';
import type { ReadOptions } from '../s3/object-requests.js';

/**
 * What a request asks of a file: one range, and whether it changed, by ETag. Several ranges at once are ignored, as RFC 9110
 * (section 14.2) allows: they serve no client of ours and multiply work.
 */
export function readOptionsOf(request: IncomingMessage): ReadOptions {
  const { range, 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'if-range': ifRange } = request.headers;
  const single = /^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(range ?? '') && request.method !== 'HEAD';
  // A date cannot tell two states of one second apart: the whole file is always a right answer to If-Range.
  const isTag = typeof ifRange === 'string' && /^"[^"]*"$/.test(ifRange);
  return {
    ...(single && (ifRange === undefined || isTag) && { range, ...(isTag && { ifRange }) }),
    ...(ifMatch && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
  };
}

/** Streams a file to the client. When the client goes, the store's connection is released. */
export async function sendFile(request: IncomingMessage, response: ServerResponse, file: FileStream): Promise<void> {
  response.statusCode = file.contentRange ? 206 : 200;
  response.setHeader('Content-Type', file.contentType);
  response.setHeader('Content-Length', file.length);
  response.setHeader('Content-Disposition', file.contentDisposition);
  response.setHeader('Cache-Control', file.cacheControl);
  response.setHeader('ETag', file.file.etag);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (file.file.lastModified) response.setHeader('Last-Modified', file.file.lastModified.toUTCString());
  if (file.contentRange) response.setHeader('Content-Range', file.contentRange);
  if (file.contentDisposition.startsWith('attachment')) {
    response.setHeader('Content-Security-Policy', `default-src 'none'; sandbox`);
  }
  if (request.method === 'HEAD') {
    file.body.destroy();
    response.end();
    return;
  }
  // A client that goes, or a store that breaks off, ends both sides: with headers sent there is nothing left to say.
  await pipeline(file.body, response).catch(() => response.destroy());
}
