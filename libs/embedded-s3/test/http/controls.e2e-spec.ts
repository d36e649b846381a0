import { jest } from '@jest/globals';
import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { connect } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Fault } from '../../src/index.js';
import { BUCKET, bytes, raw, refusal, TestServer } from '../kit.js';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

describe('faults', () => {
  test.each<[Fault['action'], string]>([
    ['refuse', '403 AccessDenied'],
    ['error', '500 InternalError'],
    ['slowDown', '503 SlowDown'],
    [{ errorCode: 'ConditionalRequestConflict' }, '409 ConditionalRequestConflict'],
  ])('%j, once, for the operation and key it is meant for', async (action, expected) => {
    server.s3.faults.add({ operation: 'PutObject', key: /^wanted/, action });
    await server.put('other', 'x');
    expect(await refusal(server.put('wanted', 'x'))).toBe(expected);
    await server.put('wanted', 'x');
    expect(await server.keys()).toEqual(['other', 'wanted']);
  });

  test('an error inside a 200', async () => {
    await server.put('from', 'x');
    server.s3.faults.add({ operation: 'CopyObject', action: 'errorBody' });
    const copy = new CopyObjectCommand({ Bucket: BUCKET, Key: 'to', CopySource: `${BUCKET}/from` });
    expect(await refusal(server.client.send(copy))).toMatch(/InternalError/);
    expect(await server.keys()).toEqual(['from']);
  });

  test('as often as asked, until taken away', async () => {
    const take = server.s3.faults.add({ action: 'slowDown', times: 100 });
    expect(await refusal(server.put('a', 'x'))).toBe('503 SlowDown');
    expect(await refusal(server.put('a', 'x'))).toBe('503 SlowDown');
    take();
    await server.put('a', 'x');
    server.s3.faults.add({ action: 'slowDown', times: 100 });
    server.s3.faults.clear();
    await server.put('a', 'x');
  });

  test('`before` runs between authorisation and the operation', async () => {
    await server.put('raced', 'theirs');
    server.s3.faults.add({
      operation: 'GetObject',
      before: async () => void (await server.put('raced', 'changed in between')),
    });
    expect((await server.read('raced')).toString()).toBe('changed in between');
  });

  test('a download that breaks off', async () => {
    const data = bytes(4 << 20);
    await server.put('cut', data);
    server.s3.faults.add({ operation: 'GetObject', action: { cutAfterBytes: 1 << 20 } });
    const { Body } = await server.get('cut');
    let received = 0;
    const readAll = async (): Promise<void> => {
      for await (const chunk of Body as AsyncIterable<Buffer>) received += chunk.length;
    };
    await expect(readAll()).rejects.toThrow('aborted');
    expect(received).toBe(1 << 20);
    expect(data.equals(await server.read('cut'))).toBe(true);
  });

  test('an upload that breaks off leaves nothing', async () => {
    server.s3.faults.add({ operation: 'PutObject', action: { cutAfterBytes: 1 << 20 } });
    await expect(server.put('cut', bytes(4 << 20))).rejects.toThrow(/hang up|ECONNRESET|EPIPE|aborted/);
    expect(await server.keys()).toEqual([]);
  });

  test('an answer that is lost', async () => {
    await server.put('from', 'x');
    server.s3.faults.add({ operation: 'CopyObject', action: { cutAfterBytes: 10 } });
    const copy = new CopyObjectCommand({ Bucket: BUCKET, Key: 'to', CopySource: `${BUCKET}/from` });
    await expect(server.client.send(copy)).rejects.toThrow(/hang up|ECONNRESET|EPIPE|aborted/);
    expect(await server.keys()).toEqual(['from', 'to']);
  });

  test('an answer that is late by a little', async () => {
    server.s3.faults.add({ operation: 'HeadBucket', action: { delayMs: 5 } });
    expect((await server.signed('HEAD', `/${BUCKET}`)).status).toBe(200);
  });
});

describe('close', () => {
  // The clock stands still: only what the test lets pass passes.
  const graceMs = 1_000;
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] }));
  afterEach(() => void jest.useRealTimers());

  async function closeAfterGrace(): Promise<void> {
    const closed = server.s3.close();
    await new Promise(setImmediate);
    jest.advanceTimersByTime(graceMs);
    await closed;
  }

  test('does not wait for connections on which nothing is asked, and removes the temporary folder', async () => {
    const { dataDir, port } = server.s3;
    await server.put('a', 'x');
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    await closeAfterGrace();
    expect(existsSync(dataDir)).toBe(false);
    await expect(raw('GET', server.s3.endpoint)).rejects.toThrow(/ECONNREFUSED/);
    idle.destroy();
  });

  test('an answer that is late holds up no other, and is cut', async () => {
    const arrived = new Promise<void>((resolve) => {
      server.s3.faults.add({ operation: 'HeadBucket', before: resolve, action: { delayMs: 3_600_000 } });
    });
    const late = server.signed('HEAD', `/${BUCKET}`).catch(() => 'cut');
    await arrived;
    expect((await server.signed('HEAD', `/${BUCKET}`)).status).toBe(200);
    await closeAfterGrace();
    expect(await late).toBe('cut');
  });

  test('a request that never ends is cut', async () => {
    const stuck = connect(server.s3.port, '127.0.0.1');
    stuck.on('error', () => undefined);
    const cut = new Promise((resolve) => stuck.once('close', () => resolve('cut')));
    stuck.write('GET / HTTP/1.1\r\nhost: x\r\n');
    await once(stuck, 'connect');
    await closeAfterGrace();
    expect(await cut).toBe('cut');
  });
});
