/** What the store remembers. Everything is plain JSON; times are milliseconds since 1970. */

export interface BucketRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly objectLock: boolean;
  /** sub-resource (`policy`, `cors`, `encryption`, …) → the document as it was stored (JSON or XML text) */
  readonly config: Readonly<Record<string, string>>;
}

/** A run of bytes in one data file. */
export interface Segment {
  readonly file: string;
  readonly start: number;
  readonly size: number;
}

export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  readonly keyId?: string;
  readonly bucketKey?: boolean;
}

export interface Checksum {
  readonly algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
  /** base64; of a composite with `-parts` behind it */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly until: number;
}

/** What a caller says about an object when writing it. */
export interface ObjectAttributes {
  /** the standard headers kept with the object: content-type, cache-control, content-disposition, … */
  readonly headers: Readonly<Record<string, string>>;
  /** user metadata, names without `x-amz-meta-` */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly encryption: Encryption;
  readonly storageClass: string;
  /** canned ACL; `private` unless the caller said otherwise */
  readonly acl: string;
  readonly retention?: Retention;
  readonly legalHold?: boolean;
}

/** A version of an object that has bytes. */
export interface ObjectVersion extends ObjectAttributes {
  readonly key: string;
  /** `null` (the string) when the bucket was not versioned at the time */
  readonly versionId: string;
  readonly deleteMarker?: undefined;
  readonly lastModified: number;
  readonly size: number;
  /** without quotes */
  readonly etag: string;
  readonly segments: readonly Segment[];
  readonly checksum?: Checksum;
  /** of an object made by a multipart upload */
  readonly partSizes?: readonly number[];
  /** base64, of the algorithm of `checksum`, when each part has one */
  readonly partChecksums?: readonly string[];
  /** of the upload that it was, so that completing it again can be answered */
  readonly uploadId?: string;
}

export interface DeleteMarker {
  readonly key: string;
  readonly versionId: string;
  readonly deleteMarker: true;
  readonly lastModified: number;
}

export type AnyVersion = ObjectVersion | DeleteMarker;

export interface PartRecord {
  readonly number: number;
  readonly etag: string;
  readonly size: number;
  readonly lastModified: number;
  readonly segment: Segment;
  readonly checksum?: Checksum;
}

export interface UploadRecord {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly attributes: ObjectAttributes;
  readonly checksumAlgorithm?: Checksum['algorithm'];
  readonly checksumType?: Checksum['type'];
  readonly parts: Readonly<Record<number, PartRecord>>;
}

/** One step of the store's history. Steps committed together take effect together or not at all. */
export type Change =
  | { readonly type: 'account'; readonly accessKeyId: string; readonly secretAccessKey: string }
  | { readonly type: 'bucket'; readonly bucket: BucketRecord }
  | { readonly type: 'removeBucket'; readonly name: string }
  /** becomes the newest version, in place of an older one with the same id */
  | { readonly type: 'version'; readonly bucket: string; readonly version: AnyVersion }
  /** new attributes for a version that stays where it is */
  | { readonly type: 'amend'; readonly bucket: string; readonly version: ObjectVersion }
  | { readonly type: 'removeVersion'; readonly bucket: string; readonly key: string; readonly versionId: string }
  | { readonly type: 'upload'; readonly upload: UploadRecord }
  | { readonly type: 'part'; readonly uploadId: string; readonly part: PartRecord }
  | { readonly type: 'removeUpload'; readonly uploadId: string }
  /** everything before it is live: the history was written anew up to here */
  | { readonly type: 'compacted' };

/** The bytes of a version. */
export const segmentsOf = (version: AnyVersion | undefined): readonly Segment[] =>
  version && !version.deleteMarker ? version.segments : [];

/** The bytes of all parts of an upload. */
export const partSegments = (upload: UploadRecord | undefined): readonly Segment[] =>
  Object.values(upload?.parts ?? {}).map((part) => part.segment);
