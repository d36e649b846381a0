import type { Duplex } from 'node:stream';
import { S3Error } from '../errors/s3-error.js';
import { errorAnswer } from './answer.js';

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
