import { createHash } from 'node:crypto';
import { StorageError } from '../storage.error.js';
import { writeId } from './absence.js';
import type { ObjectInfo } from './object-info.js';

/**
 * What is kept beside the bytes. Whoever reads the object by URL is shown it: it tells of the file, and of nobody. Who
 * uploaded it is in the events.
 */
export interface FileMetadata {
  fileName: string;
  sha256?: string;
  /** Of the upload, whose file is known by it again. */
  uploadId: string;
}

/** Header values are ASCII, so each is percent-encoded. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export const toMetadata = ({ fileName, uploadId, sha256 }: FileMetadata): Record<string, string> => ({
  'file-name': encoded(fileName),
  ...(sha256 && { sha256 }),
  [writeId]: writeOf(uploadId),
});

/** What gates keep with a file. Names of our own are not theirs to give. */
export function gateMetadata(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [`gate-${name}`, encoded(value)]));
}

function encoded(text: string): string {
  if (typeof text === 'string' && text.isWellFormed()) return encodeURIComponent(text);
  throw new StorageError('invalid_request', 'What is kept with a file must be well-formed text.');
}

/** Names the write that an upload ends in, and cannot be turned back into the upload's id. */
export const writeOf = (uploadId: string): string =>
  createHash('sha256').update(`write of ${uploadId}`).digest('hex').slice(0, 32);

/** By which listeners are told of a file: of each write another one, and the same whenever it is told again. */
export const eventIdOf = (info: Pick<ObjectInfo, 'metadata'>): string | undefined => info.metadata?.[writeId];

/**
 * By which gates name the restoring of a file: as a UUID what the file itself is named by, for nobody who restores it writes
 * anything new into it.
 */
export const restoreIdOf = (info: Pick<ObjectInfo, 'metadata'>): string | undefined =>
  eventIdOf(info)?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Whether a file came from this upload, or from this restoring. Files of version 0.1.0 have the upload's id itself. */
export const isFrom = (uploadId: string, info: ObjectInfo | undefined): info is ObjectInfo =>
  info?.metadata !== undefined &&
  (info.metadata[writeId] === writeOf(uploadId) ||
    info.metadata['upload-id'] === uploadId ||
    restoreIdOf(info) === uploadId);

/** What stands in a value of metadata; undefined where it is absent or not ours. */
export function decoded(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
