import { randomUUID } from 'node:crypto';
import { acceptedType, type AcceptedType } from '../../content/accepted-types.js';
import { admitDeclared } from '../../content/declared-type.js';
import { requireUser, type DeclaredUpload } from '../../direct/declared-upload.js';
import type { UploadTerms } from '../../direct/upload-token.js';
import { orgScopedKey, type ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Place } from '../../keys/place.js';
import { writeOf } from '../../store/file-metadata.js';
import { StorageError } from '../../storage.error.js';
import { locate, type FileKind, type PlaceOf } from '../file-kind.js';
import type { UploadSubject } from '../gates/gate.js';
import { actor, type Beside, type By } from '../incoming.js';

/** What a kind has admitted: where a file goes and what it may be. Both ways of uploading start from it. */
export interface UploadTarget {
  /** Of this upload and no other. */
  id: string;
  org: OrgId;
  purpose: string;
  place: Place;
  key: ObjectKey;
  /** The original name, given back on download. */
  fileName: string;
  nameInKey: string;
  type: AcceptedType;
  maxBytes: number;
  /** Whether a file already at the key is replaced. */
  replaces: boolean;
  by?: string;
  requestId?: string;
  beside?: Beside;
}

export interface AskedUpload extends By {
  contentType?: string;
  replace?: boolean;
  beside?: Beside;
}

/** @throws {StorageError} `invalid_place`, `invalid_file_name`, `invalid_request`, `type_not_accepted` */
export function uploadTarget<Id extends string>(
  kind: FileKind<Id>,
  org: OrgId,
  place: PlaceOf<string>,
  { contentType, by, requestId, replace, beside }: AskedUpload,
  accepted: readonly AcceptedType[],
): UploadTarget {
  requireUser(by);
  const { name, ...located } = locate(kind, org, place);
  const [only] = kind.accepts ?? [];
  return {
    id: randomUUID(),
    org,
    purpose: kind.purpose,
    ...located,
    fileName: name?.original ?? located.nameInKey,
    type: name === undefined && only ? only : typeOf(contentType, name?.extension ?? '', kind.accepts ?? accepted),
    maxBytes: kind.maxBytes,
    replaces: kind.replaces === 'asked' ? replace === true : kind.replaces,
    ...actor({ by, requestId }),
    ...(beside && { beside }),
  };
}

function typeOf(contentType: string | undefined, extension: string, accepts: readonly AcceptedType[]): AcceptedType {
  if (['string', 'undefined'].includes(typeof contentType)) return admitDeclared({ extension, contentType }, accepts);
  throw new StorageError(
    'invalid_request',
    `contentType must be text such as application/pdf, not ${typeof contentType}.`,
  );
}

export const subjectOf = (target: UploadTarget, size: number | undefined, direct: boolean): UploadSubject => ({
  id: target.id,
  eventId: writeOf(target.id),
  org: target.org,
  purpose: target.purpose,
  place: target.place,
  ...actor(target),
  key: target.key,
  fileName: target.fileName,
  contentType: target.type.mime,
  ...(size !== undefined && { size }),
  maxBytes: size ?? target.maxBytes,
  replaces: target.replaces,
  direct,
});

/** What a ticket's token holds, and all that a completion will know, in whatever process. */
export const termsOf = (
  { id, org, purpose, place, by, key, type, replaces, fileName, nameInKey }: UploadTarget & { by: string },
  { size, sha256, multipart }: DeclaredUpload,
  /** ETag of the file that is to be replaced. */
  replacing: string | undefined,
  /** The span that the upload began in. */
  trace: string | undefined,
): UploadTerms => ({
  uploadId: id,
  org,
  by,
  purpose,
  place,
  path: key.slice(org.length + 1),
  fileName,
  nameInKey,
  contentType: type.mime,
  size,
  ...(sha256 && { sha256 }),
  replaces,
  ...(replacing !== undefined && { replacing }),
  multipart: multipart === true,
  ...(trace !== undefined && { trace }),
});

/** The same upload again, as its token has it. */
export const subjectIn = (
  { uploadId, org, purpose, place, by, path, fileName, contentType, size, replaces }: UploadTerms,
  requestId: string | undefined,
): UploadSubject => ({
  id: uploadId,
  eventId: writeOf(uploadId),
  org,
  purpose,
  place,
  ...actor({ by, requestId }),
  key: orgScopedKey(org, path),
  fileName,
  contentType: acceptedType(contentType).mime,
  size,
  maxBytes: size,
  replaces,
  direct: true,
});
