import busboy from 'busboy';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { StorageError } from '../storage.error.js';
import { maxFileBytes } from '../storage.policy.js';

/** A file on its way in. `bytes` must be read now: nothing is buffered. */
export interface ReceivedFile {
  bytes: AsyncIterable<Uint8Array>;
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

/** What a form may hold of what has come and was not read yet. */
const roomBytes = 64 * 1024;

/** What may follow the file in a form: boundaries, and a few short fields. */
const mostAfterFile = 64 * 1024;

/**
 * The file in a request: its raw body, or the one named `file` in a multipart/form-data body. Never in memory, never in a
 * temporary file. Leaving it early leaves the connection open, so that the client can still be answered.
 */
export async function receiveFile(request: IncomingMessage): Promise<ReceivedFile> {
  const signal = goneSignal(request);
  if (signal.aborted) throw gone();
  const contentType = request.headers['content-type'] ?? '';
  if (/^multipart\/form-data\s*(;|$)/i.test(contentType)) return fileInForm(request, signal);
  const size = declaredLength(request);
  return { bytes: keptOpen(request), contentType, signal, ...(size !== undefined && { size }) };
}

function declaredLength({ headers }: IncomingMessage): number | undefined {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}

const gone = (cause?: unknown) => new StorageError('cancelled', 'The sender went before its end.', { cause });

function goneSignal(request: IncomingMessage): AbortSignal {
  const controller = new AbortController();
  const onClose = () => {
    if (!request.complete) controller.abort();
  };
  if (request.destroyed) onClose();
  else request.once('close', onClose);
  return controller.signal;
}

/**
 * After a refusal: what the client still sends is read and dropped, so that it gets to see the answer, up to the size of
 * the largest legitimate upload. Then the connection ends.
 */
export function dropRest(request: IncomingMessage): void {
  if (request.complete) return;
  let dropped = 0;
  request.unpipe();
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > maxFileBytes) request.socket.destroy();
  });
  request.resume();
}

const keptOpen = (stream: Readable): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => stream.iterator({ destroyOnReturn: false }),
});

function fileInForm(request: IncomingMessage, signal: AbortSignal): Promise<ReceivedFile> {
  const atMost = declaredLength(request);
  return new Promise((resolve, reject) => {
    const refuse = (message: string, cause?: unknown) =>
      reject(new StorageError('invalid_request', message, { cause }));
    let form: busboy.Busboy;
    try {
      form = busboy({
        headers: request.headers,
        // A path in a file name is refused by the key policy, never cut to its last segment.
        preservePath: true,
        defParamCharset: 'utf8',
        // A socket gives 64 KiB at a time: with less room the form would pause within every chunk, with more it fills up.
        highWaterMark: roomBytes,
        fileHwm: roomBytes,
        limits: { files: 1, fields: 8, parts: 10, fieldSize: 1024, headerPairs: 32 },
      });
    } catch (error) {
      refuse('The form is malformed: give a multipart/form-data body with a boundary.', error);
      return;
    }
    let file: Readable | undefined;
    const fail = (error: unknown) => {
      file?.destroy(new StorageError('cancelled', 'The form broke off before its end.', { cause: error }));
      refuse('The form is malformed.', error);
    };
    form.on('file', (name, stream, { filename, mimeType }) => {
      stream.on('error', () => {});
      if (name !== 'file' || file) {
        stream.resume();
        return;
      }
      file = stream;
      const received = { bytes: keptOpen(stream), contentType: mimeType, fileName: filename, signal };
      resolve({ ...received, ...(atMost !== undefined && { atMost }) });
      stream.once('end', () => limitRest(request));
    });
    form.on('error', fail);
    form.on('close', () => {
      if (!file) refuse('The form has no file: name its field "file".');
    });
    const leave = (cause?: unknown) => {
      file?.destroy(gone(cause));
      reject(gone(cause));
    };
    signal.addEventListener('abort', () => leave());
    request.on('error', leave);
    request.pipe(form);
  });
}

/** The answer goes out once the file is stored; what still comes then is read to a bound only. */
function limitRest(request: IncomingMessage): void {
  let rest = 0;
  request.on('data', (chunk: Buffer) => {
    rest += chunk.length;
    if (rest > mostAfterFile) request.socket.destroy();
  });
}
