import type { OrgId } from '../../keys/org-id.js';
import type { OfficerStore } from '../officer.js';
import { ExportPaths } from './export-paths.js';
import { exportedFiles } from './exported-files.js';
import type { ExportSummary, ManifestEntry } from './manifest.js';
import type { ExportTarget } from './targets/export-target.js';

export interface ExportOptions {
  /** That is exported from. */
  bucket: string;
  org: OrgId;
  onProgress?(progress: { files: number; bytes: number }): void;
  /** Is told of each object that lies under a key that this module does not make. */
  onLeftOut?(key: string): void;
  signal?: AbortSignal;
}

/**
 * Copies everything current of an organisation, one file after the other, each hashed while it is written. The manifest grows
 * with each file, in the order of the keys, so that an export that was interrupted goes on behind its last line, where its
 * target can.
 */
export async function exportTo(
  target: ExportTarget,
  officer: OfficerStore,
  { bucket, org, onProgress, onLeftOut, signal }: ExportOptions,
): Promise<ExportSummary> {
  const total = { files: 0, bytes: 0 };
  const paths = new ExportPaths();
  const count = ({ size }: ManifestEntry) => {
    total.files++;
    total.bytes += size;
  };
  try {
    const begun = await target.begin({ organisation: org, bucket, startedAt: new Date().toISOString() });
    let after: string | undefined;
    for await (const entry of target.kept()) {
      paths.take(entry.path);
      count(entry);
      after = entry.key;
    }
    for await (const file of exportedFiles(officer, { org, after, paths, onLeftOut, signal })) {
      const entry = await target.add(file);
      if (!entry) continue;
      count(entry);
      onProgress?.({ ...total });
    }
    return await target.finish(begun, total);
  } finally {
    await target.close();
  }
}
