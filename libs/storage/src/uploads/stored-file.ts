import { knownType, typeByExtension } from '../content/accepted-types.js';
import { contentDisposition } from '../content/disposition.js';
import type { ObjectInfo } from '../s3/object-info.js';
import { StorageError } from '../storage.error.js';

/** What the API says of a file. Keys, buckets and the store's own ids stay inside. */
export interface StoredFile {
  /** As its person named it, where that is known. */
  fileName: string;
  /** Canonical, such as `image/jpeg`. */
  contentType: string;
  /** Bytes. */
  size: number;
  /** Quoted, as in HTTP. */
  etag: string;
  lastModified?: Date;
  /** Hexadecimal; where the client promised one, which was then checked. */
  sha256?: string;
}

export interface FileMetadata {
  fileName: string;
  by?: string;
  uploadId?: string;
  sha256?: string;
}

/** Header values are ASCII, so each is percent-encoded. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export function toMetadata({ fileName, by, uploadId, sha256 }: FileMetadata): Record<string, string> {
  const given = { 'file-name': fileName, 'uploaded-by': by, 'upload-id': uploadId, sha256 };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, encoded(name, value)]])),
  );
}

function encoded(name: string, value: string): string {
  if (typeof value === 'string' && value.isWellFormed()) return encodeURIComponent(value);
  throw new StorageError('invalid_request', `${name} must be well-formed text.`);
}

export function fromMetadata(metadata: ObjectInfo['metadata'] = {}): Partial<FileMetadata> {
  return {
    fileName: decoded(metadata['file-name']),
    by: decoded(metadata['uploaded-by']),
    uploadId: decoded(metadata['upload-id']),
    sha256: decoded(metadata['sha256']),
  };
}

/** `nameInKey` speaks where the store was not asked for metadata, as in lists. */
export function storedFile(info: ObjectInfo, nameInKey: string): StoredFile {
  const { fileName = nameInKey, sha256 } = fromMetadata(info.metadata);
  const contentType = info.contentType ?? typeByExtension(nameInKey)?.mime ?? 'application/octet-stream';
  const file: StoredFile = { fileName, contentType, size: info.size, etag: info.etag };
  if (info.lastModified) file.lastModified = info.lastModified;
  if (sha256) file.sha256 = sha256;
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

function decoded(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
