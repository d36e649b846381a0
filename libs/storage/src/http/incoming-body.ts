import type { IncomingMessage } from 'node:http';
import { StorageError } from '../storage.error.js';

/** A file on its way in. `bytes` must be read now: nothing is buffered. */
export interface ReceivedFile {
  bytes: AsyncIterable<Uint8Array>;
  /** As the sender wrote it; empty where it wrote none that can be read. */
  contentType: string;
  /** Where the sender named it: forms do. */
  fileName?: string;
  /** Bytes, where the sender declared them: raw bodies do. */
  size?: number;
  /** Bytes of the whole form, which are more than the file's. */
  atMost?: number;
  /** Fires when the sender goes before everything has come. */
  signal: AbortSignal;
}

export function declaredLength({ headers }: IncomingMessage): number | undefined {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}

export const gone = (cause?: unknown) => new StorageError('cancelled', 'The sender went before its end.', { cause });

export function goneSignal(request: IncomingMessage): AbortSignal {
  const controller = new AbortController();
  const onClose = () => {
    if (!request.complete) controller.abort();
  };
  if (request.destroyed) onClose();
  else request.once('close', onClose);
  return controller.signal;
}

export const over = { done: true, value: undefined } as const;

/** A body's chunks. Its connection breaks only by its sender: that is no fault of ours. */
export function untilGone(request: IncomingMessage): AsyncIterable<Uint8Array> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  const next = () =>
    chunks.next().catch((error: unknown) => {
      throw gone(error);
    });
  return { [Symbol.asyncIterator]: () => ({ next, return: async () => (await chunks.return?.()) ?? over }) };
}
