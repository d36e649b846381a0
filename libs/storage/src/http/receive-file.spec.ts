import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { receiveFile } from './receive-file.js';

let server: Server;
let received: (request: IncomingMessage) => void = () => {};

beforeAll(async () => {
  server = createServer((request) => received(request)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const form = (...parts: string[]) => `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
const filePart = (name: string, content: string) =>
  `Content-Disposition: form-data; name="${name}"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${content}`;

/** Opens a connection and sends as much of a request as given; its `Content-Length` promises `length` bytes of body. */
async function open(type: string, body: string, length = Buffer.byteLength(body)) {
  const arrived = new Promise<IncomingMessage>((resolve) => {
    received = resolve;
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${body}`);
  return { socket, request: await arrived };
}

const read = async (bytes: AsyncIterable<Uint8Array>) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const leave = async (socket: Socket, request: IncomingMessage) => {
  socket.destroy();
  if (!request.destroyed) await new Promise((resolve) => request.once('close', resolve));
};

const multipart = 'multipart/form-data; boundary=b';

test('a raw body and a form give the same file', async () => {
  const raw = await receiveFile((await open('text/plain', 'hello')).request);
  expect(raw).toMatchObject({ contentType: 'text/plain', size: 5 });
  expect(await read(raw.bytes)).toBe('hello');
  const whole = form(filePart('file', 'hello'));
  const sent = await receiveFile((await open(multipart, whole)).request);
  expect(sent).toMatchObject({ contentType: 'text/plain', fileName: 'a.txt', atMost: Buffer.byteLength(whole) });
  expect(await read(sent.bytes)).toBe('hello');
});

test.each([
  ['raw', 'text/plain', 'half'],
  ['form', multipart, '--b\r\nContent-Disposition: form-data; name="fi'],
])('%s: a sender that left before it was looked at is cancelled, not waited for', async (_name, type, body) => {
  const { socket, request } = await open(type, body, 1000);
  await leave(socket, request);
  await expect(receiveFile(request)).rejects.toMatchObject({ code: 'cancelled' });
});

test('a sender that leaves before the file of its form begins', async () => {
  const { socket, request } = await open(multipart, '--b\r\nContent-Disposition: form-data; name="fi', 1000);
  const receiving = receiveFile(request);
  await Promise.all([expect(receiving).rejects.toMatchObject({ code: 'cancelled' }), leave(socket, request)]);
});

test.each([
  ['raw', 'text/plain', 'half'],
  ['form', multipart, `--b\r\n${filePart('file', 'half')}`],
])('%s: a sender that leaves half way ends the bytes and fires the signal', async (_name, type, body) => {
  const { socket, request } = await open(type, body, 1000);
  const { bytes, signal } = await receiveFile(request);
  const reading = read(bytes);
  await Promise.all([expect(reading).rejects.toThrow(/aborted|went/), leave(socket, request)]);
  expect(signal.aborted).toBe(true);
});

test('a whole request does not fire the signal', async () => {
  const { socket, request } = await open('text/plain', 'hello');
  const { bytes, signal } = await receiveFile(request);
  await read(bytes);
  await leave(socket, request);
  expect(signal.aborted).toBe(false);
});

test.each([
  ['no boundary', 'multipart/form-data', form(filePart('file', 'x'))],
  ['no file', multipart, form('Content-Disposition: form-data; name="a"\r\n\r\nb')],
  ['a file of another name', multipart, form(filePart('photo', 'x'))],
  ['an end too early', multipart, `--b\r\nContent-Disposition: form-data; name="a"`],
])('a form with %s is refused', async (_name, type, body) => {
  await expect(receiveFile((await open(type, body)).request)).rejects.toMatchObject({ code: 'invalid_request' });
});

test('what follows the file is read to a bound, then the connection ends', async () => {
  const { socket, request } = await open(multipart, form(filePart('file', 'hello')), 100 << 20);
  expect(await read((await receiveFile(request)).bytes)).toBe('hello');
  const closed = once(socket, 'close');
  const more = Buffer.alloc(1 << 16);
  const write = () => {
    if (!socket.destroyed) socket.write(more, () => setImmediate(write));
  };
  write();
  await closed;
  expect(request.complete).toBe(false);
});
