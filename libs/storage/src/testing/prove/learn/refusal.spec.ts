import { Lessons } from './lessons.js';
import { lessonsOf } from './refusal.js';
import type { Plan } from '../plan.js';
import type { Route } from '../routes/route.js';
import type { Answer } from '../wire.js';

const named = (name: string, hint: object) => ({ name, hint });

test.each<[string, unknown, object[]]>([
  ['class-validator', { message: ['text must be a string'] }, [named('text', { type: 'string' })]],
  [
    'class-validator, joined',
    { message: 'size must not be less than 1; size must be an integer number' },
    [named('size', { minimum: 1 }), named('size', { type: 'number' })],
  ],
  [
    'class-validator, a list',
    { message: 'method must be one of the following values: POST, PUT' },
    [named('method', { allowed: ['POST', 'PUT'] })],
  ],
  ['class-validator, too much', { message: ['property text should not exist'] }, [{ name: 'text', isUnwanted: true }]],
  [
    'class-validator, its own errors',
    { errors: [{ property: 'mail', constraints: { isEmail: 'mail must be an email' } }] },
    [named('mail', { format: 'email' })],
  ],
  [
    'Zod',
    { issues: [{ path: ['text'], message: 'Invalid input: expected string, received undefined' }] },
    [named('text', { type: 'string' })],
  ],
  [
    'Zod, a list',
    { errors: [{ path: ['kind'], message: 'Invalid option: expected one of "a"|"b"' }] },
    [named('kind', { allowed: ['a', 'b'] })],
  ],
  [
    'Zod, too much',
    { message: [{ path: [], message: 'Unrecognized key: "title"' }] },
    [{ name: 'title', isUnwanted: true }],
  ],
  ['Ajv, missing', { message: "body must have required property 'text'" }, [named('text', {})]],
  ['Ajv, a type', { message: 'body/size must be integer' }, [named('size', { type: 'number' })]],
  ['Ajv, too much', { message: 'body must NOT have additional properties' }, [{ isUnwanted: true }]],
  ['a pipe', { message: 'Validation failed (uuid is expected)' }, [{ hint: { format: 'uuid' } }]],
  [
    'a content type',
    { message: 'Send multipart/form-data with the file in a field "file", not application/json.' },
    [{ contentType: 'multipart/form-data' }],
  ],
  ['nothing', { message: 'Bad Request', statusCode: 400 }, []],
  ['no JSON', undefined, []],
])('%s teaches', (_what, json, lessons) => {
  expect(lessonsOf(json, 'application/json; charset=utf-8')).toEqual(lessons);
});

const refused = (message: string, status = 400) => ({ status, json: { message } }) as Answer;
const planOf = (route: Route, contentType = 'application/json', body?: Buffer): Plan => ({
  route,
  params: {},
  query: {},
  learned: [],
  contentType,
  ...(body && { body }),
});

test('values in a sentence belong to the part of the path that it names, and to nothing else', () => {
  const route: Route = { method: 'PUT', path: '/documents/{id}/{audience}' };
  const lessons = new Lessons();
  expect(lessons.learn(planOf(route), refused('The audience of a document is one of patient, admin.'))).toBe(true);
  expect(route.described?.path).toEqual({ audience: { required: true, allowed: ['patient', 'admin'] } });
  expect(route.described?.body).toBeUndefined();
});

test('what a reading route lacks is a query', () => {
  const route: Route = { method: 'GET', path: '/notes' };
  expect(new Lessons().learn(planOf(route, undefined), refused('limit must be a number'))).toBe(true);
  expect(route.described?.query).toEqual({ limit: { required: true, type: 'number' } });
});

test('content types are tried one by one, named ones first, and come to an end', () => {
  const route: Route = { method: 'POST', path: '/photos' };
  const lessons = new Lessons();
  const tried: string[] = [];
  let contentType = 'application/json';
  while (lessons.learn(planOf(route, contentType, Buffer.from('x')), refused('Send image/webp.', 415))) {
    [contentType = ''] = route.described!.contentTypes;
    tried.push(contentType);
  }
  expect(tried[0]).toBe('image/webp');
  expect(new Set(tried).size).toBe(tried.length);
  expect(tried).toContain('multipart/form-data');
});

test("a description's own content types are left, and statuses that say nothing of the request teach nothing", () => {
  const described = { path: {}, query: {}, contentTypes: ['image/png'] };
  const route: Route = { method: 'PUT', path: '/logo', described };
  const lessons = new Lessons();
  expect(lessons.learn(planOf(route, 'image/png', Buffer.from('x')), refused('Send text/plain.', 415))).toBe(false);
  for (const status of [401, 403, 404, 409, 429, 503])
    expect(lessons.learn(planOf(route), refused('text must be a string', status))).toBe(false);
  expect(route.described).toBe(described);
});
