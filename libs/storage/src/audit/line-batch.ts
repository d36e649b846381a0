import { hashOf, type Hash } from './merkle.js';

/** How many bytes are gathered: less costs a turn of the event loop for every few lines. */
const batchBytes = 64 * 1024;
const newline = 0x0a;

/** Lines on their way to gzip, each made bytes once: those that are hashed are those that are written. */
export class LineBatch {
  #bytes = Buffer.allocUnsafeSlow(batchBytes);
  /** Of the last newline. In front of the first line stands one that is not given out. */
  #end = 0;

  get isFull(): boolean {
    return this.#end >= batchBytes / 2;
  }

  /** Gives the hash of the line as a leaf. */
  add(line: string): Hash {
    const most = this.#end + 3 * line.length + 2;
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * most);
      this.#bytes.copy(larger, 0, 0, this.#end + 1);
      this.#bytes = larger;
    }
    const start = this.#end;
    this.#end = start + 1 + this.#bytes.write(line, start + 1);
    // A leaf is hashed with a 0 in front: for that moment it takes the place of the newline that stands there.
    this.#bytes[start] = 0;
    const hash = hashOf(this.#bytes.subarray(start, this.#end));
    this.#bytes[start] = newline;
    this.#bytes[this.#end] = newline;
    return hash;
  }

  /** The lines with their newlines; the next ones are gathered in other memory. */
  take(): Buffer {
    const lines = this.#bytes.subarray(1, this.#end === 0 ? 1 : this.#end + 1);
    this.#bytes = Buffer.allocUnsafeSlow(batchBytes);
    this.#end = 0;
    return lines;
  }
}
