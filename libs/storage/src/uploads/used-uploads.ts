import { tokenSeconds } from './upload-token.js';

const mostKept = 100_000;

/**
 * Uploads that are over, for as long as their tokens live: completed, refused or given up. A write URL that still works
 * could otherwise send its bytes again, and its token have them accepted again after the file was deleted. Kept by one
 * process; the other state of an upload is in the store, where every process sees it.
 */
export class UsedUploads {
  readonly #ends = new Map<string, number>();

  has(uploadId: string): boolean {
    return (this.#ends.get(uploadId) ?? 0) > Date.now();
  }

  /** Whether it was not known yet. */
  add(uploadId: string): boolean {
    if (this.has(uploadId)) return false;
    this.#ends.set(uploadId, Date.now() + tokenSeconds * 1000);
    if (this.#ends.size > mostKept) {
      const [oldest] = this.#ends.keys();
      if (oldest !== undefined) this.#ends.delete(oldest);
    }
    return true;
  }
}
