import type { FileGate, Inspection, RemovalSubject, UploadSubject } from '../../files/gates/gate.js';
import type { ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { beingErased, onHold } from '../../storage.error.js';
import { partBytes } from '../../storage.policy.js';
import type { ObjectStore } from '../../store/object-store.js';
import { Closures } from './closures.js';
import { HoldRecords } from './hold-records.js';

/**
 * Asks the bucket, before anything is written or removed, whether the file is on hold and whether its organisation or place
 * is being erased. A hold that another process has written there counts at once, an erasure within a second: it waits for minutes
 * before it counts on that.
 */
export class OrgGate implements FileGate {
  readonly name = 'holds and erasure';
  readonly #closures: Closures;
  readonly #holds: HoldRecords;

  /** @param freshMs see `Closures` */
  constructor(store: ObjectStore, freshMs: number) {
    this.#closures = new Closures(store, freshMs);
    this.#holds = new HoldRecords(store);
  }

  /** A ticket. What flows through the application is looked at when all of it has come, which is when it is written. */
  async admit(upload: UploadSubject): Promise<void> {
    if (upload.direct) await this.#requireFree(upload);
  }

  async beforeStep(upload: UploadSubject): Promise<void> {
    await this.#requireFree(upload);
  }

  /**
   * Before others look. What is larger than a part is sent while it flows: no part of it comes to where everything is being
   * erased.
   */
  async inspect({ org, key, direct }: UploadSubject): Promise<Inspection | undefined> {
    if (direct) {
      await this.#require(org, key, false);
      return undefined;
    }
    let bytes = 0;
    const write = ({ length }: Uint8Array) => {
      const isPastPart = bytes <= partBytes && bytes + length > partBytes;
      bytes += length;
      return isPastPart ? this.#require(org, key, false) : undefined;
    };
    return { write, verdict: () => {}, abort: () => {} };
  }

  /** After every scan, however long it took. */
  async beforeWrite(upload: UploadSubject): Promise<void> {
    await this.#requireFree(upload);
  }

  async beforeRemoval({ org, key }: RemovalSubject): Promise<void> {
    await this.#require(org, key, true);
  }

  async beforeRestore({ org, key }: RemovalSubject): Promise<void> {
    await this.#require(org, key, true);
  }

  /** An upload that replaces nothing leaves whatever is held as it is. */
  async #requireFree({ org, key, replaces }: UploadSubject): Promise<void> {
    await this.#require(org, key, replaces);
  }

  async #require(org: OrgId, key: ObjectKey, changes: boolean): Promise<void> {
    const [closed, held] = await Promise.all([
      this.#closures.cover(org, key),
      changes ? this.#holds.isHeld(org, key) : false,
    ]);
    if (held) throw onHold();
    if (closed) throw beingErased();
  }
}
