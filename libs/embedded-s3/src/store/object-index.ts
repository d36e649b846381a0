import { compareKeys, firstFrom } from './key-order.js';
import type { AnyVersion, ObjectVersion } from './records.js';

/** The versions of one bucket's objects, by key; keys can be walked in S3's order. */
export class ObjectIndex {
  private readonly versionsByKey = new Map<string, AnyVersion[]>();
  private sorted: string[] = [];

  get isEmpty(): boolean {
    return this.versionsByKey.size === 0;
  }

  /** Every version of the key, oldest first; the last one is current. */
  versions(key: string): readonly AnyVersion[] {
    return this.versionsByKey.get(key) ?? [];
  }

  /** The current version, a delete marker perhaps. */
  latest(key: string): AnyVersion | undefined {
    return this.versions(key).at(-1);
  }

  /** The current version when it has bytes. */
  current(key: string): ObjectVersion | undefined {
    const latest = this.latest(key);
    return latest?.deleteMarker ? undefined : latest;
  }

  find(key: string, versionId: string): AnyVersion | undefined {
    return this.versions(key).find((version) => version.versionId === versionId);
  }

  /** Keys from `start` on (itself included), in the order of their UTF-8 bytes. */
  *keysFrom(start: string): Generator<string> {
    for (let i = firstFrom(this.sorted, start); i < this.sorted.length; i++) yield this.sorted[i] ?? '';
  }

  /** Adds the newest version and returns the one it replaces, if any. */
  put(version: AnyVersion): AnyVersion | undefined {
    const replaced = this.remove(version.key, version.versionId);
    const versions = this.versionsByKey.get(version.key);
    if (versions) versions.push(version);
    else {
      this.versionsByKey.set(version.key, [version]);
      const last = this.sorted.at(-1);
      if (last === undefined || compareKeys(last, version.key) < 0) this.sorted.push(version.key);
      else this.sorted.splice(firstFrom(this.sorted, version.key), 0, version.key);
    }
    return replaced;
  }

  amend(version: ObjectVersion): void {
    const versions = this.versionsByKey.get(version.key) ?? [];
    const at = versions.findIndex((other) => other.versionId === version.versionId);
    if (at >= 0) versions[at] = version;
  }

  remove(key: string, versionId: string): AnyVersion | undefined {
    const versions = this.versionsByKey.get(key) ?? [];
    const at = versions.findIndex((version) => version.versionId === versionId);
    if (at < 0) return undefined;
    const [removed] = versions.splice(at, 1);
    if (versions.length === 0) {
      this.versionsByKey.delete(key);
      this.sorted.splice(firstFrom(this.sorted, key), 1);
    }
    return removed;
  }
}
