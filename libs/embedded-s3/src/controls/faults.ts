import type { ErrorCode } from '../errors/s3-error.js';

/** Something that goes wrong on purpose. */
export interface Fault {
  /** `PutObject`, `CopyObject`, …; absent: any operation */
  readonly operation?: string;
  /** the object's key; absent: any */
  readonly key?: string | RegExp;
  /** how many requests it hits; 1 by default */
  readonly times?: number;
  /**
   * `refuse`: 403 AccessDenied. `error`: 500. `slowDown`: 503. `errorBody`: 200 whose body is an error.
   * `delayMs`: answered later. `cutAfterBytes`: the connection is destroyed once that many bytes of body have come in or gone out; an upload of just
   * that many bytes is carried out, and its answer is lost. `errorCode`: the error with this code, such as
   * `ConditionalRequestConflict` (409), which S3 answers to a conditional write that met another one.
   * Absent: only `before` happens.
   */
  readonly action?:
    | 'refuse'
    | 'error'
    | 'slowDown'
    | 'errorBody'
    | { delayMs: number }
    | { cutAfterBytes: number }
    | { errorCode: ErrorCode };
  /** Runs when the request is authorised, before the operation is carried out. */
  readonly before?: () => Promise<void> | void;
}

/** The faults waiting for their requests. */
export class Faults {
  private waiting: { fault: Fault; left: number }[] = [];

  /** Returns a function that takes the fault away again. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? 1 };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.waiting = [];
  }

  /** The first fault meant for this request; counted as used. */
  take(operation: string, key: string): Fault | undefined {
    const entry = this.waiting.find(
      ({ fault }) => (fault.operation ?? operation) === operation && matches(fault.key, key),
    );
    if (entry && --entry.left <= 0) this.waiting = this.waiting.filter((other) => other !== entry);
    return entry?.fault;
  }
}

const matches = (wanted: Fault['key'], key: string): boolean =>
  wanted === undefined || (typeof wanted === 'string' ? wanted === key : key.search(wanted) >= 0);
