import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './answer.js';

/** A refused body is read to its end up to this size, so that the sender gets to see the refusal. */
const MAX_DRAIN = 512 * 1024 * 1024;

/** @param onBytes sees the size of every piece of a streamed body before it goes out */
export async function send(
  message: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  onBytes?: (count: number) => void,
): Promise<void> {
  const { status, body = '', headers = {} } = answer;
  const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const bodyless = message.method === 'HEAD' || status === 204 || status === 304;
  if (typeof body === 'string' && !bodyless) present.push(['content-length', String(Buffer.byteLength(body))]);
  if (!message.complete) drain(message);
  response.writeHead(status, Object.fromEntries(present));
  if (bodyless || typeof body === 'string') {
    if (typeof body !== 'string') body.destroy();
    response.end(bodyless ? undefined : body);
    return;
  }
  await (onBytes ? pipeline(body, watch(onBytes), response) : pipeline(body, response));
}

function drain(message: IncomingMessage): void {
  let drained = 0;
  message.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > MAX_DRAIN) message.destroy();
  });
  message.on('error', () => undefined);
}

function watch(onBytes: (count: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}
