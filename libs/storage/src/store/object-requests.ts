import type { Readable } from 'node:stream';
import type { ObjectInfo } from './object-info.js';
import { escape, escapeOften } from './signing/canonical.js';
import type { KeyRequest, Presigned } from './signing/presigner.js';

export interface ObjectAttributes {
  contentType: string;
  /** Values in printable ASCII. */
  metadata: Readonly<Record<string, string>>;
}

export interface PutOptions extends ObjectAttributes {
  /** Bytes, where known. */
  size?: number;
  /** The most bytes that can come, where their number is not known: memory is taken for no more. */
  atMost?: number;
  /** Fails with `already_exists` when the key is taken. */
  ifAbsent?: boolean;
  /** Nobody removes or replaces this version before. Needs a bucket with Object Lock. */
  retention?: Retention;
  signal?: AbortSignal;
}

export interface Retention {
  mode: 'GOVERNANCE' | 'COMPLIANCE';
  until: Date;
}

/** Without attributes the copy has the source's. */
export interface CopyOptions extends Partial<ObjectAttributes> {
  /** The source must still have this ETag. */
  sourceEtag: string;
  /** The destination must still have this one. */
  replacing?: string;
  ifAbsent?: boolean;
  /** Of the source: this version and no other, where the bucket keeps versions. */
  sourceVersion?: string;
}

export interface ReadOptions {
  /** One range of RFC 9110, such as `bytes=0-99`. */
  range?: string | undefined;
  ifMatch?: string | undefined;
  /** The range is meant for the file with this ETag; another one is answered whole. RFC 9110, section 13.1.5. */
  ifRange?: string | undefined;
  ifNoneMatch?: string | undefined;
  /** This version and no other, where the bucket keeps versions. */
  version?: string | undefined;
  /** Asks for everything but the bytes, as HEAD does: `body` is then empty. */
  withoutBody?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** `body` must be read to its end or destroyed: an unread one holds a connection. */
export interface ObjectStream extends ObjectInfo {
  body: Readable;
  /** Set on a partial answer: `bytes 0-99/1000`. */
  contentRange?: string;
}

/** Tags of the newest version of an object; no `version` where the bucket keeps none. */
export interface ObjectTags {
  tags: Readonly<Record<string, string>>;
  version?: string;
}

export interface ObjectPage {
  objects: (ObjectInfo & { key: string })[];
  nextCursor?: string;
}

export interface ReadHeaders {
  contentType: string;
  contentDisposition: string;
  cacheControl: string;
}

/** None for a key that this module did not make. */
export type ReadSigner = (key: string, headers: ReadHeaders) => Presigned | undefined;

const plainDisposition = /^(?:inline|attachment); filename="[\w.~-]*"$/;

/** Most names stay as they are, and then what stands around them is known. */
function escapeDisposition(text: string): string {
  if (!plainDisposition.test(text)) return escape(text);
  const end = text.indexOf(';');
  return `${text.slice(0, end)}%3B%20filename%3D%22${text.slice(end + '; filename="'.length, -1)}%22`;
}

/** A read answered with these headers, whatever is stored with the object. The query is canonical as it stands. */
export const readRequest = (
  { cacheControl, contentDisposition, contentType }: ReadHeaders,
  by?: string,
): KeyRequest => ({
  method: 'GET',
  operation: 'GetObject',
  by,
  query:
    `&response-cache-control=${escapeOften(cacheControl)}&response-content-disposition=${escapeDisposition(contentDisposition)}` +
    `&response-content-type=${escapeOften(contentType)}`,
});
