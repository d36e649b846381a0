import type { Server } from 'node:http';
import { jest } from '@jest/globals';
import { connect } from 'node:net';
import { samples } from 'nest-tenant-storage/testing';
import { startDemo, tokenOf, type Demo } from './demo.harness.js';

const one = { org: '1' };
const field = '/api/forms/7/fields/3';

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());
afterEach(() => jest.restoreAllMocks());

const trashOf = (place: string) => [`get /api/${place}/trash`, `post /api/${place}/trash/restore`];

describe('health', () => {
  it.each(['/api/health/live', '/health/live'])('%s asks nobody', async (path) => {
    const before = demo.storage.s3.requests.list().length;
    const answer = await demo.call('GET', path);
    expect([answer.status, answer.json]).toEqual([200, { status: 'ok' }]);
    expect(demo.storage.s3.requests.list()).toHaveLength(before);
  });

  it('asks the bucket once, however many ask', async () => {
    const before = demo.storage.s3.requests.list().length;
    jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    const answers = await Promise.all(Array.from({ length: 5 }, () => demo.call('GET', '/api/health/ready')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(demo.storage.s3.requests.list()).toHaveLength(before + 1);
  });
});

describe('errors', () => {
  it.each([
    ['GET', '/api/nothing', 404, 'not_found'],
    ['GET', '/nothing', 404, 'not_found'],
    ['PATCH', `${field}/files`, 404, 'not_found'],
    ['GET', '/api/forms/%E0%A4%A/fields/3/files', 400, 'invalid_request'],
    ['GET', '/api/%', 400, 'invalid_request'],
  ])('%s %s is %i %s', async (method, path, statusCode, code) => {
    const { status, json, headers } = await demo.call(method, path, { as: one });
    expect([status, json]).toEqual([statusCode, { statusCode, code, message: expect.any(String) }]);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each([
    ['half of JSON', { 'content-type': 'application/json' }, '{"size":', 400, 'invalid_request'],
    ['a list', { 'content-type': 'application/json' }, '[1]', 400, 'invalid_request'],
    ['a string', { 'content-type': 'application/json' }, '"x"', 400, 'invalid_request'],
    ['no JSON', { 'content-type': 'text/plain' }, 'x', 415, 'unsupported_media_type'],
    ['no body', {}, undefined, 415, 'unsupported_media_type'],
    ['too much', { 'content-type': 'application/json' }, `"${'x'.repeat(20_000)}"`, 413, 'body_too_large'],
    [
      'an encoding',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      'x',
      415,
      'unsupported_media_type',
    ],
    ['an unknown charset', { 'content-type': 'application/json; charset=x' }, '{}', 415, 'unsupported_media_type'],
  ])('a body of %s', async (_what, headers: Record<string, string>, body, status, code) => {
    const refused = await demo.call('POST', `${field}/uploads`, { as: one, headers, body });
    expect([refused.status, refused.json.code]).toEqual([status, code]);
  });

  it('of the store are told without detail', async () => {
    const remove = demo.storage.s3.faults.add({ operation: 'HeadObject', action: 'refuse' });
    const answer = await demo.call('GET', `${field}/files/x.png/url`, { as: one });
    remove();
    expect([answer.status, answer.json.code]).toEqual([502, 'store_refused']);
    expect(answer.body.toString()).not.toMatch(/tenant-files|127\.0\.0\.1|uploads\/forms/);
  });
});

describe('the description of the API', () => {
  it.each(['/api/docs-json', '/docs-json'])('%s names every route and what it answers', async (path) => {
    const { status, json } = await demo.call('GET', path);
    const { paths } = json as unknown as {
      paths: Record<string, Record<string, { responses: Record<string, object> }>>;
    };
    expect(status).toBe(200);
    expect(Object.entries(paths).map(([route, methods]) => `${Object.keys(methods).join(' ')} ${route}`)).toEqual([
      'put delete /api/forms/{formId}/fields/{customFieldId}/files/{fileName}',
      'post get /api/forms/{formId}/fields/{customFieldId}/files',
      'post /api/forms/{formId}/fields/{customFieldId}/uploads',
      'get /api/forms/{formId}/fields/{customFieldId}/files/{fileName}/url',
      'get /api/forms/{formId}/fields/{customFieldId}/files/{fileName}/content',
      ...trashOf('forms/{formId}/fields/{customFieldId}'),
      'put delete /api/specialists/{specialistId}/signature',
      'post /api/specialists/{specialistId}/signature/uploads',
      'get /api/specialists/{specialistId}/signature/url',
      'get /api/specialists/{specialistId}/signature/content',
      ...trashOf('specialists/{specialistId}/signature'),
      'put delete /api/documents/{documentId}/{audience}',
      'post /api/documents/{documentId}/{audience}/uploads',
      'get /api/documents/{documentId}/{audience}/url',
      'get /api/documents/{documentId}/{audience}/content',
      ...trashOf('documents/{documentId}/{audience}'),
      'put delete /api/templates/logo',
      'post /api/templates/logo/uploads',
      'get /api/templates/logo/url',
      'get /api/templates/logo/content',
      ...trashOf('templates/logo'),
      'get /api/audit-archive/{year}/{month}/url',
      'get /api/audit-archive/{year}/{month}/content',
      'post /api/uploads/complete',
      'post /api/uploads/sign',
      'delete /api/uploads',
      'get /api/health/live',
      'get /api/health/ready',
    ]);
    for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
      expect(Object.keys(operation.responses).some((code) => code.startsWith('2'))).toBe(true);
    }
  });

  it.each(['/api/docs', '/docs'])('%s shows it to people, without inline scripts', async (path) => {
    const page = await demo.call('GET', path);
    const html = page.body.toString();
    expect(page.status).toBe(200);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    const [, script = ''] = /src="([^"]*init\.js)"/.exec(html) ?? [];
    expect((await demo.call('GET', new URL(script, demo.origin + path).pathname)).status).toBe(200);
  });
});

it('sends headers that keep pages to this server, and let them name their origin to the store', async () => {
  const { headers } = await demo.call('GET', '/api/docs');
  expect(headers['referrer-policy']).toBe('strict-origin-when-cross-origin');
  expect(headers['content-security-policy']).toContain(`default-src 'self';`);
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
  expect(headers['x-powered-by']).toBeUndefined();
});

it('answers a request that is not HTTP and stays up', async () => {
  const { port } = new URL(demo.origin);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /api/health/live HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n');
  const [answer] = (await socket.toArray()) as Buffer[];
  expect(answer?.toString()).toMatch(/^HTTP\/1\.1 400 /);
  expect((await demo.call('GET', '/health/live')).status).toBe(200);
});

it('logs no token and no query of a URL', async () => {
  const written: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array) => written.push(text.toString()) > 0;
  const remove = demo.storage.s3.faults.add({ operation: 'HeadObject', action: 'error', times: 10 });
  await demo.call('GET', `${field}/files/x.png/url?secret=query`, { as: one });
  remove();
  process.stderr.write = write;
  expect(written.join('')).toContain('store_unavailable');
  expect(written.join('')).not.toMatch(/secret|eyJ|X-Amz|Bearer/);
});

it('finishes an upload that is under way when it closes', async () => {
  const own = await startDemo();
  const { contentType, bytes } = samples.png;
  let closed: Promise<void> | undefined;
  const upload = own.call('PUT', `${field}/files/x.png`, {
    as: one,
    headers: { 'content-type': contentType, 'content-length': String(bytes.length) },
    write: (request) => {
      request.write(bytes.subarray(0, 10));
      own.app.getHttpServer().once('request', () => {
        closed = own.app.close();
        setImmediate(() => request.end(bytes.subarray(10)));
      });
    },
  });
  const { status } = await upload.finally(() => own.close());
  await closed;
  expect(status).toBe(201);
});

it('finishes a download that is under way when it closes', async () => {
  const own = await startDemo();
  const { contentType, bytes } = samples.mp4;
  const size = 16 * 1024 * 1024;
  try {
    const film = Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
    await own.call('PUT', `${field}/files/x.mp4`, { as: one, headers: { 'content-type': contentType }, body: film });
    const headers = { authorization: `Bearer ${await tokenOf(one)}`, connection: 'close' };
    const { body } = await fetch(`${own.origin}${field}/files/x.mp4/content`, { headers });
    // What ends a download after its ten seconds of grace: this one has as long as a busy machine needs.
    jest.spyOn(own.app.getHttpServer() as Server, 'closeAllConnections').mockImplementation(() => {});
    const closed = own.app.close();
    let received = 0;
    for await (const chunk of body!) received += (chunk as Uint8Array).length;
    await closed;
    expect(received).toBe(size);
  } finally {
    await own.close();
  }
});

describe('too many requests', () => {
  let own: Demo;
  beforeAll(async () => {
    own = await startDemo({ RATE_LIMIT_PER_MINUTE: '20' });
  });
  afterAll(() => own.close());
  const now = Date.now();
  beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(now));

  const asked = async (options: Parameters<Demo['call']>[2], times: number) => {
    const answers = [];
    for (let i = 0; i < times; i++) answers.push(await own.call('GET', '/api/nothing', options));
    return answers;
  };

  it('of nobody known are counted by address, which says so only once there are too many', async () => {
    const answers = await asked({ token: 'none' }, 22);
    const [first, last] = [answers[0], answers.at(-1)];
    expect(Object.keys(first?.headers ?? {}).filter((name) => /ratelimit|retry/.test(name))).toEqual([]);
    expect([last?.status, last?.json.code]).toEqual([429, 'too_many_requests']);
    expect((await own.call('GET', '/health/live')).status).toBe(200);
  });

  it('use up nothing of those behind the same address who have signed in', async () => {
    expect((await own.call('GET', '/api/nothing')).status).toBe(429);
    for (const org of ['11', '1']) expect((await asked({ as: { org, sub: 'bob' } }, 1))[0]?.status).toBe(404);
  });

  it('of one user are none of another, nor of one of the same name elsewhere', async () => {
    const eve = { org: '1', sub: 'eve' };
    const last = (await asked({ as: eve }, 21)).at(-1);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(last?.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(last?.json.message).toContain(`${last?.headers['retry-after']} seconds`);
    const others = [
      { ...eve, org: '11' },
      { ...eve, sub: 'bob' },
    ];
    for (const as of others) expect((await asked({ as }, 1))[0]?.status).toBe(404);
  });
});
