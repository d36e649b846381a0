import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { startDemo, type Demo } from './demo.harness.js';

const field = '/api/forms/7/fields/3';
const one = { org: '1', sub: 'ada' };

let demo: Demo;
let lines: Record<string, unknown>[] = [];
beforeAll(async () => {
  demo = await startDemo({ ACCESS_LOG: 'true' });
});
afterAll(() => demo.close());
beforeEach(() => {
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    if (String(text).startsWith('{"at"')) lines.push(JSON.parse(String(text)) as Record<string, unknown>);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

/** The line of the request of that name, which is written once its answer is out. */
const lineOf = async (name: string) => {
  for (;;) {
    const line = lines.find(({ requestId }) => requestId === name);
    if (line) return line;
    await new Promise(setImmediate);
  }
};

it.each([
  ['client-7.a_b', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['a b', false],
  ['"quoted"', false],
  ['', false],
])('a request named %j keeps its name: %j', async (name, isKept) => {
  const { headers } = await demo.call('GET', `${field}/files`, { as: one, headers: { 'x-request-id': name } });
  expect(headers['x-request-id'] === name).toBe(isKept);
  expect(headers['x-request-id']).toMatch(/^[\w.-]{1,64}$/);
});

it('each request without a name has one of its own, refusals and what no route answers too', async () => {
  const answers = await Promise.all([
    demo.call('GET', `${field}/files`, { as: one }),
    demo.call('GET', `${field}/files`),
    demo.call('GET', '/nowhere'),
  ]);
  expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(3);
});

it('a fault of the store is found in the log by the name of its request', async () => {
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  const remove = demo.storage.s3.faults.add({ operation: 'ListObjectsV2', action: 'refuse' });
  await demo.call('GET', `${field}/files`, { as: one, headers: { 'x-request-id': 'find-me' } });
  remove();
  expect(logged.mock.calls.map(([text]) => String(text))).toEqual([
    expect.stringMatching(/^\[find-me\] store_refused: .*, requestId \w{16}, extendedRequestId [\w+/=]{16,}/),
  ]);
});

it('a line tells who asked which route, without file names, queries and tokens', async () => {
  const token = 'secret-in-a-query';
  await demo.call('GET', `${field}/files/mrs-smith.png/url?disposition=inline&token=${token}`, {
    as: { org: '11', sub: 'eve' },
    headers: { 'x-request-id': 'r-11' },
  });
  await demo.call('GET', `${field}/files/mrs-smith.png/url`, { headers: { 'x-request-id': 'r-nobody' } });
  await demo.call('GET', `/nowhere/mrs-smith?token=${token}`, { headers: { 'x-request-id': 'r-nowhere' } });
  const [found, anonymous, nowhere] = [await lineOf('r-11'), await lineOf('r-nobody'), await lineOf('r-nowhere')];
  expect(found).toEqual({
    at: expect.any(String),
    requestId: 'r-11',
    method: 'GET',
    route: '/api/forms/:formId/fields/:customFieldId/files/:fileName/url',
    status: 404,
    org: '11',
    user: 'eve',
    ms: expect.any(Number),
  });
  expect(anonymous).toMatchObject({ status: 401 });
  expect(anonymous).not.toHaveProperty('user');
  expect(nowhere).toMatchObject({ status: 404, route: '(none)' });
  expect(JSON.stringify(lines)).not.toMatch(/smith|secret/);
});
