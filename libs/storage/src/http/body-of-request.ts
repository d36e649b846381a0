import { StorageError } from '../storage.error.js';
import { nodeRequest, type HttpRequest } from './platform.js';

/** What body parsers and Multer leave on a request. */
interface Parsed {
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
export function requireUnread(from: HttpRequest): void {
  const request = nodeRequest(from);
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
    `The body of this request (${contentType}) was read before receiveFile got it: ${whoRead(from)}`,
  );
}

function whoRead(request: HttpRequest & Parsed): string {
  const { file, files, body, rawBody } = request;
  const onFastify = nodeRequest(request) !== request;
  if (file !== undefined || files !== undefined) {
    return 'by Multer. Remove @UseInterceptors(FileInterceptor(…)), FilesInterceptor or AnyFilesInterceptor from this route.';
  }
  if (onFastify && body !== undefined) {
    return "by Fastify's parser of this type. Call leaveFilesUnread(app) before the application listens, and remove addContentTypeParser(…) and app.useBodyParser(…) for this type.";
  }
  if (rawBody !== undefined || Buffer.isBuffer(body)) {
    return 'by a parser of raw bodies. Remove app.use(express.raw(…)) or app.useBodyParser("raw", …) for this route.';
  }
  if (body !== undefined) {
    return 'by a body parser. Remove app.use(express.json(…)), express.text(…) or bodyParser(…) for this route and type.';
  }
  return 'by another middleware, interceptor or guard. Remove what reads request before this route.';
}
