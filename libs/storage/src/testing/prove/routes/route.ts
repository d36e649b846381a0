/** One way into the application. */
export interface Route {
  method: string;
  /** With names in braces: `/api/forms/{formId}`. */
  path: string;
  /** What a description says of it, and what refusals taught; without either, names and samples must do. */
  described?: Described;
}

export interface Described {
  /** Values that are good for a name in the path or in the query, best first. */
  path: Readonly<Record<string, Hint>>;
  query: Readonly<Record<string, Hint>>;
  contentTypes: readonly string[];
  /** Of a JSON body. */
  body?: Readonly<Record<string, Hint>>;
}

export interface Hint {
  required: boolean;
  type?: string;
  format?: string;
  example?: unknown;
  /** All that is allowed, where that is said. */
  allowed?: readonly unknown[];
  minimum?: number;
}

export const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method} ${path}`;

export const holesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** What stands before a hole: the place where such things are kept. */
export const collectionOf = (path: string, hole: string): string => path.slice(0, path.indexOf(`{${hole}}`));

/** `:name`, `*name` and a bare `*`, as routers write them. */
export const withBraces = (path: string): string =>
  path
    .replace(/[:*](\w+)(?:\([^)]*\))?\??/g, '{$1}')
    .replace(/\*/g, '{rest}')
    .replace(/(?<=.)\/$/, '');

/** Whether a pattern (`GET /api/docs*`) speaks of a route. */
export function matches(pattern: string, route: Pick<Route, 'method' | 'path'>): boolean {
  const name = nameOf(route);
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : withBraces(pattern) === name;
}
