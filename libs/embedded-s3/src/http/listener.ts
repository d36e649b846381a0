import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerClientError } from './client-error.js';

/** How long a connection may be silent, in both directions, in the middle of a request. */
const IDLE_MS = 60_000;
/** How long requests under way may take to finish once the server is closed. */
const CLOSE_GRACE_MS = 1000;

export interface Receiver {
  /** @param onStart to be called before the body is read: the client may be waiting for `100 Continue` */
  handle(message: IncomingMessage, response: ServerResponse, onStart?: () => void): Promise<void>;
}

/** An HTTP server that cuts silent connections, as S3 does, and gives slow ones the time they need. */
export function createListener({ handle }: Receiver): Server {
  const server = createServer({ noDelay: true });
  const answer = (answering: Promise<void>, response: ServerResponse): void =>
    void answering.catch(() => response.destroy());
  server.on('request', (message, response) => answer(handle(message, response), response));
  server.on('checkContinue', (message, response) =>
    answer(
      handle(message, response, () => response.writeContinue()),
      response,
    ),
  );
  // Node answers 417 to expectations it does not know; S3 looks at `100-continue` only
  server.on('checkExpectation', (message, response) => answer(handle(message, response), response));
  server.on('clientError', answerClientError);
  // Node's limit for a whole request, five minutes, would cut an upload that is only large
  server.requestTimeout = 0;
  server.timeout = IDLE_MS;
  // Node's five seconds are so short that a busy client sends into a connection that is just being closed
  server.keepAliveTimeout = IDLE_MS;
  return server;
}

/** Resolves with the port. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // a connection that cannot be taken, when there are no more file descriptors, must not end the process
      server.on('error', () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Answers what is under way, then closes every connection. */
export function closeListener(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
