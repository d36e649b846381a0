import type { AnyVersion } from './records.js';

/** So many different values are kept at most; then the collection starts anew. */
const KEPT = 10_000;

/** Most objects have the same headers and encryption, and no metadata: one copy serves them all. */
export class SharedValues {
  private readonly known = new Map<string, object>();

  /** The same version, in less memory. */
  slim<T extends AnyVersion>(version: T): T {
    if (version.deleteMarker) return version;
    const { headers, metadata, tags, encryption } = version;
    return {
      ...version,
      headers: this.of(headers),
      metadata: this.of(metadata),
      tags: this.of(tags),
      encryption: this.of(encryption),
    };
  }

  /** The same value, in a copy that others may have too. */
  private of<T extends object>(value: T): T {
    const text = JSON.stringify(value);
    const known = this.known.get(text);
    if (known) return known as T;
    if (this.known.size >= KEPT) this.known.clear();
    this.known.set(text, value);
    return value;
  }
}
