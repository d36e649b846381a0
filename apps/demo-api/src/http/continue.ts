import type { IncomingMessage, Server } from 'node:http';

/**
 * `Expect: 100-continue` asks whether the body is wanted. Node says yes by itself, before any guard has run; here it is said
 * when the body is first read, so that 401, 413 and 415 come in its place and the body is never sent.
 */
export function continueWhenRead(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response) => {
    const read = request._read.bind(request);
    request._read = (size) => {
      request._read = read;
      if (!response.headersSent) response.writeContinue();
      read(size);
    };
    server.emit('request', request, response);
  });
}
