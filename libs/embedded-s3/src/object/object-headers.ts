import type { Features } from '../controls/features.js';
import { versionHeader } from '../request/version-id.js';
import type { ObjectVersion } from '../store/records.js';

type Headers = Record<string, string | undefined>;

export const quoted = (etag: string): string => `"${etag}"`;

/**
 * What is not ASCII comes back as an encoded word of RFC 2047. The bytes that were sent are read as Latin-1 first, as
 * in the example of the S3 User Guide, "Working with object metadata".
 */
const encodedWord = (value: string): string =>
  // oxlint-disable-next-line no-control-regex
  /^[\u0000-\u007f]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value, 'utf8').toString('base64')}?=`;

/** Encryption as PutObject, GetObject and the others report it. */
export function encryptionHeaders({ encryption }: Pick<ObjectVersion, 'encryption'>, features: Features): Headers {
  if (!features.sse) return {};
  return {
    'x-amz-server-side-encryption': encryption.algorithm,
    'x-amz-server-side-encryption-aws-kms-key-id': encryption.keyId,
    'x-amz-server-side-encryption-bucket-key-enabled': encryption.bucketKey ? 'true' : undefined,
  };
}

/** What HeadObject and GetObject say about a version, the range and its length apart. */
export function objectHeaders(version: ObjectVersion, features: Features): Headers {
  const tags = Object.keys(version.tags).length;
  return {
    ...version.headers,
    ...Object.fromEntries(
      Object.entries(version.metadata).map(([name, value]) => [`x-amz-meta-${name}`, encodedWord(value)]),
    ),
    etag: quoted(version.etag),
    'last-modified': new Date(version.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...versionHeader(version.versionId),
    ...encryptionHeaders(version, features),
    'x-amz-tagging-count': tags > 0 ? String(tags) : undefined,
    'x-amz-storage-class': version.storageClass === 'STANDARD' ? undefined : version.storageClass,
    'x-amz-object-lock-mode': version.retention?.mode,
    'x-amz-object-lock-retain-until-date': version.retention && new Date(version.retention.until).toISOString(),
    'x-amz-object-lock-legal-hold': version.legalHold === undefined ? undefined : version.legalHold ? 'ON' : 'OFF',
  };
}
