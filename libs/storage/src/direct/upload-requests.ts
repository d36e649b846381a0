import { canonicalQuery } from '../store/signing/canonical.js';
import { grantOfUpload } from '../store/signing/grant.js';
import type { KeyRequest } from '../store/signing/presigner.js';
import type { PostCondition } from '../store/signing/signature.js';
import { layout } from '../keys/layout.js';
import { protectionOf } from '../store/writing/protection.js';
import { inBase64 } from '../store/writing/part-checksum.js';
import {
  onlyAsTheFirst,
  protectionAsFields,
  protectionAsHeaders,
  sha256Header,
} from '../store/writing/write-headers.js';
import { StorageError } from '../storage.error.js';
import { ticketPartBytes } from '../storage.policy.js';
import type { StorageSettings } from '../options/storage.settings.js';
import type { UploadTerms } from './upload-token.js';

/** One step of a multipart upload, as Uppy's `signRequest` asks for it: the method and the ids present say which. */
export interface UploadStep {
  method: string;
  /** The store's own id, from the answer to the first step. */
  uploadId?: string | undefined;
  /** From 1. */
  partNumber?: number | undefined;
}

const checksum = ({ store }: StorageSettings, { sha256 }: UploadTerms): Record<string, string> =>
  sha256 && store.checksums ? { [sha256Header]: inBase64(sha256) } : {};

/** Of what a client sends: in its organisation's own encryption. */
const protection = (settings: StorageSettings, { org, uploadId }: UploadTerms) =>
  protectionOf(settings, org, layout.incoming(org, { uploadId }));

/** A single PUT: exact length, type, hash and encryption, and only where nothing is yet. */
export async function putRequest(settings: StorageSettings, terms: UploadTerms): Promise<KeyRequest> {
  return {
    method: 'PUT',
    operation: 'PutObject',
    grant: grantOfUpload(terms.uploadId),
    headers: {
      'content-length': String(terms.size),
      'content-type': terms.contentType,
      ...(settings.store.conditionalWrites && onlyAsTheFirst.headers),
      ...protectionAsHeaders(await protection(settings, terms)),
      ...checksum(settings, terms),
    },
  };
}

/** A form POST: the policy holds every field to its value and the file to its size. */
export async function postForm(settings: StorageSettings, terms: UploadTerms) {
  const fields = {
    'Content-Type': terms.contentType,
    ...protectionAsFields(await protection(settings, terms)),
    ...checksum(settings, terms),
    success_action_status: '201',
  };
  const conditions: PostCondition[] = [['content-length-range', terms.size, terms.size]];
  return { fields, conditions };
}

export const partCount = (size: number): number => Math.ceil(size / ticketPartBytes);

/** The request of one step, on the upload's own object and no other. */
export async function stepRequest(
  settings: StorageSettings,
  terms: UploadTerms,
  step: UploadStep,
): Promise<KeyRequest> {
  const { method, uploadId, partNumber } = step;
  if (method === 'PUT' && uploadId === undefined && partNumber === undefined) return putRequest(settings, terms);
  const grant = grantOfUpload(terms.uploadId);
  if (!terms.multipart) throw new StorageError('invalid_request', 'This upload was not begun as multipart.');
  if (method === 'POST' && uploadId === undefined) {
    const asked = protectionAsHeaders(await protection(settings, terms));
    const headers = { 'content-type': terms.contentType, ...asked };
    return { method, query: canonicalQuery({ uploads: '' }), headers, grant };
  }
  if (typeof uploadId !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(uploadId)) {
    throw new StorageError('invalid_request', 'This step needs the uploadId that the store gave for this upload.');
  }
  if (method === 'PUT') {
    const length = partLength(terms.size, partNumber);
    const query = canonicalQuery({ partNumber: String(partNumber), uploadId });
    return { method, query, operation: 'UploadPart', headers: { 'content-length': String(length) }, grant };
  }
  if (method === 'POST') {
    const headers = settings.store.conditionalCompletion ? onlyAsTheFirst.headers : {};
    return { method, query: canonicalQuery({ uploadId }), headers, grant };
  }
  const query = canonicalQuery({ uploadId });
  if (method === 'GET') return { method, query, operation: 'ListParts', grant };
  if (method === 'DELETE') return { method, query, operation: 'AbortMultipartUpload', grant };
  throw new StorageError('invalid_request', 'method must be POST, PUT, GET or DELETE.');
}

function partLength(size: number, partNumber: number | undefined): number {
  const last = partCount(size);
  if (!Number.isInteger(partNumber) || partNumber! < 1 || partNumber! > last) {
    throw new StorageError(
      'invalid_request',
      `partNumber must be 1 … ${last}: parts are ${ticketPartBytes} bytes each.`,
    );
  }
  return partNumber === last ? size - (last - 1) * ticketPartBytes : ticketPartBytes;
}
