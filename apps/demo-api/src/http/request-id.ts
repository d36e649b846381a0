import type { Request, RequestHandler } from 'express';
import { randomUUID } from 'node:crypto';
import type { User } from '../auth/user.js';

/** What a log line and a header can carry as it is. */
const isId = (text: unknown): text is string => typeof text === 'string' && /^[\w.-]{1,64}$/.test(text);

/** Names each request in its answer, by the `X-Request-Id` it came with or one of our own: what was logged is found by it. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.headers['x-request-id'];
  response.setHeader('X-Request-Id', isId(given) ? given : randomUUID());
  next();
};

/**
 * One line of JSON for each request, once its answer has ended or its client has gone. The route, not the path, which holds
 * a person's file name, and no query, which holds cursors and may hold secrets.
 */
export const accessLog =
  (write: (line: string) => void): RequestHandler =>
  (request, response, next) => {
    const begun = process.hrtime.bigint();
    response.once('close', () => {
      const user = request.user as User | undefined;
      const line = {
        at: new Date().toISOString(),
        requestId: response.getHeader('X-Request-Id'),
        method: request.method,
        route: routeOf(request),
        status: response.statusCode,
        ...(!response.writableFinished && { cut: true }),
        ...(user && { org: user.org_id, user: user.sub }),
        ms: Number((process.hrtime.bigint() - begun) / 1_000_000n),
      };
      write(`${JSON.stringify(line)}\n`);
    });
    next();
  };

function routeOf({ route }: Request): string {
  const { path = '*' } = (route ?? {}) as { path?: string };
  return path.startsWith('*') ? '(none)' : path;
}
