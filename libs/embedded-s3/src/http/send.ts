import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './answer.js';

/** What is left of a refused body is read up to this size, so that the sender gets to see the refusal, */
const MAX_DRAIN = 512 * 1024 * 1024;
/** and as long as bytes keep coming: a sender that waits for `100 Continue` sends none. */
const QUIET_MS = 1000;

/** @param cutAfter the connection is destroyed once that many bytes of the body have gone out */
export async function send(
  message: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  cutAfter = Infinity,
): Promise<void> {
  const { status, body = '', headers = {} } = answer;
  const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const bodyless = message.method === 'HEAD' || status === 204 || status === 304;
  // A HEAD too tells the length of what a GET gets: clients close a connection that does not say where an answer ends.
  if (typeof body === 'string' && ![204, 304].includes(status) && headers['content-length'] === undefined)
    present.push(['content-length', String(Buffer.byteLength(body))]);
  if (cutAfter <= 0) {
    if (typeof body !== 'string') body.destroy();
    message.socket.destroy();
    return;
  }
  response.writeHead(status, Object.fromEntries(present));
  if (cutAfter < Infinity && !bodyless)
    return sendPart(typeof body === 'string' ? Readable.from([Buffer.from(body)]) : body, response, cutAfter);
  if (typeof body !== 'string' && !bodyless) return pipeline(body, response);
  if (typeof body !== 'string') body.destroy();
  else if (!bodyless) response.write(body);
  if (!message.complete) {
    response.flushHeaders();
    await drain(message);
  }
  response.end();
}

async function sendPart(body: Readable, response: ServerResponse, bytes: number): Promise<void> {
  let left = bytes;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    await new Promise((resolve) => response.write(part, resolve));
    if (left === 0) break;
  }
  if (left === 0) response.destroy();
  else response.end();
}

/** Closing a connection on which bytes still arrive would reset it, and take the answer along. */
function drain(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let drained = 0;
    const done = (): void => {
      clearTimeout(quiet);
      resolve();
    };
    const quiet = setTimeout(done, QUIET_MS);
    message.on('data', (chunk: Buffer) => {
      drained += chunk.length;
      quiet.refresh();
      if (drained > MAX_DRAIN) message.destroy();
    });
    for (const event of ['end', 'error', 'close']) message.once(event, done);
    message.resume();
  });
}
