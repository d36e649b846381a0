import { badForm, partOf, type FormPart } from './part-headers.js';

/** What a form may hold besides the files that are asked for: fields, other files, headers, and what stands around them. */
export const mostBesides = 1024 * 1024;
const mostParts = 1_000;
const mostHeaderBytes = 16 * 1024;

const lineEnd = Buffer.from('\r\n');
const headersEnd = Buffer.from('\r\n\r\n');
const dash = 0x2d;

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
  #broken?: { by: unknown };
  #coming?: Promise<void>;

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    this.#chunks = body[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** What is left of the part before is dropped. Undefined at the end of the form, which is then read to its last byte. */
  async next(): Promise<FormPart | undefined> {
    if (this.#broken) throw this.#broken.by;
    try {
      return await this.#next();
    } catch (by) {
      throw this.#brokenBy(by);
    }
  }

  /** The next bytes of the part; undefined at its end. It may be asked for before the one before has come. */
  async piece(): Promise<Buffer | undefined> {
    if (this.#broken) throw this.#broken.by;
    if (this.#state !== 'in a part') return undefined;
    try {
      for (;;) {
        const piece = this.#upToDelimiter();
        if (piece?.length !== 0) {
          if (piece === undefined) this.#state = 'outside';
          return piece;
        }
        await this.#more();
      }
    } catch (by) {
      throw this.#brokenBy(by);
    }
  }

  /** What broke a form is said again to whoever goes on with it. */
  #brokenBy(by: unknown): unknown {
    this.#broken = { by };
    return by;
  }

  async #next(): Promise<FormPart | undefined> {
    if (this.#state === 'over') return undefined;
    for (let piece = this.#upToDelimiter(); piece; piece = this.#upToDelimiter()) {
      this.#drop(piece.length);
      if (piece.length === 0) await this.#more();
    }
    this.#state = 'outside';
    while (this.#rest.length < this.#delimiter.length + 2) await this.#more();
    this.#rest = this.#rest.subarray(this.#delimiter.length);
    if (this.#rest[0] === dash && this.#rest[1] === dash) return this.#end();
    if ((this.#parts += 1) > mostParts) throw badForm(`The form has more than ${mostParts} fields and files.`);
    const head = await this.#head();
    this.#state = 'in a part';
    return partOf(head);
  }

  /** What has come of it; empty where more has to come first, and undefined where the delimiter is next. */
  #upToDelimiter(): Buffer | undefined {
    const found = this.#rest.indexOf(this.#delimiter);
    if (found === 0) return undefined;
    const length = found > 0 ? found : this.#rest.length - this.#begunDelimiter();
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return piece;
  }

  /** Bytes at the end of what has come that may be the beginning of a delimiter: it has one CR, its first byte. */
  #begunDelimiter(): number {
    const last = this.#rest.subarray(1 - this.#delimiter.length);
    const from = last.lastIndexOf(0x0d);
    if (from < 0) return 0;
    const end = last.subarray(from);
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

  /** All who wait get the same chunk, in their order: whoever is first may come to the end of the part. */
  #more(): Promise<void> {
    return (this.#coming ??= this.#come());
  }

  async #come(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    this.#coming = undefined;
    if (done) throw badForm('The form breaks off before its end: its last boundary, with "--" behind it, is missing.');
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
  }
}
