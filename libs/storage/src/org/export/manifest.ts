import { decoded } from '../../store/file-metadata.js';
import { StorageError } from '../../storage.error.js';
import type { ObjectInfo } from '../../store/object-info.js';

/** One exported file: a line of `manifest.jsonl`. */
export interface ManifestEntry {
  /** In the export. */
  path: string;
  key: string;
  /** As its person named it, where that is known. */
  fileName?: string;
  contentType?: string;
  /** Bytes. */
  size: number;
  /** Of the bytes that were written here, hexadecimal. */
  sha256: string;
  etag: string;
  lastModified?: string;
  metadata?: Readonly<Record<string, string>>;
}

export const entryOf = (
  { path, key, sha256 }: Pick<ManifestEntry, 'path' | 'key' | 'sha256'>,
  { size, etag, contentType, metadata, lastModified }: ObjectInfo,
): ManifestEntry => {
  const fileName = decoded(metadata?.['file-name']);
  return {
    path,
    key,
    ...(fileName !== undefined && { fileName }),
    ...(contentType && { contentType }),
    size,
    sha256,
    etag,
    ...(lastModified && { lastModified: lastModified.toISOString() }),
    ...(metadata && { metadata }),
  };
};

export const lineOf = (entry: ManifestEntry): string => `${JSON.stringify(entry)}\n`;

/** As `sha256sum` writes and reads it. */
export const sumOf = ({ sha256, path }: ManifestEntry): string => `${sha256}  ${path}\n`;

/** What an export says of itself from its beginning. */
export interface ExportBegun {
  organisation: string;
  bucket: string;
  startedAt: string;
}

/** Written last: an export without it is not complete. */
export interface ExportSummary extends ExportBegun {
  type: 'nest-tenant-storage/export/1';
  finishedAt: string;
  files: number;
  bytes: number;
  /** Of `manifest.jsonl`, hexadecimal. */
  manifestSha256: string;
  notIncluded: string[];
}

export const manifestName = 'manifest.jsonl';
export const sumsName = 'SHA256SUMS';
export const summaryName = 'export.json';
export const ownNames: readonly string[] = [manifestName, sumsName, summaryName];

const notIncluded = [
  'Earlier states of files, and files that were deleted: what the trash shows.',
  'Holds, retention and tags.',
  'Direct uploads that were not completed.',
  'Objects under keys that this module does not make.',
  'What changed after it was exported: the times are in the manifest.',
];

export const summaryOf = (
  { organisation, bucket, startedAt }: ExportBegun,
  { files, bytes, manifestSha256 }: Pick<ExportSummary, 'files' | 'bytes' | 'manifestSha256'>,
): ExportSummary => ({
  type: 'nest-tenant-storage/export/1',
  organisation,
  bucket,
  startedAt,
  finishedAt: new Date().toISOString(),
  files,
  bytes,
  manifestSha256,
  notIncluded,
});

export const summaryText = (summary: ExportSummary): string => `${JSON.stringify(summary, null, 2)}\n`;

/** @throws {StorageError} `invalid_request` for a line that no export wrote */
export function readEntry(line: string): ManifestEntry {
  const entry = parsed(line) as Partial<ManifestEntry> | undefined;
  const texts = [entry?.path, entry?.key, entry?.sha256, entry?.etag];
  const perhaps = [entry?.contentType, entry?.fileName, entry?.lastModified];
  const isWhole =
    texts.every((text) => typeof text === 'string') &&
    perhaps.every((text) => text === undefined || typeof text === 'string') &&
    /^[0-9a-f]{64}$/.test(entry?.sha256 ?? '') &&
    Number.isSafeInteger(entry?.size) &&
    (entry?.size ?? -1) >= 0 &&
    (entry?.metadata === undefined || isMetadata(entry.metadata));
  if (isWhole) return entry as ManifestEntry;
  throw new StorageError('invalid_request', 'A line of the manifest is none that an export wrote.');
}

/** @returns undefined for what is no summary of a finished export */
export function readSummary(text: string): ExportSummary | undefined {
  const summary = parsed(text) as Partial<ExportSummary> | undefined;
  const isOurs =
    summary?.type === 'nest-tenant-storage/export/1' &&
    typeof summary.organisation === 'string' &&
    typeof summary.manifestSha256 === 'string' &&
    Number.isSafeInteger(summary.files);
  return isOurs ? (summary as ExportSummary) : undefined;
}

/** An object of JSON; undefined for anything else. */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMetadata(metadata: unknown): boolean {
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    Object.entries(metadata).every(
      ([name, value]) => /^[a-z0-9][\w.-]*$/i.test(name) && typeof value === 'string' && /^[\x20-\x7e]*$/.test(value),
    )
  );
}
