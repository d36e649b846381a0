import { withBraces, type Route } from './route.js';

export interface FastifyInstance {
  printRoutes(options?: { includeHooks?: boolean }): string;
}

/**
 * The routes of a Fastify application, which tells them afterwards only as a drawn tree:
 *
 *     └── /api/
 *         ├── forms/
 *         │   └── :formId (GET, HEAD)
 */
export function fastifyRoutes(instance: FastifyInstance): Route[] {
  const routes: Route[] = [];
  const above: string[] = [];
  for (const line of instance.printRoutes().split('\n')) {
    const [, indent = '', segment = '', methods] =
      /^((?:[│ ] {3})*)[├└]── (.*?)(?: \(([A-Z, -]+)\))?$/.exec(line) ?? [];
    if (!segment) continue;
    const depth = indent.length / 4;
    above.length = depth;
    above[depth] = segment;
    const path = withBraces(above.join(''));
    for (const method of methods?.split(', ') ?? []) routes.push({ method, path });
  }
  return routes;
}
