import type { IncomingMessage } from 'node:http';
import { StorageError } from '../storage.error.js';
import { maxFileBytes } from '../storage.policy.js';
import { requireUnread } from './body-of-request.js';
import { FormParts, mostBesides } from './form-parts.js';
import { badForm, boundaryOf } from './part-headers.js';
import { nodeRequest, type HttpRequest } from './platform.js';

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

/** Files of one form. Each is stored before the next one is looked at. */
const mostFiles = 100;

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

async function theOnlyFile(request: IncomingMessage, signal: AbortSignal): Promise<ReceivedFile> {
  const form = formIn(request);
  const named = await nextFile(form);
  if (!named) throw noFile();
  return fileIn(request, named, new FileInForm(form, true), signal);
}

async function* filesIn(request: IncomingMessage, signal: AbortSignal): AsyncGenerator<ReceivedFile, void, undefined> {
  const form = formIn(request);
  let next = await nextFile(form);
  if (!next) throw noFile();
  for (let count = 1; next; count++) {
    if (count > mostFiles) throw badForm(`The form has more than ${mostFiles} files: send the rest in another one.`);
    const file = new FileInForm(form, false);
    yield fileIn(request, next, file, signal);
    next = await file.following();
  }
}

const formIn = (request: IncomingMessage) =>
  new FormParts(untilGone(request), boundaryOf(request.headers['content-type'] ?? ''));

function fileIn(request: IncomingMessage, named: NamedFile, bytes: FileInForm, signal: AbortSignal): ReceivedFile {
  const atMost = declaredLength(request);
  return { ...named, bytes, signal, ...(atMost !== undefined && { atMost }) };
}

/** One file's pieces, in whose end the rest of the form up to the next file has a say. */
class FileInForm implements AsyncIterable<Uint8Array> {
  #next?: Promise<NamedFile | undefined>;
  #taken = 0;

  constructor(
    private readonly form: FormParts,
    private readonly isOnly: boolean,
  ) {}

  /** Without `return`: whoever leaves early leaves the form where it is. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#piece() };
  }

  async #piece(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#next ? undefined : await this.form.piece();
    if (value) return { done: false, value };
    const next = await (this.#next ??= nextFile(this.form));
    if (!next || !this.isOnly) return over;
    throw badForm('The form has a second file, and one is taken here. Nothing was stored: send one at a time.');
  }

  /** The file after this one; what is left of this one is dropped, up to the size of the largest legitimate upload. */
  async following(): Promise<NamedFile | undefined> {
    for (let piece = await this.#piece(); !piece.done; piece = await this.#piece()) {
      this.#taken += piece.value.length;
      if (this.#taken > maxFileBytes)
        throw new StorageError('file_too_large', `A file is larger than ${maxFileBytes} bytes.`);
    }
    return this.#next;
  }
}

interface NamedFile {
  fileName: string;
  contentType: string;
}

/** The next part that is a file named `file` and was chosen: browsers send an empty field for files as an empty one. */
async function nextFile(form: FormParts): Promise<NamedFile | undefined> {
  for (let part = await form.next(); part; part = await form.next()) {
    const { name, fileName, contentType } = part;
    if (name === 'file' && fileName) return { fileName, contentType };
  }
  return undefined;
}

const noFile = () =>
  badForm(
    'The form has no file: give it one in a field named "file", with a file name, as <input type="file" name="file"> does.',
  );

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

const over = { done: true, value: undefined } as const;

/** A body's chunks. Its connection breaks only by its sender: that is no fault of ours. */
function untilGone(request: IncomingMessage): AsyncIterable<Uint8Array> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  const next = () =>
    chunks.next().catch((error: unknown) => {
      throw gone(error);
    });
  return { [Symbol.asyncIterator]: () => ({ next, return: async () => (await chunks.return?.()) ?? over }) };
}
