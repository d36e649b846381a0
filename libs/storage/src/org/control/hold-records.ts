import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { layout } from '../../keys/layout.js';
import { belongsToOrg, type ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Place } from '../../keys/place.js';
import { StorageError } from '../../storage.error.js';
import type { ObjectStore } from '../../store/object-store.js';
import { objectsIn } from '../../store/objects-in.js';
import { sha256 } from './closures.js';

/** That a file must neither change nor go. Several may stand on one file, each for a reason of its own. */
export interface Hold {
  /** Releases it. */
  id: string;
  /** The kind of file. */
  purpose: string;
  place: Place;
  /** As whoever placed it said. */
  reason: string;
  by: string;
  at: Date;
}

export interface HoldRecord extends Hold {
  key: ObjectKey;
}

type Written = Omit<HoldRecord, 'id' | 'at'> & { at: string };

/**
 * Where holds are written: one object each, in the bucket, where every process finds it at once. A file is on hold while
 * any object of its is there; what the object says is for people.
 */
export class HoldRecords {
  constructor(private readonly store: ObjectStore) {}

  async write(org: OrgId, hold: Omit<HoldRecord, 'id' | 'at'>): Promise<HoldRecord> {
    const [file, number] = [sha256(hold.key), randomBytes(16).toString('hex')];
    const at = new Date();
    const text = Buffer.from(JSON.stringify({ ...hold, at: at.toISOString() } satisfies Written));
    await this.store.put(org, layout.hold(org, { file, number }), contentOf(text), {
      contentType: 'application/json',
      metadata: {},
      size: text.length,
      ifAbsent: true,
    });
    return { ...hold, id: `${file}-${number}`, at };
  }

  /** Whether a file is on hold; with `but`, by another hold than that. */
  async isHeld(org: OrgId, key: ObjectKey, but?: string): Promise<boolean> {
    const file = sha256(key);
    const { objects } = await this.store.list(org, layout.holds(org, file), { limit: 2 });
    return objects.some(({ key }) => idIn(key) !== but);
  }

  /** @throws {StorageError} `not_found` */
  async read(org: OrgId, id: string): Promise<HoldRecord> {
    const { body } = await this.store.read(org, keyOf(org, id));
    return recordIn(org, id, (await buffer(body)).toString('utf8'));
  }

  async remove(org: OrgId, id: string): Promise<void> {
    await this.store.delete(org, keyOf(org, id));
  }

  /** The ids of all holds of an organisation. */
  async *ids(org: OrgId): AsyncGenerator<string, void, undefined> {
    for await (const { key } of objectsIn(this.store, org, layout.holds(org))) yield idIn(key);
  }
}

/** The SHA-256 of the key of the file that a hold stands on. */
export const fileOf = (id: string): string => id.slice(0, 64);

const idIn = (key: string): string => key.split('/').slice(-2).join('-');

function keyOf(org: OrgId, id: string): ObjectKey {
  const [, file, number] = (typeof id === 'string' && /^([0-9a-f]{64})-([0-9a-f]{32})$/.exec(id)) || [];
  if (file && number) return layout.hold(org, { file, number });
  throw new StorageError('not_found', 'There is no such hold.');
}

function recordIn(org: OrgId, id: string, text: string): HoldRecord {
  try {
    const { key, purpose, place, reason, by, at } = JSON.parse(text) as Written;
    if (belongsToOrg(key, org) && sha256(key) === fileOf(id))
      return { id, key, purpose, place, reason, by, at: new Date(at) };
  } catch {
    // Falls through: it was not written by this module.
  }
  throw new StorageError('misconfigured', `The record of the hold ${id} cannot be read.`);
}

async function* contentOf(text: Buffer) {
  yield text;
}
