import { jest } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { endWhenSilent } from './silence.js';

const ms = 60_000;

/** A body of a store, of which `arrive` brings some. */
function incoming() {
  const socket = { bytesRead: 0 };
  const body = Object.assign(new PassThrough({ highWaterMark: 10 }), { socket, complete: false });
  const failure = new Promise<Error>((resolve) => body.once('error', resolve));
  endWhenSilent(body as unknown as IncomingMessage, ms);
  const arrive = (bytes: number) => {
    socket.bytesRead += bytes;
    body.write(Buffer.alloc(bytes));
  };
  return { body, arrive, failure };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

test('a store that sends nothing to a reader who reads ends the body', async () => {
  const { body, arrive, failure } = incoming();
  body.resume();
  arrive(5);
  jest.advanceTimersByTime(2 * ms);
  expect((await failure).name).toBe('TimeoutError');
});

test('a reader who pauses, for hours, ends nothing', () => {
  const { body, arrive } = incoming();
  arrive(20);
  jest.advanceTimersByTime(100 * ms);
  expect(body.destroyed).toBe(false);
  body.resume();
  jest.advanceTimersByTime(ms / 2);
  expect(body.destroyed).toBe(false);
  body.destroy();
});

test('a store that sends a little now and then is not silent', () => {
  const { body, arrive } = incoming();
  body.resume();
  for (let i = 0; i < 20; i += 1) {
    arrive(1);
    jest.advanceTimersByTime(ms / 2);
  }
  expect(body.destroyed).toBe(false);
  body.destroy();
});

test('what has arrived whole waits for its reader, and nothing looks after a body that is over', async () => {
  const { body, arrive } = incoming();
  arrive(5);
  body.complete = true;
  jest.advanceTimersByTime(10 * ms);
  expect(body.destroyed).toBe(false);
  body.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  expect(jest.getTimerCount()).toBe(0);
});
