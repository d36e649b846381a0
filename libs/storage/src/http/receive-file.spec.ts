import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { ReceivedFile } from './incoming-body.js';
import { dropRest, receiveFile, receiveFiles } from './receive-file.js';

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

const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;

/** Opens a connection and sends as much of a request as given; its `Content-Length` declares `length` bytes of body. */
async function open(type: string, body: string, length = Buffer.byteLength(body)) {
  const arrived = new Promise<IncomingMessage>((resolve) => {
    received = resolve;
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${body}`);
  return { socket, request: await arrived };
}

/** The same without a length: `start`, then as much as wanted. */
async function openChunked(type: string, start: string, length: number) {
  const arrived = new Promise<IncomingMessage>((resolve) => {
    received = resolve;
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const body = start + 'x'.repeat(length);
  socket.write(`${body.length.toString(16)}\r\n${body}\r\n`);
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

test('bytes that are asked for before the ones before have come are the file’s alone', async () => {
  const body = form(filePart('file', 'hello'), field('a', 'b'));
  const start = body.indexOf('llo');
  const { socket, request } = await open(multipart, body.slice(0, start), body.length);
  const chunks = (await receiveFile(request)).bytes[Symbol.asyncIterator]();
  const asked = Promise.all(Array.from({ length: 20 }, () => chunks.next()));
  for (let at = start; at < body.length; at += 12) {
    await new Promise((sent) => socket.write(body.slice(at, at + 12), sent));
    await setImmediate();
  }
  expect(
    (await asked).map(({ value }) => Buffer.from((value as Uint8Array | undefined) ?? []).toString()).join(''),
  ).toBe('hello');
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

const second = 'The form has a second file';
test.each([
  ['a second file', form(filePart('file', 'hello'), filePart('file', 'more')), second],
  ['a large second file', form(filePart('file', 'hello'), filePart('file', 'x'.repeat(3 << 20))), second],
  ['too many parts', form(filePart('file', 'hello'), ...new Array(1000).fill(field('a', 'b'))), 'more than 1000'],
  ['too much', form(filePart('file', 'hello'), field('a', 'x'.repeat(1 << 20))), 'Besides its files'],
  ['an end too early', form(filePart('file', 'hello')).slice(0, -4), 'breaks off'],
  ['what is no boundary', `${form(filePart('file', 'hello')).slice(0, -4)}x\r\n\r\n`, 'behind a boundary'],
])('a file is not at its end while the form holds %s behind it', async (_name, body, message) => {
  const { socket, request } = await open(multipart, body);
  await expect(read((await receiveFile(request)).bytes)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(message),
  });
  expect(socket.destroyed).toBe(false);
});

test.each([
  ['ten fields', new Array(10).fill(field('a', 'b'))],
  ['999 fields', new Array(999).fill(field('a', 'b'))],
  ['a field of 1,000,000 bytes', [field('a', 'x'.repeat(1_000_000))]],
  ['a file of another name', [filePart('thumbnail', 'x'.repeat(100_000))]],
  ['a field for files that was left empty', [filePart('file', '').replace('a.txt', '')]],
])('a form may hold %s, before its file and behind it', async (_name, others) => {
  for (const parts of [
    [...others, filePart('file', 'hello')],
    [filePart('file', 'hello'), ...others],
  ]) {
    const { bytes, fileName } = await receiveFile((await open(multipart, form(...parts))).request);
    expect([fileName, await read(bytes)]).toEqual(['a.txt', 'hello']);
  }
});

test.each([
  ['a preamble', ''],
  ['a field', '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'],
  ['a file of another name', `--b\r\n${filePart('photo', '')}`],
  ['headers', '--b\r\nA: '],
])('%s without end is refused at a bound, and the sender gets an answer', async (_name, start) => {
  const { socket, request } = await open(multipart, start + 'x'.repeat(1.1 * (1 << 20)), 600 << 20);
  await expect(receiveFile(request)).rejects.toMatchObject({
    code: expect.stringMatching(/^(invalid_request|file_too_large)$/),
  });
  const chunked = await openChunked(multipart, start, 2 << 20);
  await expect(receiveFile(chunked.request)).rejects.toMatchObject({ code: 'invalid_request' });
  expect([socket.destroyed, chunked.socket.destroyed]).toEqual([false, false]);
});

test('after a refusal the rest of a form is dropped, so that the next request can come', async () => {
  const { request } = await open(multipart, form(filePart('file', 'x'.repeat(1 << 20))));
  await receiveFile(request);
  dropRest(request);
  await finished(request);
  expect(request.complete).toBe(true);
});

describe('several files', () => {
  const all = async (request: IncomingMessage, take: (file: ReceivedFile) => Promise<unknown>) => {
    const taken: unknown[] = [];
    for await (const file of receiveFiles(request)) taken.push(await take(file));
    return taken;
  };
  const three = form(field('a', 'b'), filePart('file', 'one'), filePart('file', 'two'), filePart('file', 'three'));

  test('come one after the other', async () => {
    const { request } = await open(multipart, three);
    expect(await all(request, ({ bytes }) => read(bytes))).toEqual(['one', 'two', 'three']);
  });

  test('one that is not read, or not to its end, holds up none', async () => {
    const long = form(
      filePart('file', 'x'.repeat(1 << 18)),
      filePart('file', 'y'.repeat(1 << 18)),
      filePart('file', 'z'),
    );
    const { request } = await open(multipart, long);
    const begin = async ({ bytes }: ReceivedFile) => {
      for await (const chunk of bytes) return Buffer.from(chunk).toString().slice(0, 1);
    };
    expect(await all(request, begin)).toEqual(['x', 'y', 'z']);
    const again = (await open(multipart, three)).request;
    expect(await all(again, ({ fileName }) => Promise.resolve(fileName))).toEqual(['a.txt', 'a.txt', 'a.txt']);
  });

  test('101 are too many', async () => {
    const { request } = await open(multipart, form(...new Array(101).fill(filePart('file', 'x'))));
    await expect(all(request, ({ bytes }) => read(bytes))).rejects.toMatchObject({
      message: expect.stringContaining('100 files'),
    });
  });

  test('a body that is no form is refused by its type, which is named', async () => {
    const { request } = await open('image/png', 'x');
    await expect(all(request, ({ bytes }) => read(bytes))).rejects.toMatchObject({
      code: 'type_not_accepted',
      message: 'Send multipart/form-data with the file in a field "file", not image/png.',
    });
  });
});

test.each([
  ['Multer', { file: {} }, 'image/png', 'misconfigured', /FileInterceptor/],
  ['a raw parser', { body: Buffer.from('x') }, 'image/png', 'misconfigured', /express\.raw/],
  ['a text parser', { body: 'x' }, 'text/plain', 'misconfigured', /express\.text/],
  ['something', {}, 'image/png', 'misconfigured', /before this route/],
  ['a JSON parser', { body: {} }, 'application/json', 'type_not_accepted', /not application\/json/],
])('a body that %s has read is told as that', async (_name, left, type, code, message) => {
  const { request } = await open(type, 'hello');
  for await (const chunk of request) expect(chunk.length).toBe(5);
  const refusal = { code, message: expect.stringMatching(message) };
  await expect(receiveFile(Object.assign(request, left))).rejects.toMatchObject(refusal);
});
