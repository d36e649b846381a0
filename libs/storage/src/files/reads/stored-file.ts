import { knownType, typeByExtension } from '../../content/accepted-types.js';
import { contentDisposition } from '../../content/disposition.js';
import { decoded } from '../../store/file-metadata.js';
import type { ObjectInfo } from '../../store/object-info.js';
import { scannedByOf, type ScannedBy } from './scanned-by.js';

/** What the API says of a file. Keys, buckets and the store's own ids stay inside. */
export interface StoredFile {
  /** As its person named it, where that is known. */
  fileName: string;
  /** Canonical, such as `image/jpeg`. In lists it is what the extension says first: sound in `.webm` is a film there. */
  contentType: string;
  /** Bytes. */
  size: number;
  /** Quoted, as in HTTP. */
  etag: string;
  lastModified?: Date;
  /** Hexadecimal; where the client declared one, which was then checked. */
  sha256?: string;
  /** Who found it free of malware, with what knowledge and when, where a scanner is a gate. Not in lists. */
  scannedBy?: ScannedBy;
}

/** `nameInKey` speaks where the store was not asked for metadata, as in lists. */
export function storedFile(info: ObjectInfo, nameInKey: string): StoredFile {
  const fileName = decoded(info.metadata?.['file-name']) ?? nameInKey;
  const sha256 = info.metadata?.['sha256'];
  const contentType = info.contentType ?? typeByExtension(nameInKey)?.mime ?? 'application/octet-stream';
  const file: StoredFile = { fileName, contentType, size: info.size, etag: info.etag };
  if (info.lastModified) file.lastModified = info.lastModified;
  if (sha256) file.sha256 = sha256;
  const scannedBy = scannedByOf(info);
  if (scannedBy) file.scannedBy = scannedBy;
  return file;
}

export type Disposition = 'inline' | 'attachment';

/**
 * The headers that make a file safe to hand out: its canonical type and no other, shown inline only where the type cannot
 * run script, kept by no shared cache. For presigned URLs, which nobody guesses: what goes through the application also has
 * to be asked for again by whoever keeps it.
 */
export function safeHeaders(file: Pick<StoredFile, 'fileName' | 'contentType'>, wanted: Disposition) {
  return {
    contentType: file.contentType,
    contentDisposition: contentDisposition(knownType(file.contentType), file.fileName, wanted),
    cacheControl: 'private',
  };
}
