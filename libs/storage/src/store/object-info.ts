import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';

/** What the store says of an object, in this module's words. */
export interface ObjectInfo {
  /** Quoted, as in HTTP. */
  etag: string;
  /** Bytes; of the part that is answered, where a range was asked for. */
  size: number;
  lastModified?: Date;
  contentType?: string;
  metadata?: Readonly<Record<string, string>>;
  /** `AES256`, `aws:kms` … as the store reports it. */
  encryption?: string;
  /** Base64; only for objects whose whole content has one. */
  sha256?: string;
  /** It has to be restored before it can be read. Not in lists, where the store does not tell what was restored. */
  isArchived?: true;
}

interface Answer {
  ETag?: string;
  Size?: number;
  ContentLength?: number;
  LastModified?: Date;
  ContentType?: string;
  Metadata?: Record<string, string>;
  ServerSideEncryption?: string;
  ChecksumSHA256?: string;
  ChecksumType?: string | string[];
}

/** Ceph writes entity tags without quotes into XML, and leaves them out there after a multipart completion. */
export const quoted = (etag: string | undefined): string | undefined =>
  etag ? `"${etag.replaceAll('"', '')}"` : undefined;

export const objectInfo = (answer: Answer): ObjectInfo => ({
  etag: quoted(answer.ETag) ?? '',
  size: answer.Size ?? answer.ContentLength ?? 0,
  ...(answer.LastModified && { lastModified: answer.LastModified }),
  ...(answer.ContentType && { contentType: answer.ContentType }),
  ...(answer.Metadata && { metadata: answer.Metadata }),
  ...(answer.ServerSideEncryption && { encryption: answer.ServerSideEncryption }),
  // A composite checksum is one of the parts' checksums: it says nothing of the bytes as a whole.
  ...(answer.ChecksumSHA256 && !answer.ChecksumSHA256.includes('-') && { sha256: answer.ChecksumSHA256 }),
});

/** Looks at an object without its bytes. */
export interface Looks {
  head(org: OrgId, key: ObjectKey): Promise<ObjectInfo>;
  /** The same, where it may be absent. */
  find(org: OrgId, key: ObjectKey): Promise<ObjectInfo | undefined>;
}
