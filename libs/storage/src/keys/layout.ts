import { StorageError } from '../storage.error.js';
import { inOrg, prefixInOrg } from './object-key.js';
import type { OrgId } from './org-id.js';

export interface FormFieldPlace {
  formId: string;
  customFieldId: string;
}

/** `fileName` is the clean name that `parseFileName` gives as `key`. */
export interface FormFilePlace extends FormFieldPlace {
  fileName: string;
}

export interface SignaturePlace {
  specialistId: string;
}

export const audiences = ['patient', 'specialist', 'admin'] as const;

/** Whom a document is written for. */
export type Audience = (typeof audiences)[number];

export interface DocumentPlace {
  documentId: string;
  audience: Audience;
}

/** A year from 2000 to 2999 and a month from 1 to 12; `'1'` and `'01'` are the same month. */
export interface AuditMonthPlace {
  year: number | string;
  month: number | string;
}

export interface IncomingPlace {
  uploadId: string;
}

export interface HoldPlace {
  /** SHA-256 of the file's key, hexadecimal. */
  file: string;
  /** Of this hold and no other. */
  number: string;
}

/**
 * Where everything lies in the bucket, one line for each kind of object. A new kind starts with a line here.
 *
 * Each throws a `StorageError`: `invalid_org`, `invalid_place`, `invalid_file_name`.
 */
export const layout = {
  formField: (org: OrgId, { formId, customFieldId }: FormFieldPlace) =>
    prefixInOrg(org)`uploads/forms/${formId}/field_${customFieldId}/`,
  formUpload: (org: OrgId, { formId, customFieldId, fileName }: FormFilePlace) =>
    inOrg(org)`uploads/forms/${formId}/field_${customFieldId}/${fileName}`,
  signature: (org: OrgId, { specialistId }: SignaturePlace) =>
    inOrg(org)`signatures/specialists/${specialistId}/signature.png`,
  document: (org: OrgId, { documentId, audience }: { documentId: string; audience: string }) =>
    inOrg(org)`documents/${documentId}/${knownAudience(audience)}.pdf`,
  logo: (org: OrgId) => inOrg(org)`templates/logos/logo.png`,
  auditArchive: (org: OrgId) => prefixInOrg(org, 'audit-archive')``,
  auditMonth: (org: OrgId, { year, month }: AuditMonthPlace) =>
    inOrg(org, 'audit-archive')`${fourDigits(year)}/${twoDigits(month)}.jsonl.gz`,
  incoming: (org: OrgId, { uploadId }: IncomingPlace) => inOrg(org, 'incoming')`${uploadId}`,
  /** Says that a file is on hold, and why. */
  hold: (org: OrgId, { file, number }: HoldPlace) => inOrg(org, 'control')`holds/${file}/${number}`,
  /** All holds of an organisation; or of one file, by the SHA-256 of its key. */
  holds: (org: OrgId, file?: string) =>
    file === undefined ? prefixInOrg(org, 'control')`holds/` : prefixInOrg(org, 'control')`holds/${file}/`,
  /** Says that a folder is being erased, by the SHA-256 of its prefix; `all` for the whole organisation. */
  closure: (org: OrgId, { scope }: { scope: string }) => inOrg(org, 'control')`closed/${scope}`,
  closures: (org: OrgId) => prefixInOrg(org, 'control')`closed/`,
  /** Says that an upload is over; no signed request ever names it. */
  over: (org: OrgId, { uploadId }: IncomingPlace) => inOrg(org, 'incoming')`${uploadId}.over`,
  /** How it ended after all, where `over` says that it was being completed. */
  ended: (org: OrgId, { uploadId }: IncomingPlace) => inOrg(org, 'incoming')`${uploadId}.ended`,
};

function knownAudience(audience: string): Audience {
  const known = audiences.find((each) => each === audience);
  if (known) return known;
  throw new StorageError('invalid_place', `The audience of a document is one of ${audiences.join(', ')}.`);
}

/** The same month by its one name: `{ year: '2026', month: '03' }`. */
export const monthOf = ({ year, month }: AuditMonthPlace) => ({ year: fourDigits(year), month: twoDigits(month) });

function fourDigits(year: unknown): string {
  if (isNumeral(year) && /^2[0-9]{3}$/.test(String(year))) return String(year);
  throw new StorageError('invalid_place', 'The year must be between 2000 and 2999.');
}

function twoDigits(month: unknown): string {
  if (isNumeral(month) && /^(?:0?[1-9]|1[0-2])$/.test(String(month))) return String(month).padStart(2, '0');
  throw new StorageError('invalid_place', 'The month must be between 1 and 12.');
}

function isNumeral(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string';
}
