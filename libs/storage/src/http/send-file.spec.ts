import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { send } from '../../test/http.js';
import { readOptionsOf, sendFile, type SendOptions } from './send-file.js';

const asked = (headers: object, method = 'GET') => readOptionsOf({ headers, method } as IncomingMessage);

test.each([
  ['nothing', {}, {}],
  ['one range', { range: 'bytes=0-9' }, { range: 'bytes=0-9' }],
  ['a range from the end', { range: 'bytes=-9' }, { range: 'bytes=-9' }],
  ['several ranges are ignored', { range: 'bytes=0-1,5-6' }, {}],
  ['another unit is ignored', { range: 'rows=0-1' }, {}],
  ['numbers beyond reason are ignored', { range: `bytes=${'9'.repeat(16)}-` }, {}],
  [
    'a range for one state of the file',
    { range: 'bytes=5-', 'if-range': '"e"' },
    { range: 'bytes=5-', ifRange: '"e"' },
  ],
  ['a range for a date is answered whole', { range: 'bytes=5-', 'if-range': 'Mon, 23 Nov 2026 22:00:00 GMT' }, {}],
  ['a range for a weak tag is answered whole', { range: 'bytes=5-', 'if-range': 'W/"e"' }, {}],
  ['conditions', { 'if-match': '"a"', 'if-none-match': '"b"' }, { ifMatch: '"a"', ifNoneMatch: '"b"' }],
])('%s', (_name, headers, options) => {
  expect(asked(headers)).toEqual(options);
});

test('HEAD has no range: RFC 9110, section 14.2', () => {
  expect(asked({ range: 'bytes=0-9' }, 'HEAD')).toEqual({ withoutBody: true });
});

test.each(['*', '"a"', 'W/"a"', '"a", W/"b"', '"a","b"', '""', ' "a" '])('%s is a condition', (tags) => {
  expect(asked({ 'if-none-match': tags, 'if-match': tags })).toEqual({
    ifMatch: tags.trim(),
    ifNoneMatch: tags.trim(),
  });
});

test.each(['"\xe9"', '"a\tb"', '"a', 'a', '"a" "b"', '*, "a"', '"a",', 'w/"a"', `"${'a'.repeat(5000)}"`])(
  '%j is none: the store would sign it, or compare it with nothing',
  (tags) => {
    for (const name of ['if-match', 'if-none-match']) {
      expect(() => asked({ [name]: tags })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    }
  },
);

test.each(['"\xe9"', 'a\tb'])('an If-Range of %j is refused', (tag) => {
  expect(() => asked({ 'if-range': tag, range: 'bytes=0-1' })).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  );
});

test.each<[SendOptions, string]>([
  [{}, 'private, no-cache'],
  [{ cacheControl: undefined }, 'private, no-cache'],
  [{ cacheControl: 'no-store' }, 'no-store'],
])('with %j a copy is kept as %s, and never for somebody else', async (options, expected) => {
  const server = createServer((request, response) => {
    const file = { fileName: 'a.txt', contentType: 'text/plain', size: 1, etag: '"e"' };
    const headers = { contentType: 'text/plain', contentDisposition: 'attachment', cacheControl: 'private, no-cache' };
    void sendFile(request, response, { file, body: Readable.from(['x']), length: 1, ...headers }, options);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { headers } = await send('GET', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.close();
  expect(headers).toMatchObject({ 'cache-control': expected, vary: 'Authorization, Cookie' });
});
