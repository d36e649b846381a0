import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { layout } from '../../keys/layout.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { ObjectStore } from '../../store/object-store.js';
import { scopeId, type Scope } from '../control/closures.js';
import type { Inventory } from './inventory.js';

/** What is known of an erasure that has begun. While it is in the bucket, nothing is written in its scope. */
export interface ErasureRecord {
  id: string;
  scope: Scope;
  reason: string;
  by: string;
  closedAt: string;
  /** Hexadecimal: what was there is hashed with it. */
  salt: string;
  /** Taken before the first thing was removed. */
  inventory?: Inventory;
}

export interface StandingRecord {
  record: ErasureRecord;
  etag: string;
}

/** Erasures under way, in the bucket: they outlive whoever began them, and close their scope in every process. */
export class ErasureRecords {
  constructor(private readonly store: ObjectStore) {}

  keyOf = (org: OrgId, scope: Scope) => layout.closure(org, { scope: scopeId(scope) });

  async find(org: OrgId, scope: Scope): Promise<StandingRecord | undefined> {
    const key = this.keyOf(org, scope);
    const answer = await this.store.read(org, key).catch((error: StorageError) => {
      if (error.code !== 'not_found') throw error;
    });
    if (!answer) return undefined;
    const record = JSON.parse((await buffer(answer.body)).toString('utf8')) as ErasureRecord;
    return { record, etag: answer.etag };
  }

  /** The one that stands already, or a new one. */
  async open(
    org: OrgId,
    scope: Scope,
    { reason, by, now }: { reason: string; by: string; now: Date },
  ): Promise<StandingRecord> {
    const standing = await this.find(org, scope);
    if (standing) return standing;
    const [id = '', salt = ''] = [16, 32].map((bytes) => randomBytes(bytes).toString('hex'));
    const record = { id, scope, reason, by, closedAt: now.toISOString(), salt };
    try {
      return { record, etag: await this.#put(org, record, { ifAbsent: true }) };
    } catch (error) {
      // Two began at once: they go on as one.
      const other = await this.find(org, scope);
      if (other) return other;
      throw error;
    }
  }

  async note(org: OrgId, { record, etag }: StandingRecord, inventory: Inventory): Promise<StandingRecord> {
    const noted = { ...record, inventory };
    return { record: noted, etag: await this.#put(org, noted, { replacing: etag }) };
  }

  /** What was closed is open again. */
  async remove(org: OrgId, scope: Scope): Promise<void> {
    await this.store.delete(org, this.keyOf(org, scope));
  }

  async #put(org: OrgId, record: ErasureRecord, condition: { ifAbsent: true } | { replacing: string }) {
    const text = Buffer.from(JSON.stringify(record));
    const attributes = { contentType: 'application/json', metadata: {}, size: text.length };
    const { etag } = await this.store.put(org, this.keyOf(org, record.scope), contentOf(text), {
      ...attributes,
      ...condition,
    });
    return etag;
  }
}

async function* contentOf(text: Buffer) {
  yield text;
}
