import type { AnyVersion, ObjectVersion } from './records.js';
import { SortedKeys } from './sorted-keys.js';

/** The versions of one bucket's objects, by key; keys can be walked in S3's order. */
export class ObjectIndex {
  /** nearly every key has one version, which then needs no array around it */
  private readonly versionsByKey = new Map<string, AnyVersion | AnyVersion[]>();
  private sorted?: SortedKeys;

  get isEmpty(): boolean {
    return this.versionsByKey.size === 0;
  }

  /** Every version of the key, oldest first; the last one is current. */
  versions(key: string): readonly AnyVersion[] {
    const known = this.versionsByKey.get(key);
    return known === undefined ? [] : Array.isArray(known) ? known : [known];
  }

  /** The current version, a delete marker perhaps. */
  latest(key: string): AnyVersion | undefined {
    const known = this.versionsByKey.get(key);
    return Array.isArray(known) ? known.at(-1) : known;
  }

  /** The current version when it has bytes. */
  current(key: string): ObjectVersion | undefined {
    const latest = this.latest(key);
    return latest?.deleteMarker ? undefined : latest;
  }

  find(key: string, versionId: string): AnyVersion | undefined {
    return this.versions(key).find((version) => version.versionId === versionId);
  }

  /** Keys from `start` on (itself included), in the order of their UTF-8 bytes. What changes meanwhile is noticed. */
  keysFrom(start: string): Generator<string> {
    return this.inOrder().from(start);
  }

  /** Every version of every key as it is now, those of one key oldest first; in no order of keys. */
  all(): AnyVersion[] {
    return [...this.versionsByKey.values()].flat();
  }

  /** Sorts the keys, once: while history is replayed nobody asks for their order. */
  inOrder(): SortedKeys {
    return (this.sorted ??= new SortedKeys(this.versionsByKey.keys()));
  }

  /** Adds the newest version and returns the one it replaces: only the version `null` can be there already. */
  put(version: AnyVersion): AnyVersion | undefined {
    const { key } = version;
    const before = this.versionsByKey.get(key);
    if (before === undefined) {
      this.versionsByKey.set(key, version);
      this.sorted?.add(key);
      return undefined;
    }
    const versions = Array.isArray(before) ? before : [before];
    const at = version.versionId === 'null' ? versions.findIndex(({ versionId }) => versionId === 'null') : -1;
    const [replaced] = at < 0 ? [] : versions.splice(at, 1);
    versions.push(version);
    this.keep(key, versions);
    return replaced;
  }

  amend(version: ObjectVersion): void {
    const versions = [...this.versions(version.key)];
    const at = versions.findIndex((other) => other.versionId === version.versionId);
    if (at < 0) return;
    versions[at] = version;
    this.keep(version.key, versions);
  }

  remove(key: string, versionId: string): AnyVersion | undefined {
    const versions = [...this.versions(key)];
    const at = versions.findIndex((version) => version.versionId === versionId);
    if (at < 0) return undefined;
    const [removed] = versions.splice(at, 1);
    if (versions.length > 0) this.keep(key, versions);
    else {
      this.versionsByKey.delete(key);
      this.sorted?.remove(key);
    }
    return removed;
  }

  private keep(key: string, versions: AnyVersion[]): void {
    const [only] = versions;
    this.versionsByKey.set(key, versions.length === 1 && only ? only : versions);
  }
}
