import { areaOf } from '../../keys/areas.js';
import type { ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { StorageError } from '../../storage.error.js';
import { copyAcross, mostLooks, type PartSizes } from '../../store/copy-across.js';
import type { ObjectInfo } from '../../store/object-info.js';
import type { Retention } from '../../store/object-requests.js';
import { hashed } from '../hashed.js';
import { sha256At } from '../sha256-at.js';
import { statesOf } from '../trash/key-states.js';
import { isSame, isOfOneWrite } from './compare.js';
import { isOneStore, type MoveSide } from './move-sides.js';

export type Moved = 'copied' | 'there' | 'differs' | 'gone';

interface Options {
  org: OrgId;
  /** Fails where an erasure has begun on one of the sides. */
  requireOpen: () => Promise<void>;
  parts?: PartSizes | undefined;
  signal?: AbortSignal | undefined;
}

/** Something is another one on one side: both are looked at again. */
const changes = new Set<string>(['precondition_failed', 'already_exists', 'not_found']);

/** Copies single files from one bucket to the other. */
export class FileMover {
  /** Until the store refuses to. */
  #copies: boolean;

  constructor(
    private readonly from: MoveSide,
    private readonly to: MoveSide,
    private readonly locks: { from: boolean; to: boolean },
    private readonly options: Options,
  ) {
    this.#copies = isOneStore(from.settings, to.settings);
  }

  /** Never over anything that is there. */
  async move(key: ObjectKey, isHeld: () => Promise<boolean>): Promise<Moved> {
    const { org, signal } = this.options;
    for (let looks = 1; ; looks += 1) {
      const [info, there] = [await this.from.store.find(org, key), await this.to.store.find(org, key)];
      if (!info) return 'gone';
      if (there) {
        const isThere = isOfOneWrite(info, there) || (await isSame(this.from, this.to, org, key, signal));
        if (isThere) await this.#hold(key, isHeld);
        return isThere ? 'there' : 'differs';
      }
      try {
        const same = this.#copies ? await this.#copied(key, info) : await this.#streamed(key, info);
        await this.#hold(key, isHeld);
        return same ? 'copied' : 'differs';
      } catch (error) {
        const { code } = error as StorageError;
        const isRefused = this.#copies && (code === 'store_refused' || code === 'not_supported');
        if (isRefused) this.#copies = false;
        else if (!changes.has(code) || looks === mostLooks) throw error;
        signal?.throwIfAborted();
      }
    }
  }

  async #copied(key: ObjectKey, info: ObjectInfo): Promise<boolean> {
    const { org, parts, signal } = this.options;
    const { client, settings } = this.to;
    const from = { bucket: this.from.settings.bucket, key, info };
    const retention = await this.#retention(key);
    const copy = { from, to: key, ifAbsent: true, retention, signal };
    const { sha256 } = await copyAcross(client, settings, org, copy, parts);
    const sent = await sha256At(this.from.store, org, key, info, signal);
    return sent === (await this.#hashThere(key, sha256 === undefined ? undefined : { sha256 }));
  }

  async #streamed(key: ObjectKey, info: ObjectInfo): Promise<boolean> {
    const { org, requireOpen, signal } = this.options;
    const { body } = await this.from.store.readAtOnce(org, key, { ifMatch: info.etag, signal });
    const passed = hashed(body);
    async function* whileOpen() {
      yield* passed.bytes;
      // They may have come slowly.
      await requireOpen();
    }
    const { contentType = 'binary/octet-stream', metadata = {}, size } = info;
    const retention = await this.#retention(key);
    await this.to.store.put(org, key, whileOpen(), {
      ...{ contentType, metadata, size, ifAbsent: true },
      ...(retention && { retention }),
      ...(signal && { signal }),
    });
    return passed.sha256 === (await this.#hashThere(key));
  }

  async #hashThere(key: ObjectKey, known?: Pick<ObjectInfo, 'sha256'>): Promise<string> {
    const { org, signal } = this.options;
    return sha256At(this.to.store, org, key, known ?? (await this.to.store.head(org, key)), signal);
  }

  /** Of an archived month; what else is kept for a time is the bucket's own rule. */
  async #retention(key: ObjectKey): Promise<Retention | undefined> {
    const { org } = this.options;
    if (!this.locks.from || !this.locks.to || !areaOf(key).writtenOnce) return undefined;
    const [latest] = await statesOf(this.from.versions, org, key);
    return latest && (await this.from.versions.locks(org, latest)).retention;
  }

  /** The hold itself is in the bucket by now; this is the store's own, beside it. */
  async #hold(key: ObjectKey, isHeld: () => Promise<boolean>): Promise<void> {
    const { org } = this.options;
    if (!this.locks.to || !(await isHeld())) return;
    const [latest] = await statesOf(this.to.versions, org, key);
    if (latest) await this.to.versions.setLegalHold(org, latest, true);
  }
}
