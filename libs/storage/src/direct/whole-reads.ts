import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { OrgId } from '../keys/org-id.js';
import { ownTurn } from '../own-turn.js';
import { StorageError } from '../storage.error.js';
import { Slots } from '../store/client/slots.js';
import type { Inspection } from './inspection.js';

/** Bytes that are hashed in one turn of the event loop. */
const turnBytes = 256 * 1024;

const busy = () =>
  new StorageError('too_many_requests', 'Too many uploads are being checked. Complete this one again later.');

/** Turns for whole files that one process reads: each is up to 250 MiB of traffic and a second of processor time. */
export const wholeReads = (): Slots =>
  new Slots({ all: 4, perOrg: 2, waiting: { all: 64, perOrg: 16 } }, { allHeld: busy, shareHeld: busy });

/** Hexadecimal. The event loop is given back in between, and organisations take turns. Whoever looks is shown every byte on the way. */
export async function sha256Of(org: OrgId, body: Readable, look?: Pick<Inspection, 'write'>): Promise<string> {
  const hash = createHash('sha256');
  let turn = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    await look?.write(chunk);
    turn += chunk.length;
    if (turn < turnBytes) continue;
    await ownTurn(org);
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
