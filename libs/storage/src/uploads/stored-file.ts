import { createHash } from 'node:crypto';
import { knownType, typeByExtension } from '../content/accepted-types.js';
import { contentDisposition } from '../content/disposition.js';
import { writeId } from '../s3/absence.js';
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

/**
 * What is kept beside the bytes. Whoever reads the object by URL is shown it: it tells of the file, and of nobody. Who
 * uploaded it is in the events.
 */
export interface FileMetadata {
  fileName: string;
  sha256?: string;
  /** Of a direct upload, whose file is known by it again. */
  uploadId?: string;
}

/** Header values are ASCII, so each is percent-encoded. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export function toMetadata({ fileName, uploadId, sha256 }: FileMetadata): Record<string, string> {
  return {
    'file-name': encoded(fileName),
    ...(sha256 && { sha256 }),
    ...(uploadId && { [writeId]: writeOf(uploadId) }),
  };
}

function encoded(name: string): string {
  if (typeof name === 'string' && name.isWellFormed()) return encodeURIComponent(name);
  throw new StorageError('invalid_request', 'A file name must be well-formed text.');
}

/** Names the write that an upload ends in, and cannot be turned back into the upload's id. */
const writeOf = (uploadId: string) => createHash('sha256').update(`write of ${uploadId}`).digest('hex').slice(0, 32);

/** Whether a file came from this upload. Files of version 0.1.0 have the upload's id itself. */
export const isFrom = (uploadId: string, info: ObjectInfo | undefined): info is ObjectInfo =>
  info?.metadata !== undefined &&
  (info.metadata[writeId] === writeOf(uploadId) || info.metadata['upload-id'] === uploadId);

/** `nameInKey` speaks where the store was not asked for metadata, as in lists. */
export function storedFile(info: ObjectInfo, nameInKey: string): StoredFile {
  const fileName = decoded(info.metadata?.['file-name']) ?? nameInKey;
  const sha256 = info.metadata?.['sha256'];
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
