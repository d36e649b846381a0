import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Request, RequestHandler } from 'express';
import helmet from 'helmet';
import type { User } from '../auth/user.js';
import { answerWith } from './error.filter.js';

/**
 * For every answer; the page has a stricter policy of its own. S3 may ask for a page's origin (`aws:Referer`), which
 * Helmet's own default withholds. Plain HTTP is for whoever runs the proxy in front to forbid: `Strict-Transport-Security`
 * from here would bind the clinic's other subdomains too.
 */
export const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  strictTransportSecurity: false,
});

/** Nobody keeps an answer, unless what answers says otherwise, as files do. Paths name no organisation: see `sendFile`. */
export const keptByNobody: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/**
 * In demo mode, where tokens are given away to whoever is on this machine: a page of somebody else, whose name leads here
 * (DNS rebinding), is not.
 */
export const namedAsThisMachine: RequestHandler = (request, response, next) => {
  if (/^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '')) return next();
  const message = 'The demo answers to localhost and 127.0.0.1 only. Set HOST for others to reach it.';
  return answerWith(response, { statusCode: 421, code: 'wrong_host', message });
};

const windowMs = 60_000;
/** What all users of one organisation may ask for, as a multiple of what one may. */
const usersOfAnOrg = 10;

const userOf = ({ user }: Request) => user as User | undefined;
const addressOf = ({ ip = '' }: Request) => `address ${ipKeyGenerator(ip)}`;

/**
 * Counts for each user, and for each organisation; for each client address where nobody is signed in, so that whoever has no
 * token uses up nothing of those behind the same address who have one. Comes after `identify`. The count shows only once it is used up: an answer for another organisation's file must not
 * differ from one for an absent file in any header.
 */
export const requestLimits = (perMinute: number): RequestHandler[] => [
  limitOf(perMinute, (request) => {
    const user = userOf(request);
    return user ? `user ${user.org_id}/${user.sub}` : addressOf(request);
  }),
  limitOf(perMinute * usersOfAnOrg, (request) => {
    const user = userOf(request);
    return user ? `org ${user.org_id}` : addressOf(request);
  }),
];

const limitOf = (limit: number, keyGenerator: (request: Request) => string): RequestHandler =>
  rateLimit({
    windowMs,
    limit,
    keyGenerator,
    standardHeaders: false,
    legacyHeaders: false,
    // Any client can send these: without a trusted proxy they mean nothing, and are no reason to log.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    skip: ({ path }) => /^\/(api\/)?health\//.test(path),
    handler: (request, response) => {
      const { resetTime = new Date(Date.now() + windowMs) } =
        (request as Request & { rateLimit?: { resetTime?: Date } }).rateLimit ?? {};
      const seconds = Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000));
      response.setHeader('Retry-After', seconds);
      const message = `Too many requests: try again in ${seconds} seconds.`;
      answerWith(response, { statusCode: 429, code: 'too_many_requests', message });
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
