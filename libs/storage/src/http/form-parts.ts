import { StorageError } from '../storage.error.js';

/** What one part of a form says of itself. */
export interface FormPart {
  name: string;
  /** Set for files; empty where a form's field for files was left empty. */
  fileName?: string;
  /** What the sender wrote, up to its first `;`. Empty where nothing can be read: nobody has said what it is then. */
  contentType: string;
}

/** What a form may hold besides the files that are asked for: fields, other files, headers, and what stands around them. */
export const mostBesides = 1024 * 1024;
const mostParts = 1_000;
const mostHeaderBytes = 16 * 1024;

const lineEnd = Buffer.from('\r\n');
const headersEnd = Buffer.from('\r\n\r\n');

export const badForm = (message: string, cause?: unknown) => new StorageError('invalid_request', message, { cause });

/** The boundary that a request's `Content-Type` names. RFC 2046 (section 5.1.1) allows 70 characters, and some write more. */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] =
    /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200})(?=\s*(?:;|$)))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary !== undefined) return boundary;
  throw badForm(
    'The form is malformed: its Content-Type names no boundary of 1 to 200 characters. Leave that header to the client that makes the form.',
  );
}

/**
 * Reads a form (RFC 7578) part by part, each piece when it is asked for, so that whoever is slow holds the sender back. What
 * is not asked for is dropped, up to a bound. By hand, because parsers of forms give a part's type as they understand it:
 * `video/webm;codecs=vp9,opus` and no type at all are then both `text/plain`.
 */
export class FormParts {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  /** Come and not given out yet. A boundary may be the very first thing. */
  #rest: Buffer = lineEnd;
  #state: 'outside' | 'in a part' | 'over' = 'outside';
  #parts = 0;
  #besides = 0;

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    this.#chunks = body[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** What is left of the part before is dropped. Undefined at the end of the form, which is then read to its last byte. */
  async next(): Promise<FormPart | undefined> {
    if (this.#state === 'over') return undefined;
    for (let piece = await this.#upToDelimiter(); piece; piece = await this.#upToDelimiter()) this.#drop(piece.length);
    this.#state = 'outside';
    await this.#have(this.#delimiter.length + 2);
    this.#rest = this.#rest.subarray(this.#delimiter.length);
    if (this.#rest.subarray(0, 2).toString('latin1') === '--') return this.#end();
    if ((this.#parts += 1) > mostParts) throw badForm(`The form has more than ${mostParts} fields and files.`);
    const head = await this.#head();
    this.#state = 'in a part';
    return partOf(head);
  }

  /** The next bytes of the part; undefined at its end. */
  async piece(): Promise<Buffer | undefined> {
    if (this.#state !== 'in a part') return undefined;
    const piece = await this.#upToDelimiter();
    if (piece === undefined) this.#state = 'outside';
    return piece;
  }

  async #upToDelimiter(): Promise<Buffer | undefined> {
    for (;;) {
      const found = this.#rest.indexOf(this.#delimiter);
      if (found === 0) return undefined;
      const length = found > 0 ? found : this.#rest.length - this.#begunDelimiter();
      if (length > 0) {
        const piece = this.#rest.subarray(0, length);
        this.#rest = this.#rest.subarray(length);
        return piece;
      }
      await this.#more();
    }
  }

  /** Bytes at the end of what has come that may be the beginning of a delimiter: it has one CR, its first byte. */
  #begunDelimiter(): number {
    const from = this.#rest.lastIndexOf(0x0d);
    if (from < 0) return 0;
    const end = this.#rest.subarray(from);
    return end.equals(this.#delimiter.subarray(0, end.length)) ? end.length : 0;
  }

  /** The headers of a part, from the line end of its boundary to the empty line. */
  async #head(): Promise<string> {
    for (let seen = 0; ;) {
      const end = this.#rest.indexOf(headersEnd, Math.max(0, seen - headersEnd.length));
      if ((end < 0 ? this.#rest.length : end) > mostHeaderBytes) {
        throw badForm(`The form is malformed: the headers of a part are longer than ${mostHeaderBytes} bytes.`);
      }
      if (end >= 0) {
        const head = this.#rest.subarray(0, end).toString('utf8');
        this.#rest = this.#rest.subarray(end + headersEnd.length);
        this.#drop(end);
        if (/^[ \t]*(\r\n|$)/.test(head)) return head;
        throw badForm('The form is malformed: something stands behind a boundary.');
      }
      seen = this.#rest.length;
      await this.#more();
    }
  }

  async #end(): Promise<undefined> {
    this.#state = 'over';
    this.#drop(this.#rest.length);
    this.#rest = Buffer.alloc(0);
    for (let { done, value } = await this.#chunks.next(); !done; { done, value } = await this.#chunks.next()) {
      this.#drop((value as Uint8Array).length);
    }
    return undefined;
  }

  #drop(length: number): void {
    this.#besides += length;
    if (this.#besides <= mostBesides) return;
    throw badForm(
      `Besides its files in fields named "file" the form may hold ${mostBesides} bytes, and it holds more. Send the rest apart.`,
    );
  }

  async #have(length: number): Promise<void> {
    while (this.#rest.length < length) await this.#more();
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) throw badForm('The form breaks off before its end: its last boundary, with "--" behind it, is missing.');
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
  }
}

function partOf(head: string): FormPart {
  const headers = new Map<string, string>();
  for (const line of head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 1) throw badForm('The form is malformed: a part has a header without a colon.');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  const disposition = headers.get('content-disposition') ?? '';
  const names = parametersOf(disposition);
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
  return {
    name: /^form-data\s*;/i.test(disposition) ? (names.get('name') ?? '') : '',
    fileName: extended(names.get('filename*')) ?? names.get('filename'),
    contentType: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type.trim()) ? type.trim().toLowerCase() : '',
  };
}

/**
 * `; name="value"`. In quotes browsers escape three characters, and no others:
 * https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data. Others write a backslash
 * before `"` and `\`; any other backslash is one.
 */
function parametersOf(header: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header.matchAll(/;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g)) {
    const value = quoted?.replace(/\\(["\\])/g, '$1') ?? plain?.trim() ?? '';
    const plainName = name.toLowerCase();
    const undone = plainName.endsWith('*') ? value : value.replace(/%(22|0D|0A)/gi, decodeURIComponent);
    if (!found.has(plainName)) found.set(plainName, undone);
  }
  return found;
}

/** `UTF-8''caf%C3%A9.pdf`, RFC 8187. */
function extended(value: string | undefined): string | undefined {
  const [, charset = '', escaped = ''] = /^([\w-]+)'[\w-]*'(.+)$/.exec(value ?? '') ?? [];
  const bytes = Buffer.from(
    escaped.replace(/%([\da-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
  if (/^utf-?8$/i.test(charset)) return bytes.toString('utf8');
  return /^(iso-8859-1|us-ascii)$/i.test(charset) ? bytes.toString('latin1') : undefined;
}
