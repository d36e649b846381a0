import { connect } from 'node:net';
import { createListener, closeListener, listen } from '../../src/http/listener.js';
import { raw, TestServer } from '../kit.js';

const receiver = {
  handle: async (): Promise<void> => undefined,
};

test('a request may take as long as it needs, a silent connection a minute', () => {
  const server = createListener(receiver);
  expect(server).toMatchObject({
    requestTimeout: 0,
    timeout: 60_000,
    headersTimeout: 60_000,
    keepAliveTimeout: 60_000,
  });
});

test('a connection that falls silent in the middle of a body is cut', async () => {
  const server = createListener(receiver);
  server.timeout = 50;
  const port = await listen(server, 0, '127.0.0.1');
  const socket = connect(port, '127.0.0.1');
  // Bytes that the server has not read when it cuts make a reset of the cut.
  socket.on('error', () => undefined);
  const cut = new Promise((resolve) => socket.resume().once('close', resolve));
  socket.write('PUT /files/1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly a part');
  await cut;
  await closeListener(server);
});

test('an error of the listening socket does not end the process', async () => {
  const server = createListener(receiver);
  await listen(server, 0, '127.0.0.1');
  expect(server.emit('error', new Error('EMFILE'))).toBe(true);
  await closeListener(server);
});

test.each(['', 'something', '200-ok'])(
  'Expect: %j is no expectation of S3, which reads the request as any other',
  async (expect_) => {
    const server = await TestServer.start();
    const answer = await raw('PUT', `${server.s3.endpoint}/files/1/a?x-id=PutObject`, { headers: { expect: expect_ } });
    expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/xml', server: 'embedded-s3' });
    expect(answer.headers['x-amz-request-id']).toMatch(/^[0-9A-F]{16}$/);
    expect(answer.headers['x-amz-id-2']).toMatch(/^[\w+/=]{16,}$/);
    const logged = server.s3.requests.list();
    expect(logged).toEqual([
      expect.objectContaining({ method: 'PUT', path: '/files/1/a', status: 403, code: 'AccessDenied' }),
    ]);
    await server.close();
  },
);
