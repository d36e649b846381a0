/** So many different values are kept at most; then the collection starts anew. */
const KEPT = 10_000;

/** Most objects have the same headers and encryption, and no metadata: one copy serves them all. */
export class SharedValues {
  private readonly known = new Map<string, object>();

  /** The same value, in a copy that others may have too. */
  of<T extends object>(value: T): T {
    const text = JSON.stringify(value);
    const known = this.known.get(text);
    if (known) return known as T;
    if (this.known.size >= KEPT) this.known.clear();
    this.known.set(text, value);
    return value;
  }
}
