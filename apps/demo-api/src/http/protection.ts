import { rateLimit } from 'express-rate-limit';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { answerWith } from './error.filter.js';

/**
 * For every answer; the page has a stricter policy of its own. S3 may ask for a page's origin (`aws:Referer`), which
 * Helmet's own default withholds, and plain HTTP is for whoever runs the proxy in front to forbid.
 */
export const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
});

/**
 * Counts per client address. The count shows only once it is used up: an answer for another organisation's file must not
 * differ from one for an absent file in any header.
 */
export const requestLimit = (perMinute: number): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: false,
    legacyHeaders: false,
    // Any client can send these: without a trusted proxy they mean nothing, and are no reason to log.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    skip: ({ path }) => /^\/(api\/)?health\//.test(path),
    handler: (_request, response) => {
      response.setHeader('Retry-After', '60');
      answerWith(response, {
        statusCode: 429,
        code: 'too_many_requests',
        message: 'Too many requests: wait a minute.',
      });
    },
  });

/** `/health/…` and `/docs` also without the prefix, as probes and people expect them. */
export const shortPaths: RequestHandler = (request, _response, next) => {
  if (/^\/(health|docs|docs-json)(?=[/?]|$)/.test(request.url)) request.url = `/api${request.url}`;
  next();
};

/** Outside the prefix, where Nest does not answer. */
export const noSuchPath: RequestHandler = (request, response) => {
  answerWith(response, { statusCode: 404, code: 'not_found', message: `Cannot ${request.method} ${request.path}` });
};
