import { setImmediate as nextTurn } from 'node:timers/promises';
import { StorageError, transferCancelled } from '../../storage.error.js';

/**
 * Bytes of one source that are taken in one turn of the event loop. A socket alone would hand over 32 chunks of 64 KiB,
 * and several uploads at once would hold everything else for tens of milliseconds.
 */
const turnBytes = 256 * 1024;

/**
 * The chunks of a source, until its end or until `signal` fires. A source that stalls holds nobody who has given up: it is
 * left, not waited for. A client that disconnects ends in `cancelled`; any other failure of a source comes out as a
 * `SourceFailure`, so that nobody takes it for one of the store.
 */
export async function* unbroken(
  source: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  requireSource(source);
  const chunks = source[Symbol.asyncIterator]();
  let giveUp: (error: unknown) => void = () => {};
  const cancelled = () => transferCancelled(signal?.reason);
  const onAbort = () => giveUp(cancelled());
  // Not a `Promise.race` with one promise of the signal: that promise would keep every chunk alive until it settles.
  const next = () =>
    new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      giveUp = reject;
      chunks.next().then(resolve, reject);
    });
  signal?.addEventListener('abort', onAbort);
  let turn = 0;
  try {
    for (;;) {
      if (signal?.aborted) throw cancelled();
      const { done, value } = await next();
      if (done) return;
      if (!(value instanceof Uint8Array)) throw new TypeError(`A source of bytes gave ${typeof value}, not bytes.`);
      yield value;
      turn += value.length;
      if (turn < turnBytes) continue;
      await nextTurn();
      turn = 0;
    }
  } catch (error) {
    if (error instanceof StorageError) throw error;
    if (isDisconnection(error)) {
      throw new StorageError('cancelled', 'The source of the bytes broke off before its end.', { cause: error });
    }
    throw new SourceFailure(error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    chunks.return?.()?.catch(() => {});
  }
}

/** What a source of bytes threw, on its way past the store's own errors. */
export class SourceFailure {
  constructor(readonly error: unknown) {}
}

const disconnections = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR']);

const isDisconnection = (error: unknown): boolean =>
  disconnections.has((error as { code?: string } | null)?.code ?? '');

/** A caller without types may have a Buffer, a string or nothing: a mistake in a program, which it should hear of as one. */
function requireSource(source: unknown): void {
  const isIterable = typeof source === 'object' && source !== null && Symbol.asyncIterator in source;
  if (!isIterable) throw new TypeError('bytes must be an async iterable of Uint8Array, such as a stream.');
}
