import { canonicalQuery } from '../s3/canonical.js';
import type { KeyRequest } from '../s3/presigner.js';
import type { PostCondition } from '../s3/signature.js';
import { StorageError } from '../storage.error.js';
import { ticketPartBytes } from '../storage.policy.js';
import type { StorageSettings } from '../storage.settings.js';
import type { Promised } from './upload-token.js';

/** One step of a multipart upload, as Uppy's `signRequest` asks for it: the method and the ids present say which. */
export interface UploadStep {
  method: string;
  /** The store's own id, from the answer to the first step. */
  uploadId?: string;
  /** From 1. */
  partNumber?: number;
}

/** What every write to the store promises about itself, as headers: each is signed, so each must be sent as it is. */
function protection({ encryption, acl }: StorageSettings): Record<string, string> {
  return {
    ...(encryption === 'AES256' && { 'x-amz-server-side-encryption': 'AES256' }),
    ...(typeof encryption === 'object' && {
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': encryption.kmsKeyId,
    }),
    ...(acl === 'private' && { 'x-amz-acl': 'private' }),
  };
}

const onlyAsTheFirst: Record<string, string> = { 'if-none-match': '*' };

const checksum = ({ capabilities }: StorageSettings, { sha256 }: Promised): Record<string, string> =>
  sha256 && capabilities.checksums ? { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') } : {};

/** A single PUT: exact length, type, hash and encryption, and only where nothing is yet. */
export function putRequest(settings: StorageSettings, promised: Promised): KeyRequest {
  return {
    method: 'PUT',
    query: canonicalQuery({ 'x-id': 'PutObject' }),
    headers: {
      'content-length': String(promised.size),
      'content-type': promised.contentType,
      ...(settings.capabilities.conditionalWrites && onlyAsTheFirst),
      ...protection(settings),
      ...checksum(settings, promised),
    },
  };
}

/** A form POST: the policy holds every field to its value and the file to its size. */
export function postForm(settings: StorageSettings, promised: Promised) {
  const { 'x-amz-acl': acl, ...encryption } = protection(settings);
  const fields = {
    'Content-Type': promised.contentType,
    ...(acl && { acl }),
    ...encryption,
    ...checksum(settings, promised),
    success_action_status: '201',
  };
  const conditions: PostCondition[] = [['content-length-range', promised.size, promised.size]];
  return { fields, conditions };
}

export const partCount = (size: number): number => Math.ceil(size / ticketPartBytes);

/** The request of one step, on the upload's own object and no other. */
export function stepRequest(settings: StorageSettings, promised: Promised, step: UploadStep): KeyRequest {
  const { method, uploadId, partNumber } = step;
  if (method === 'PUT' && uploadId === undefined && partNumber === undefined) return putRequest(settings, promised);
  if (!promised.multipart) throw new StorageError('invalid_request', 'This upload was not begun as multipart.');
  if (method === 'POST' && uploadId === undefined) {
    const headers = { 'content-type': promised.contentType, ...protection(settings) };
    return { method, query: canonicalQuery({ uploads: '' }), headers };
  }
  if (typeof uploadId !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(uploadId)) {
    throw new StorageError('invalid_request', 'This step needs the uploadId that the store gave for this upload.');
  }
  if (method === 'PUT') {
    const length = partLength(promised.size, partNumber);
    const query = canonicalQuery({ partNumber: String(partNumber), uploadId, 'x-id': 'UploadPart' });
    return { method, query, headers: { 'content-length': String(length) } };
  }
  if (method === 'POST') {
    const headers = settings.capabilities.conditionalCompletion ? onlyAsTheFirst : {};
    return { method, query: canonicalQuery({ uploadId }), headers };
  }
  if (method === 'GET') return { method, query: canonicalQuery({ uploadId, 'x-id': 'ListParts' }) };
  if (method === 'DELETE') return { method, query: canonicalQuery({ uploadId, 'x-id': 'AbortMultipartUpload' }) };
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
