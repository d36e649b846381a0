import type { RequestHandler } from 'express';
import passport from 'passport';
import type { User } from './user.js';

/**
 * Says who asks, where a valid token does, for what has to know before a route is found. It refuses nobody: what a route
 * asks for is its guards' matter.
 */
export const identify: RequestHandler = (request, response, next) => {
  const onUser = (_error: unknown, user?: User | false) => {
    if (user) request.user = user;
    next();
  };
  (passport.authenticate('jwt', { session: false }, onUser) as RequestHandler)(request, response, next);
};
