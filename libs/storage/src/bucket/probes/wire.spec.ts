import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { send, type WireRequest } from './wire.js';

const opened: (() => unknown)[] = [];
afterEach(() => opened.splice(0).forEach((close) => close()));

/** A server, what asks it, and the connections that it has had. */
async function start(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(() => (server.closeAllConnections(), server.close()));
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  const { port } = server.address() as AddressInfo;
  const ask = (more: Partial<WireRequest> = {}) =>
    send({ method: 'GET', url: `http://127.0.0.1:${port}/`, ...more }, { timeoutMs: 10_000 });
  return { ask, sockets };
}

test('a connection is used again', async () => {
  const { ask, sockets } = await start((_request, response) => response.end('yes'));
  for (let i = 0; i < 3; i++) expect(await ask()).toMatchObject({ status: 200, body: 'yes' });
  expect(sockets).toHaveLength(1);
});

test('what was closed meanwhile is asked on a new connection', async () => {
  const used = new Set<Socket>();
  const { ask, sockets } = await start(({ socket }, response) => {
    if (used.has(socket)) return void socket.destroy();
    used.add(socket);
    response.end('yes');
  });
  await ask();
  expect(await ask()).toMatchObject({ status: 200, body: 'yes' });
  expect(sockets).toHaveLength(2);
});

test('what is cut off on a new connection is not asked again', async () => {
  let count = 0;
  const { ask } = await start(({ socket }) => {
    count++;
    socket.destroy();
  });
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(count).toBe(1);
});

test('a body that is longer than was said goes on no connection of others', async () => {
  const on: [method: string | undefined, port: number | undefined][] = [];
  const { ask } = await start((request, response) => {
    on.push([request.method, request.socket.remotePort]);
    request.resume().on('end', () => response.end('yes'));
  });
  await ask();
  await ask({ method: 'PUT', headers: { 'content-length': '1' }, body: 'x and more' });
  expect(await ask()).toMatchObject({ status: 200, body: 'yes' });
  const [[, first], [, lying], [, last]] = on as [[string, number], [string, number], [string, number]];
  expect([on.length, last]).toEqual([3, first]);
  expect(lying).not.toBe(first);
});
