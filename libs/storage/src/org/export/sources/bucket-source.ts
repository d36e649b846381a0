import type { OrgId } from '../../../keys/org-id.js';
import { StorageError } from '../../../storage.error.js';
import { objectsIn } from '../../../store/objects-in.js';
import type { ExportPlace } from '../export-place.js';
import type { ExportSource } from './export-source.js';

/** `org` is whom the calls are counted for; the guard of the place decides what they reach. */
export class BucketSource implements ExportSource {
  constructor(
    private readonly place: ExportPlace,
    private readonly org: OrgId,
  ) {}

  async *names(): AsyncGenerator<string> {
    const { store, prefix } = this.place;
    for await (const { key } of objectsIn(store, this.org, prefix)) yield key.slice(prefix.length);
  }

  async open(path: string): Promise<{ size: number; bytes: AsyncIterable<Uint8Array> } | undefined> {
    try {
      const { size, body } = await this.place.store.readAtOnce(this.org, this.place.key(path));
      return { size, bytes: body };
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.place.close();
  }
}
