import { withBraces, type Route } from './route.js';

interface Layer {
  name?: string;
  rawPath?: unknown;
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle?: { stack?: Layer[] };
}

export interface ExpressInstance {
  router?: { stack?: Layer[] };
  _router?: { stack?: Layer[] };
}

/** The routes of an Express application, 5 or 4, in their order. Handlers without a route of their own cannot be seen into. */
export function expressRoutes({ router, _router }: ExpressInstance): Route[] {
  return routesOf((router ?? _router)?.stack ?? [], '');
}

function routesOf(stack: readonly Layer[], prefix: string): Route[] {
  return stack.flatMap(({ route, handle, rawPath }): Route[] => {
    if (!route) {
      const mount = typeof rawPath === 'string' && rawPath !== '/' ? rawPath : '';
      return handle?.stack ? routesOf(handle.stack, prefix + mount) : [];
    }
    const methods = Object.keys(route.methods).map((method) => (method === '_all' ? 'GET' : method.toUpperCase()));
    return [route.path]
      .flat()
      .filter((path) => typeof path === 'string')
      .flatMap((path) => methods.map((method) => ({ method, path: withBraces(prefix + path) })));
  });
}
