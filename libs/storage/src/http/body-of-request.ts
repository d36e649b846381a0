import type { IncomingMessage } from 'node:http';
import { StorageError } from '../storage.error.js';

/** What body parsers and Multer leave on a request. */
interface Parsed extends IncomingMessage {
  body?: unknown;
  rawBody?: unknown;
  file?: unknown;
  files?: unknown;
}

/**
 * Refuses a request whose bytes somebody else has taken already, and says who and which line to remove.
 *
 * @throws {StorageError} `misconfigured`, or `type_not_accepted` where the client sent JSON or the fields of a form
 */
export function requireUnread(request: IncomingMessage): void {
  if (!request.readableDidRead && !request.readableEnded) return;
  const contentType = request.headers['content-type'] ?? 'no Content-Type';
  if (/^application\/(?:[\w.+-]*json|x-www-form-urlencoded)\b/i.test(contentType)) {
    throw new StorageError(
      'type_not_accepted',
      `Send the bytes of a file, or multipart/form-data, not ${contentType}.`,
    );
  }
  throw new StorageError(
    'misconfigured',
    `The body of this request (${contentType}) was read before receiveFile got it: ${whoRead(request)}`,
  );
}

function whoRead({ file, files, body, rawBody }: Parsed): string {
  if (file !== undefined || files !== undefined) {
    return 'by Multer. Remove @UseInterceptors(FileInterceptor(…)), FilesInterceptor or AnyFilesInterceptor from this route.';
  }
  if (rawBody !== undefined || Buffer.isBuffer(body)) {
    return 'by a parser of raw bodies. Remove app.use(express.raw(…)) or app.useBodyParser("raw", …) for this route.';
  }
  if (body !== undefined) {
    return 'by a body parser. Remove app.use(express.json(…)), express.text(…) or bodyParser(…) for this route and type.';
  }
  return 'by another middleware, interceptor or guard. Remove what reads request before this route.';
}
