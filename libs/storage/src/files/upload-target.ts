import { randomUUID } from 'node:crypto';
import type { AcceptedType } from '../content/accepted-types.js';
import { admitDeclared } from '../content/declared-type.js';
import { requireUser } from '../direct/upload-promise.js';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { Place } from '../keys/place.js';
import { writeOf } from '../s3/file-metadata.js';
import { StorageError } from '../storage.error.js';
import { locate, type FileKind, type PlaceOf } from './file-kind.js';
import type { UploadSubject } from './gate.js';

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
  /** Whether a file already at the key gives way. */
  replaces: boolean;
  by?: string;
}

export interface AskedUpload {
  contentType?: string;
  by?: string;
  replace?: boolean;
}

/** @throws {StorageError} `invalid_place`, `invalid_file_name`, `invalid_request`, `type_not_accepted` */
export function uploadTarget<Id extends string>(
  kind: FileKind<Id>,
  org: OrgId,
  place: PlaceOf<string>,
  { contentType, by, replace }: AskedUpload,
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
    ...(by !== undefined && { by }),
  };
}

function typeOf(contentType: string | undefined, extension: string, accepts: readonly AcceptedType[]): AcceptedType {
  if (typeof contentType === 'string') return admitDeclared({ extension, contentType }, accepts);
  throw new StorageError('invalid_request', 'contentType must be text.');
}

export const subjectOf = (target: UploadTarget, size: number | undefined, direct: boolean): UploadSubject => ({
  id: target.id,
  eventId: writeOf(target.id),
  org: target.org,
  purpose: target.purpose,
  place: target.place,
  ...(target.by !== undefined && { by: target.by }),
  key: target.key,
  contentType: target.type.mime,
  ...(size !== undefined && { size }),
  maxBytes: size ?? target.maxBytes,
  direct,
});
