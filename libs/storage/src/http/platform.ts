import type { INestApplication } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as Express hands it over, which is Node's own, or as Fastify does, which has Node's own inside. */
export type HttpRequest = IncomingMessage | { raw: IncomingMessage };

/** A response of Express, or a reply of Fastify. */
export type HttpResponse = ServerResponse | FastifyReply;

/** What is used of Fastify's: https://fastify.dev/docs/latest/Reference/Reply/ */
interface FastifyReply {
  raw: ServerResponse;
  getHeaders(): Record<string, number | string | string[] | undefined>;
  hijack(): unknown;
}

/** What is used of Fastify's instance: https://fastify.dev/docs/latest/Reference/ContentTypeParser/ */
interface FastifyInstance {
  removeContentTypeParser(contentType: string): void;
  hasContentTypeParser(contentType: string): boolean;
  addContentTypeParser(
    contentType: string,
    parser: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): void;
}

export const nodeRequest = (request: HttpRequest): IncomingMessage =>
  'raw' in request && isFastifys(request.raw) ? request.raw : (request as IncomingMessage);

/**
 * Node's response, to be written by us. On Fastify the reply is taken out of its hands, with the headers that plugins have
 * set on it so far (those of CORS among them).
 */
export function nodeResponse(response: HttpResponse): ServerResponse {
  if (!('hijack' in response)) return response;
  const { raw } = response;
  if (!raw.headersSent) {
    for (const [name, value] of Object.entries(response.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
  }
  response.hijack();
  return raw;
}

const isFastifys = (raw: unknown): raw is IncomingMessage =>
  typeof raw === 'object' && raw !== null && 'headers' in raw && 'socket' in raw;

/**
 * Lets files reach `receiveFile` on Fastify, which by itself refuses a body of a type that no parser is registered for (415),
 * and reads `text/plain`. JSON and the parsers of plugins stay as they are. On Express there is nothing to do.
 *
 *     const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
 *     leaveFilesUnread(app);
 */
export function leaveFilesUnread(app: INestApplication): void {
  const adapter = app.getHttpAdapter();
  if (adapter.getType() !== 'fastify') return;
  const fastify = adapter.getInstance() as FastifyInstance;
  fastify.removeContentTypeParser('text/plain');
  if (!fastify.hasContentTypeParser('*')) fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
}
