import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OrgId } from '../keys/org-id.js';
import type { Inspection } from './inspection.js';
import { StorageError } from '../storage.error.js';

export interface Bounds {
  atOnce: number;
  atOnceOfOne: number;
  waiting: number;
  waitingOfOne: number;
}

/** Whole files read by one process, in all and for one organisation: each is up to 250 MiB of traffic and a second of processor time. */
const bounds: Bounds = { atOnce: 4, atOnceOfOne: 2, waiting: 64, waitingOfOne: 16 };

/** Bytes that are hashed in one turn of the event loop. */
const turnBytes = 256 * 1024;

interface Waiting {
  org: OrgId;
  start: () => void;
}

/** Turns for what is costly: so many at once, and of one organisation fewer, so that another one always finds a place soon. */
export class WholeReads {
  readonly #bounds: Bounds;
  readonly #running: OrgId[] = [];
  #waiting: Waiting[] = [];

  constructor(given: Bounds = bounds) {
    this.#bounds = given;
  }

  /** Throws `too_many_requests` when too many wait already. */
  async run<T>(org: OrgId, read: () => Promise<T>): Promise<T> {
    if (this.#isFree(org)) this.#running.push(org);
    else await this.#wait(org);
    try {
      return await read();
    } finally {
      this.#running.splice(this.#running.indexOf(org), 1);
      this.#startNext();
    }
  }

  #isFree(org: OrgId): boolean {
    const { atOnce, atOnceOfOne } = this.#bounds;
    return this.#running.length < atOnce && countOf(org, this.#running) < atOnceOfOne;
  }

  #wait(org: OrgId): Promise<void> {
    const { waiting, waitingOfOne } = this.#bounds;
    const ofOne = this.#waiting.filter((each) => each.org === org).length;
    if (this.#waiting.length >= waiting || ofOne >= waitingOfOne) {
      throw new StorageError('too_many_requests', 'Too many uploads are being checked. Complete this one again later.');
    }
    return new Promise((start) => this.#waiting.push({ org, start }));
  }

  /** The one that has waited longest, of those whose organisation may. */
  #startNext(): void {
    const next = this.#waiting.find(({ org }) => this.#isFree(org));
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((each) => each !== next);
    this.#running.push(next.org);
    next.start();
  }
}

const countOf = (org: OrgId, all: readonly OrgId[]) => all.filter((each) => each === org).length;

/** Hexadecimal. The event loop is given back in between. Whoever looks is shown every byte on the way. */
export async function sha256Of(body: Readable, look?: Pick<Inspection, 'write'>): Promise<string> {
  const hash = createHash('sha256');
  let turn = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    await look?.write(chunk);
    turn += chunk.length;
    if (turn < turnBytes) continue;
    await nextTurn();
    turn = 0;
  }
  return hash.digest('hex');
}

/** The first bytes of a body, whose rest is left. */
export async function firstOf(body: Readable, count: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    // A body of just so many bytes is read to its end, and its connection serves again.
    if (length > count) break;
  }
  return Buffer.concat(chunks).subarray(0, count);
}
