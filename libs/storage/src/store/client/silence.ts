import type { IncomingMessage } from 'node:http';

const looksPerTimeout = 4;

/**
 * Ends a body whose sender is silent for `ms`, give or take a quarter. A socket's own timeout cannot tell that from a
 * reader who pauses, as a video player does once it has enough: while the body's buffer is full it is we who do not read,
 * and no time counts.
 */
export function endWhenSilent(body: IncomingMessage, ms: number): void {
  const { socket } = body;
  let [seen, silentLooks] = [0, 0];
  const look = () => {
    const { bytesRead } = socket;
    const isFull = body.readableLength >= body.readableHighWaterMark;
    silentLooks = bytesRead === seen && !isFull && !body.complete ? silentLooks + 1 : 0;
    seen = bytesRead;
    if (silentLooks < looksPerTimeout) return;
    body.destroy(Object.assign(new Error(`The store sent nothing for ${ms} ms.`), { name: 'TimeoutError' }));
  };
  const looking = setInterval(look, ms / looksPerTimeout).unref();
  body.once('close', () => clearInterval(looking));
}
