import { Readable } from 'node:stream';
import type { ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import { inArchive } from '../../store/client/s3-error.js';
import type { ObjectInfo } from '../../store/object-info.js';
import type { ObjectStore } from '../../store/object-store.js';
import type { ObjectStream, ReadOptions } from '../../store/object-requests.js';
import type { Grant } from '../../store/signing/grant.js';
import type { StorageError } from '../../storage.error.js';
import { readUrlSeconds } from '../../storage.policy.js';
import type { Located } from '../file-kind.js';
import type { By } from '../incoming.js';
import { safeHeaders, storedFile, type Disposition, type StoredFile } from './stored-file.js';

export type { ReadOptions };

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
  /** What the URL is called in its events, in a journal, and in S3's access log (`x-grant`); nothing secret. */
  grant: Grant;
}

export interface DownloadOptions extends By {
  /** How a browser treats the file. `inline` is honoured only for types that cannot run script. Default `inline`. */
  disposition?: Disposition | undefined;
}

export async function openFile(
  store: ObjectStore,
  org: OrgId,
  { key, nameInKey }: Pick<Located, 'key' | 'nameInKey'>,
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

/** HEAD is answered as GET would be. */
function bodiless(info: ObjectInfo): ObjectStream {
  if (info.isArchived) throw inArchive();
  return { ...info, body: Readable.from([]) };
}

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

/** A URL for a file that is there and can be read; `not_found` otherwise, `conflict` for one in an archive tier. */
export async function readUrl(
  store: ObjectStore,
  org: OrgId,
  { key, nameInKey }: Pick<Located, 'key' | 'nameInKey'>,
  { disposition = 'inline', by }: DownloadOptions = {},
): Promise<ReadUrl> {
  const info = await store.head(org, key);
  if (info.isArchived) throw inArchive();
  return store.presignRead(org, key, safeHeaders(storedFile(info, nameInKey), disposition), readUrlSeconds, by);
}
