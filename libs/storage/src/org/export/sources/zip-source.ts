import { ZipReader } from '../zip/zip-reader.js';
import type { ExportSource } from './export-source.js';

export class ZipSource implements ExportSource {
  private constructor(private readonly zip: ZipReader) {}

  /** @throws {StorageError} `invalid_request` */
  static async open(path: string): Promise<ZipSource> {
    return new ZipSource(await ZipReader.open(path));
  }

  names(): Iterable<string> {
    return this.zip.names();
  }

  async open(path: string): Promise<{ size: number; bytes: AsyncIterable<Uint8Array> } | undefined> {
    const found = await this.zip.read(path);
    return found && { size: found.size, bytes: found.body };
  }

  close(): Promise<void> {
    return this.zip.close();
  }
}
