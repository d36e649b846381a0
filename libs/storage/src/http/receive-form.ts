import type { IncomingMessage } from 'node:http';
import { largerThan } from '../storage.error.js';
import { maxFileBytes } from '../storage.policy.js';
import { FormParts } from './form-parts.js';
import { declaredLength, over, untilGone, type ReceivedFile } from './incoming-body.js';
import { badForm, boundaryOf } from './part-headers.js';

/** Files of one form. Each is stored before the next one is looked at. */
const mostFiles = 100;

export async function theOnlyFile(request: IncomingMessage, signal: AbortSignal): Promise<ReceivedFile> {
  const form = formIn(request);
  const named = await nextFile(form);
  if (!named) throw noFile();
  return fileIn(request, named, new FileInForm(form, true), signal);
}

export async function* filesIn(
  request: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<ReceivedFile, void, undefined> {
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
      if (this.#taken > maxFileBytes) throw largerThan(maxFileBytes);
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
