import { Controller, Get, Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo } from 'node:net';
import { send } from '../../test/http.js';
import { StorageError, type StorageErrorCode } from '../storage.error.js';
import { StorageErrorFilter } from './storage-error.filter.js';

let thrown: StorageError;

@Controller()
class Throws {
  @Get()
  read(): never {
    throw thrown;
  }
}

@Module({ controllers: [Throws] })
class App {}

const logged: string[] = [];
const logger = { log() {}, warn() {}, error: (text: unknown) => void logged.push(String(text)) };

let app: NestExpressApplication;
let origin: string;
beforeAll(async () => {
  app = await NestFactory.create<NestExpressApplication>(App, { logger });
  app.useGlobalFilters(new StorageErrorFilter());
  await app.listen(0, '127.0.0.1');
  origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});
afterAll(() => app.close());

beforeEach(() => logged.splice(0));

const answer = (error: StorageError, headers: Record<string, string> = {}) => {
  thrown = error;
  return send('GET', `${origin}/`, { headers });
};

test('a fault of the store is logged with its ids, and answered without them', async () => {
  const $metadata = { httpStatusCode: 503, requestId: 'REQ1', extendedRequestId: 'EXT2' };
  const cause = Object.assign(new Error('https://store.internal/1/x?X-Amz-Signature=abc'), {
    name: 'SlowDown',
    $metadata,
  });
  const { status, headers, body } = await answer(new StorageError('store_unavailable', 'No answer.', { cause }));
  expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
  expect(body.toString()).not.toMatch(/REQ1|EXT2|internal|SlowDown|No answer/);
  expect(logged).toEqual([expect.stringMatching(/SlowDown 503, requestId REQ1, extendedRequestId EXT2/)]);
  expect(logged.join()).not.toMatch(/Signature|abc/);
});

test.each<[StorageErrorCode, RegExp]>([
  ['store_unavailable', /^The file store/],
  ['store_refused', /^The file store/],
  ['check_unavailable', /^A check/],
  ['scan_unavailable', /^A check/],
])('who meets %s is told whose trouble it is, and nothing of it', async (code, message) => {
  const { body } = await answer(new StorageError(code, 'clamd at 10.0.0.7 is down.'));
  const told = JSON.parse(body.toString()) as { message: string };
  expect(told.message).toMatch(message);
  expect(told.message).not.toMatch(/clamd|10\.0/);
});

test('what a caller did is not logged', async () => {
  expect((await answer(new StorageError('invalid_request', 'Bad.'))).status).toBe(400);
  expect(logged).toEqual([]);
});

test('a range beyond the end is answered with the size, where the store named it', async () => {
  const of = async (size?: number) => {
    const { status, headers } = await answer(new StorageError('range_not_satisfiable', 'Beyond.', { size }));
    return [status, headers['content-range']];
  };
  expect([await of(1000), await of(0), await of()]).toEqual([
    [416, 'bytes */1000'],
    [416, 'bytes */0'],
    [416, undefined],
  ]);
});

test.each([
  ['the tag that the store named', '"a", "b"', '"b"', '"b"'],
  ['the one that was asked for', '"a"', undefined, '"a"'],
  ['none where many were, and the store named none', '"a", "b"', undefined, undefined],
  ['none for any', '*', undefined, undefined],
])('a 304 has %s', async (_what, asked, etag, said) => {
  const { status, headers, body } = await answer(new StorageError('not_modified', 'Same.', { etag }), {
    'if-none-match': asked,
  });
  expect([status, headers.etag, body.length]).toEqual([304, said, 0]);
  expect(headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Authorization, Cookie' });
});
