import { Readable } from 'node:stream';
import type { KeyPrefix, ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../s3/object-info.js';
import type { ObjectStore } from '../s3/object-store.js';
import type { ObjectStream, ReadOptions } from '../s3/object-requests.js';
import type { StorageError } from '../storage.error.js';
import { readUrlSeconds } from '../storage.policy.js';
import { safeHeaders, storedFile, type Disposition, type StoredFile } from '../uploads/stored-file.js';

/** Who acts, for events and for the file's own record. */
export interface By {
  by?: string;
}

/** Bytes on their way through the application. */
export interface IncomingBytes {
  bytes: AsyncIterable<Uint8Array>;
  /** Bytes, where declared: too large a file is then refused before it is read. */
  size?: number;
  /** Bytes, where only a bound is known, as in a form: no more memory than that is taken for them. */
  atMost?: number;
  /** Fires when whoever sends or waits has gone. */
  signal?: AbortSignal;
}

/** The same, where the sender also says what it is. */
export interface IncomingFile extends IncomingBytes {
  /** A media type; parameters are ignored. */
  contentType: string;
}

/** A file, or the asked range of it, with what a careful answer needs. `body` must be read to its end or destroyed. */
export interface FileStream {
  file: StoredFile;
  body: Readable;
  /** Bytes of `body`. */
  length: number;
  /** `bytes 0-99/1000` where a range was asked for. */
  contentRange?: string;
  contentType: string;
  contentDisposition: string;
  /**
   * `private, no-cache`: the path of a file says nothing of who asks, so whoever has a copy asks again before each use. To
   * be answered together with `Vary: Authorization, Cookie`.
   */
  cacheControl: string;
}

export interface ReadUrl {
  /** Whoever has it can read the file until it expires: keep it out of logs and caches. */
  url: string;
  expiresAt: Date;
}

export interface DownloadOptions extends By {
  /** How a browser treats the file. `inline` is honoured only for types that cannot run script. Default `inline`. */
  disposition?: Disposition;
  /** Skips the check that the file is there, and with it the original name: for lists, whose entries are there already. */
  unchecked?: boolean;
}

/** Where an object is, and the name to give it where it carries none. */
export interface Located {
  key: ObjectKey;
  nameInKey: string;
}

export async function openFile(
  store: ObjectStore,
  org: OrgId,
  { key, nameInKey }: Located,
  options: ReadOptions & { disposition?: Disposition } = {},
): Promise<FileStream> {
  const { disposition = 'inline', withoutBody = false, ...asked } = options;
  const answer = withoutBody ? store.head(org, key, asked).then(bodiless) : readAsked(store, org, key, asked);
  const { body, contentRange, ...info } = await answer;
  const total = Number(contentRange?.split('/')[1] ?? info.size);
  const file = storedFile({ ...info, size: total }, nameInKey);
  const headers = { ...safeHeaders(file, disposition), cacheControl: 'private, no-cache' };
  return { file, body, length: info.size, ...(contentRange && { contentRange }), ...headers };
}

const bodiless = (info: ObjectInfo): ObjectStream => ({ ...info, body: Readable.from([]) });

async function readAsked(
  store: ObjectStore,
  org: OrgId,
  key: ObjectKey,
  { ifRange, ...conditions }: ReadOptions,
): Promise<ObjectStream> {
  if (!ifRange) return store.read(org, key, conditions);
  return store.read(org, key, { ...conditions, ifMatch: ifRange }).catch((error: StorageError) => {
    if (error.code !== 'precondition_failed') throw error;
    return store.read(org, key, { ...conditions, range: undefined });
  });
}

/** Gives URLs for what a list of a folder has shown; none for a key that is not one of this module. */
export async function listedReadUrls(
  store: ObjectStore,
  org: OrgId,
  folder: KeyPrefix,
): Promise<(key: string, file: StoredFile) => ReadUrl | undefined> {
  const sign = await store.readSigner(org, folder, readUrlSeconds);
  return (key, file) => sign(key, safeHeaders(file, 'inline'));
}

/** A URL for a file that is there; `not_found` otherwise. */
export function readUrl(
  store: ObjectStore,
  org: OrgId,
  { key, nameInKey }: Located,
  { disposition = 'inline', unchecked = false }: DownloadOptions = {},
): Promise<ReadUrl> {
  const sign = (info: ObjectInfo) =>
    store.presignRead(org, key, safeHeaders(storedFile(info, nameInKey), disposition), readUrlSeconds);
  return unchecked ? sign({ etag: '', size: 0 }) : store.head(org, key).then(sign);
}
