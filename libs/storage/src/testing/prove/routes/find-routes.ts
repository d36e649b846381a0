import type { OpenApiDocument } from './openapi.js';
import { isOpenApi, openApiRoutes } from './openapi.js';
import { expressRoutes, type ExpressInstance } from './express.js';
import { fastifyRoutes, type FastifyInstance } from './fastify.js';
import { nameOf, type Route } from './route.js';

/** Where Nest applications often have their description. */
const usualPlaces = [
  '/api/docs-json',
  '/docs-json',
  '/api-json',
  '/api/openapi.json',
  '/openapi.json',
  '/swagger.json',
];

/** Routes of the adapter's own router. @throws {Error} for an adapter that is neither Express nor Fastify */
export function routerRoutes(instance: unknown): Route[] {
  const known = instance as Partial<ExpressInstance & FastifyInstance>;
  if (typeof known.printRoutes === 'function') return fastifyRoutes(known as FastifyInstance);
  if (known.router || known._router) return expressRoutes(known);
  throw new Error('The routes cannot be read from this adapter: give the option openapi.');
}

/** Both sources together: what only the router knows is tried as well, what both know is described. */
export function merged(fromRouter: readonly Route[], document: OpenApiDocument | undefined): Route[] {
  const described = document ? openApiRoutes(document) : [];
  const byName = new Map([...fromRouter, ...described].map((route) => [nameOf(route), route]));
  // A HEAD beside a GET is the GET's own handler.
  const isOwn = ({ method, path }: Route) => method !== 'HEAD' || !byName.has(`GET ${path}`);
  return [...byName.values()].filter((route) => route.method !== 'OPTIONS' && isOwn(route));
}

/**
 * The document itself, one at a path, or one found at the usual places and among the routes.
 *
 * @throws {Error} where a named path has none
 */
export async function findOpenApi(
  given: string | object | false | undefined,
  routes: readonly Route[],
  get: (path: string) => Promise<unknown>,
): Promise<OpenApiDocument | undefined> {
  if (given === false) return undefined;
  if (typeof given === 'object') {
    if (isOpenApi(given)) return given;
    throw new Error('The option openapi is no OpenAPI document.');
  }
  const own = routes.filter(({ method, path }) => method === 'GET' && /(json|openapi)$/.test(path));
  const isAppKnown = routes.length > 0;
  const places = given !== undefined ? [given] : isAppKnown ? own.map(({ path }) => path) : usualPlaces;
  for (const place of places) {
    const found = await get(place);
    if (isOpenApi(found)) return found;
  }
  if (given !== undefined) throw new Error(`There is no OpenAPI document at ${given}.`);
  return undefined;
}
