import { Logger } from '@nestjs/common';
import type { OrgId } from './keys/org-id.js';
import { StorageError, type StorageErrorCode } from './storage.error.js';

/** What kind of file: names the domain service, and what an upload's token is good for. */
export type Purpose = 'form-upload' | 'signature' | 'document' | 'logo' | 'audit-month' | (string & {});

/** Where in its domain a file belongs, in ids. */
export type Place = Readonly<Record<string, string | number>>;

interface Subject {
  org: OrgId;
  purpose: Purpose;
  place: Place;
  /** The acting user, as the application named it; absent for calls made without one. */
  by?: string;
  at: Date;
}

/** Nothing secret is in an event: no URL, no token, no key. */
export type StorageEvent = Subject &
  (
    | { kind: 'upload-begun'; contentType: string; size: number }
    /** Of a direct upload told once, by the process that ended it; not at all where that died in this moment. `uploadId` tells them apart. */
    | { kind: 'upload-completed'; contentType: string; size: number; direct: boolean; uploadId?: string }
    | { kind: 'upload-refused'; code: StorageErrorCode; direct: boolean }
    | { kind: 'read-url-issued'; expiresAt: Date }
    /** Bytes, or a range of them, were handed out through the application. */
    | { kind: 'file-read'; range?: string }
    | { kind: 'file-deleted' }
  );

type WithoutTime<E> = E extends StorageEvent ? Omit<E, 'at'> : never;
type Listener = (event: StorageEvent) => unknown;

/**
 * What happened to files, for audit logs, quotas and counters. Listeners run after the fact and beside the request: one
 * that throws or rejects is logged, and neither the request nor another listener notices.
 */
export class StorageEvents {
  readonly #listeners = new Set<Listener>();
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

  emit(event: WithoutTime<StorageEvent>): void {
    if (!this.areHeard) return;
    const stamped = { ...event, at: new Date() } as StorageEvent;
    for (const listener of this.#listeners) void this.#deliver(listener, stamped);
  }

  /** Tells of an upload that ended in a `StorageError`. */
  refused(subject: Omit<Subject, 'at'> & { direct: boolean }, error: unknown): void {
    if (error instanceof StorageError) this.emit({ kind: 'upload-refused', ...subject, code: error.code });
  }

  async #deliver(listener: Listener, event: StorageEvent): Promise<void> {
    try {
      await listener(event);
    } catch (error) {
      this.#logger.error(`A listener failed on ${event.kind}: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }
}
