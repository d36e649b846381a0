import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eleven, key, one, pattern, startObjectStore, stream } from '../../test/object-store.kit.js';
import { layout } from '../keys/layout.js';

const { storeWith, close } = await startObjectStore();

/** A server that gives every request the same answer. */
let answer: (response: ServerResponse) => void = () => {};
const server = createServer((request, response) => {
  request.resume().on('end', () => answer(response));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const store = await storeWith({ endpoint, maxAttempts: 1 });
const folder = layout.formField(eleven, { formId: '1', customFieldId: '1' });
const attributes = { contentType: 'text/plain', metadata: {} };

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await close();
});

const xml =
  (status: number, code: string, more = '') =>
  (response: ServerResponse) =>
    response
      .writeHead(status)
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>x</Message>${more}</Error>`);

describe('a 200 that is no object', () => {
  beforeEach(() => {
    answer = xml(200, 'InternalError');
  });

  test.each([
    ['read', () => store.read(one, key)],
    ['head', () => store.head(one, key)],
    ['list', () => store.list(eleven, folder, { limit: 1 })],
    ['put', () => store.put(one, key, stream(pattern(9)), { ...attributes, size: 9 })],
    ['put of parts', () => store.put(one, key, stream(pattern(6 << 20)), attributes)],
  ])('%s', async (_name, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

test.each([
  [
    'a page of another server',
    (r: ServerResponse) => r.writeHead(404, { 'content-type': 'text/html' }).end('<html>no</html>'),
    'misconfigured',
    /404/,
  ],
  ['an object that is not there', xml(404, 'NoSuchKey'), 'not_found', /no such file/],
  ['an object in an archive tier', xml(403, 'InvalidObjectState'), 'conflict', /restored/],
  [
    'another region, by its signature',
    xml(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>'),
    'misconfigured',
    /eu-west-3/,
  ],
  [
    'another region, by a redirect',
    (r: ServerResponse) => r.writeHead(301, { 'x-amz-bucket-region': 'eu-west-3' }).end(),
    'misconfigured',
    /eu-west-3/,
  ],
])('%s is told as what it is', async (_name, say, code, message) => {
  answer = say;
  await expect(store.read(one, key)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test.each([
  ['a store that is not there', { endpoint: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1/],
  ['a name that is not there', { endpoint: 'http://files.invalid' }, /files\.invalid/],
])('%s: the log names where the call went', async (_name, options, host) => {
  const absent = await storeWith({ ...options, maxAttempts: 1 });
  await expect(absent.head(one, key)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(host) as string,
  });
});

test('a mistake in a program is no failure of the store', async () => {
  const credentials = () => Promise.reject(new RangeError('a mistake'));
  const mistaken = await storeWith({ endpoint, credentials });
  await expect(mistaken.head(one, key)).rejects.toThrow(RangeError);
});
