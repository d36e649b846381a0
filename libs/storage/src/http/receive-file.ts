import type { IncomingMessage } from 'node:http';
import { StorageError } from '../storage.error.js';
import { maxFileBytes } from '../storage.policy.js';
import { requireUnread } from './body-of-request.js';
import { mostBesides } from './form-parts.js';
import { declaredLength, gone, goneSignal, untilGone, type ReceivedFile } from './incoming-body.js';
import { nodeRequest, type HttpRequest } from './platform.js';
import { filesIn, theOnlyFile } from './receive-form.js';

const isForm = ({ headers }: IncomingMessage) => /^multipart\/form-data\s*(;|$)/i.test(headers['content-type'] ?? '');

/**
 * The file in a request: its raw body, or the one named `file` in a multipart/form-data body. Never in memory, never in a
 * temporary file. `bytes` of a form ends only once the whole form has come and was in order, so that what is refused for
 * what follows the file is not stored. Leaving it early leaves the connection open, so that the client can still be answered.
 *
 * @throws {StorageError} `invalid_request` for a form without a file; its `bytes` throw it for a form with a second one, or
 *   with more than 1 MiB and 1,000 parts besides
 */
export async function receiveFile(from: HttpRequest): Promise<ReceivedFile> {
  requireUnread(from);
  const request = nodeRequest(from);
  const signal = goneSignal(request);
  if (signal.aborted) throw gone();
  const size = declaredLength(request);
  if (isForm(request)) {
    if (size !== undefined && size > maxFileBytes + mostBesides) {
      throw new StorageError('file_too_large', `The form is larger than a file of ${maxFileBytes} bytes can make it.`);
    }
    return theOnlyFile(request, signal);
  }
  const contentType = request.headers['content-type'] ?? '';
  return { bytes: untilGone(request), contentType, signal, ...(size !== undefined && { size }) };
}

/**
 * Every file named `file` of a multipart/form-data body, one after the other: take the next when the one before is stored or
 * refused. What is left of a file is dropped. A file's `bytes` ends once what follows it was in order, up to the next file.
 *
 * @throws {StorageError} `type_not_accepted` for a body that is no form; while files are taken, `invalid_request` for a form
 *   that is malformed, has no file, or more than 100
 */
export async function* receiveFiles(from: HttpRequest): AsyncGenerator<ReceivedFile, void, undefined> {
  requireUnread(from);
  const request = nodeRequest(from);
  const signal = goneSignal(request);
  if (signal.aborted) throw gone();
  if (!isForm(request)) {
    const found = request.headers['content-type'] ?? 'a body without Content-Type';
    throw new StorageError(
      'type_not_accepted',
      `Send multipart/form-data with the file in a field "file", not ${found}.`,
    );
  }
  yield* filesIn(request, signal);
}

/**
 * After a refusal: what the client still sends is read and dropped, so that it gets to see the answer, up to the size of
 * the largest legitimate upload. Then the connection ends.
 */
export function dropRest(from: HttpRequest): void {
  const request = nodeRequest(from);
  if (request.complete) return;
  let dropped = 0;
  // An iterator that was left waits for `readable`, and with that nothing flows.
  request.removeAllListeners('readable');
  request.unpipe();
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > maxFileBytes) request.socket.destroy();
  });
  request.resume();
}
