import { fastifyRoutes } from './fastify.js';
import { findOpenApi, merged, routerRoutes } from './find-routes.js';
import { matches, nameOf } from './route.js';

const names = (routes: Parameters<typeof nameOf>[0][]) => routes.map(nameOf);

test('routes of Express 5 and 4, of routers in routers too', () => {
  const leaf = (path: string, ...methods: string[]) => ({
    route: { path, methods: Object.fromEntries(methods.map((method) => [method, true])) },
  });
  const stack = [
    { name: 'helmet' },
    leaf('/api/forms/:formId/files/:fileName', 'get', 'put'),
    leaf('/any/*splat', '_all'),
    { name: 'router', rawPath: '/mounted', handle: { stack: [leaf('/inner/', 'post')] } },
  ];
  const expected = [
    'GET /api/forms/{formId}/files/{fileName}',
    'PUT /api/forms/{formId}/files/{fileName}',
    'GET /any/{splat}',
    'POST /mounted/inner',
  ];
  expect(names(routerRoutes({ router: { stack } }))).toEqual(expected);
  expect(names(routerRoutes({ _router: { stack } }))).toEqual(expected);
});

test('routes of Fastify, whose tree cuts names in pieces', () => {
  const tree = `└── /
    ├── api/
    │   ├── forms/
    │   │   └── :formId
    │   │       └── /files/
    │   │           └── :fileName (PUT, DELETE)
    │   │               └── /url (GET, HEAD)
    │   └── s
    │       ├── cans (POST)
    │       └── ummary (GET, HEAD)
    └── static/
        └── * (GET, HEAD)
`;
  expect(names(fastifyRoutes({ printRoutes: () => tree }))).toEqual([
    'PUT /api/forms/{formId}/files/{fileName}',
    'DELETE /api/forms/{formId}/files/{fileName}',
    'GET /api/forms/{formId}/files/{fileName}/url',
    'HEAD /api/forms/{formId}/files/{fileName}/url',
    'POST /api/scans',
    'GET /api/summary',
    'HEAD /api/summary',
    'GET /static/{rest}',
    'HEAD /static/{rest}',
  ]);
});

test('another adapter is an error that says what to do', () => {
  expect(() => routerRoutes({})).toThrow(/option openapi/);
});

const document = {
  openapi: '3.0.0',
  paths: {
    '/notes/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, example: '9' }],
      put: {
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' } } } },
      },
    },
  },
  components: {
    schemas: {
      Note: {
        allOf: [{ $ref: '#/components/schemas/Base' }],
        required: ['text'],
        properties: { text: { type: 'string' } },
      },
      Base: { required: ['kind'], properties: { kind: { type: 'string', enum: ['a', 'b'] } } },
      // A circle must end.
      Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }] },
    },
  },
};

test('a description adds to what the router knows, and what only the router knows stays', async () => {
  const known = [
    { method: 'PUT', path: '/notes/{id}' },
    { method: 'GET', path: '/hidden' },
    { method: 'HEAD', path: '/hidden' },
    { method: 'OPTIONS', path: '/hidden' },
  ];
  const routes = merged(known, await findOpenApi(document, known, async () => undefined));
  expect(names(routes)).toEqual(['PUT /notes/{id}', 'GET /hidden']);
  expect(routes[0]?.described?.path).toEqual({ id: { required: true, example: '9' } });
  expect(routes[0]?.described?.body).toEqual({
    text: { required: true, type: 'string' },
    kind: { required: true, type: 'string', allowed: ['a', 'b'] },
  });
});

test('a document is found where the application has it; a named one must be there', async () => {
  const get = async (path: string) => (path === '/docs-json' ? document : undefined);
  expect(await findOpenApi(undefined, [], get)).toBe(document);
  expect(await findOpenApi(undefined, [{ method: 'GET', path: '/docs-json' }], get)).toBe(document);
  expect(await findOpenApi(undefined, [{ method: 'GET', path: '/x' }], get)).toBeUndefined();
  await expect(findOpenApi('/else', [], get)).rejects.toThrow('There is no OpenAPI document at /else.');
  await expect(findOpenApi({ swagger: '2.0' }, [], get)).rejects.toThrow(/no OpenAPI document/);
});

test.each([
  ['GET /docs*', 'GET', '/docs/a', true],
  ['GET /docs/:file', 'GET', '/docs/{file}', true],
  ['GET /docs', 'GET', '/docs/a', false],
  ['GET /docs*', 'PUT', '/docs', false],
])('%s and %s %s: %s', (pattern, method, path, isSame) => {
  expect(matches(pattern, { method, path })).toBe(isSame);
});
