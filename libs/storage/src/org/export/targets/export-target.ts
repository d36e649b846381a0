import type { ExportedFile } from '../exported-files.js';
import type { ExportBegun, ExportSummary, ManifestEntry } from '../manifest.js';

/** Where an export is written: a folder, a ZIP archive or a place in another bucket. */
export interface ExportTarget {
  /**
   * What it says of itself from its beginning, of an earlier run if that was the same export.
   *
   * @throws {StorageError} `conflict` where something else lies there
   */
  begin(begun: ExportBegun): Promise<ExportBegun>;
  /** What an earlier run has kept, in its order. */
  kept(): AsyncIterable<ManifestEntry>;
  /** Whole, and in the manifest, or not at all. Undefined for a file that was deleted meanwhile. */
  add(file: ExportedFile): Promise<ManifestEntry | undefined>;
  /** Writes what an export ends with, and the summary last. */
  finish(begun: ExportBegun, total: { files: number; bytes: number }): Promise<ExportSummary>;
  /** After its end, or the failure that it ended with. */
  close(): Promise<void>;
}
