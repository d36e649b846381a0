import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Grant } from '../store/signing/grant.js';
import { StorageError, type StorageErrorCode } from '../storage.error.js';
import type { FileSubject } from './gates/gate.js';
import type { ScannedBy } from './reads/scanned-by.js';

/** Nothing secret is in an event: no URL, no token, no key. */
export type StorageEvent = FileSubject & {
  /** The same for the same thing: an upload that is told again, by whatever process, has the id it had. */
  readonly id: string;
  readonly at: Date;
} &
  /** Every step of the upload is signed in the name of its `grant`. */
  (
    | { kind: 'upload-begun'; contentType: string; size: number; grant: Grant }
    /**
     * Told at least once: again when a completion is asked for again, and when a file that is there is met by another
     * upload of its name, so that a process that died between the file and the word leaves no gap.
     */
    | { kind: 'upload-completed'; contentType: string; size: number; direct?: boolean; scannedBy?: ScannedBy }
    /** `reason` is what the caller was told; `signature` names what a scanner found (`malware_found`). */
    | { kind: 'upload-refused'; code: StorageErrorCode; reason: string; signature?: string; direct: boolean }
    | { kind: 'upload-abandoned' }
    /** S3's access log has the `grant` of each request that used the URL. */
    | { kind: 'read-url-issued'; expiresAt: Date; grant: Grant }
    /** Bytes, or a range of them, were handed out through the application. */
    | { kind: 'file-read'; range?: string }
    | { kind: 'file-deleted' }
    /** An earlier state is current again. `version` is the one that was restored. */
    | { kind: 'file-restored'; version: string }
    /** So many states, marks of deletion included, were removed from the trash for good. */
    | { kind: 'file-purged'; states: number }
    /** A file may neither change nor go until the hold is released. */
    | { kind: 'hold-placed'; holdId: string }
    | { kind: 'hold-released'; holdId: string }
    /** A read, a URL, a list, facts or a removal that was refused, or failed. */
    | {
        kind: 'access-refused';
        verb: 'read' | 'url' | 'list' | 'stat' | 'delete' | 'restore' | 'purge';
        code: StorageErrorCode;
      }
  );

type WithoutStamp<E> = E extends StorageEvent ? Omit<E, 'at' | 'id'> & { id?: string } : never;
type Listener = (event: StorageEvent) => unknown;

/**
 * What happened to files, for audit logs and counters. Listeners run after the fact and beside the request: one that throws
 * or rejects is logged, and neither the request nor another listener notices. What must be recorded *before* it happens is
 * for a gate.
 */
export class StorageEvents {
  readonly #listeners = new Set<Listener>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #logger = new Logger(StorageEvents.name);

  /** Returns what ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether anybody listens: what only an event needs is not made for nobody. */
  get areHeard(): boolean {
    return this.#listeners.size > 0;
  }

  emit(event: WithoutStamp<StorageEvent>): void {
    if (!this.areHeard) return;
    const stamped = { ...event, id: event.id ?? randomUUID(), at: new Date() } as StorageEvent;
    for (const listener of this.#listeners) {
      const delivery = this.#deliver(listener, stamped).finally(() => this.#underWay.delete(delivery));
      this.#underWay.add(delivery);
    }
  }

  /** Tells of an upload that ended in a `StorageError`. */
  refused(subject: FileSubject & { direct: boolean }, error: unknown): void {
    if (!(error instanceof StorageError)) return;
    const { code, message: reason, signature } = error;
    this.emit({ kind: 'upload-refused', ...subject, code, reason, ...(signature !== undefined && { signature }) });
  }

  /** Resolves when every listener has heard what was told so far. */
  async drain(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #deliver(listener: Listener, event: StorageEvent): Promise<void> {
    try {
      await listener(event);
    } catch (error) {
      this.#logger.error(`A listener failed on ${event.kind}: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }
}
