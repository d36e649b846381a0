import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestLog } from '../controls/request-log.js';
import { errorAnswer } from './answer.js';
import { S3Error } from './s3-error.js';
import { send } from './send.js';

/** What is not HTTP gets S3's error, where it can still be told, and the connection is closed. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const known =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new S3Error('RequestHeaderSectionTooLarge')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new S3Error('RequestTimeout')
        : new S3Error('InvalidRequest', 'The request is not well-formed HTTP.');
  const { body } = errorAnswer(known, '', '');
  const head = `HTTP/1.1 ${known.status} Refused\r\nContent-Type: application/xml\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(String(body))}\r\n\r\n${String(body)}`);
}

/** Refuses in S3's manner what Node would refuse without a word. The body, if one comes, is not looked at. */
export async function refuseExpectation(
  log: RequestLog,
  at: Date,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const record = log.open(at, message.method ?? '', message.url ?? '');
  const error = new S3Error('ExpectationFailed');
  Object.assign(record, { status: error.status, code: error.code });
  const id = requestId();
  const answer = errorAnswer(error, id, record.path);
  const headers = { ...answer.headers, 'x-amz-request-id': id, server: 'embedded-s3', date: at.toUTCString() };
  // a client that goes away is its own affair
  await send(message, response, { ...answer, headers }).catch(() => undefined);
}

const requestId = (): string => randomBytes(8).toString('hex').toUpperCase();
